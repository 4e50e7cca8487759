"""The demo's processes: started together, ended together, their memory watched."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from app.errors import PlatformDown


@dataclass
class Process:
    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path


@dataclass
class Crew:
    """Processes, each with a log of its own in `folder`. Leaving the block ends them all, their children too."""

    folder: Path
    processes: dict[str, Process] = field(default_factory=dict)

    def __enter__(self) -> "Crew":
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.end(reversed(list(self.processes)))

    def start(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> Process:
        """Start a command of this Python in a process group of its own."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:  # afresh: an earlier start said "ready" too
            popen = subprocess.Popen(
                [sys.executable, *arguments],
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes[name] = Process(name, popen, log)
        return self.processes[name]

    def wait_ready(self, name: str, seconds: float = 120.0) -> None:
        """Until the process says "ready" in its log. Raises PlatformDown with the log's end if it does not."""
        process = self.processes[name]
        until = time.monotonic() + seconds
        while b"ready " not in process.log.read_bytes():
            if process.popen.poll() is not None or time.monotonic() > until:
                said = process.log.read_text(errors="replace")[-2000:]
                raise PlatformDown(f"{name} did not start:\n{said}")
            time.sleep(0.05)

    def check(self) -> None:
        """Raises PlatformDown when a process has ended by itself."""
        for process in self.processes.values():
            if process.popen.poll() is not None:
                said = process.log.read_text(errors="replace")[-2000:]
                raise PlatformDown(f"{process.name} ended by itself:\n{said}")

    def peak_rss_mb(self) -> dict[str, float]:
        """The most memory that each process, the largest of its children included, ever held."""
        return {name: max(map(_peak_mb, _family(p.popen.pid)), default=0.0) for name, p in self.processes.items()}

    def end(self, names: Iterable[str]) -> None:
        """Ask each to end, then see that it and its children did."""
        ending = [self.processes.pop(name) for name in list(names)]
        for process in ending:
            _signal_group(process.popen.pid, signal.SIGTERM)
        for process in ending:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.popen.wait(10)
            _signal_group(process.popen.pid, signal.SIGKILL)
            process.popen.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _family(pid: int) -> list[int]:
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            found += _family(int(child))
    return found


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return round(int(peak.split()[1]) / 1024, 1)


def _signal_group(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, what)
