"""Worker processes that write down what they did: `python -m benchmarks.crowd DATABASE FILE LEASE`.

A job's key says how many milliseconds it waits, as for a platform, and whether it fails: "17 50" or "17 50 fails".
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from sqlalchemy import Engine

from app import jobs
from app.db.engine import open_engine
from app.db.scope import every_shop
from app.demo.processes import Crew
from app.errors import PlatformDown
from app.jobs.base import Job
from app.jobs.worker import open_worker

SMALL = range(2, 51)
HUGE = 1
_LANES = ("ingest", "react", "send", "push")
_TURNS = 4  # jobs of a small shop
_PAUSE = 0.01  # seconds between two of them


class Did(NamedTuple):
    """A job begun and ended, by the machine's monotonic clock."""

    shop_id: int
    lane: str
    number: int
    worker: str
    began: float
    ended: float


@dataclass
class Crowd:
    crew: Crew
    url: str
    lease: float

    def start(self, name: str) -> None:
        self.crew.start(name, ["-m", "benchmarks.crowd", self.url, str(self._file(name)), str(self.lease)], {})

    def wait_ready(self) -> None:
        for name in self.crew.processes:
            self.crew.wait_ready(name)

    def kill(self, name: str) -> set[tuple[int, str, int]]:
        """kill -9. (shop, lane, number) of the jobs that it died at."""
        process = self.crew.processes.pop(name)
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        begun = [line.split() for worker, line in self.begun() if worker == name]
        return {(int(shop_id), lane, int(number)) for shop_id, lane, number in begun} - self.finished()

    def finished(self) -> set[tuple[int, str, int]]:
        """(shop, lane, number) of what was done."""
        return {(did.shop_id, did.lane, did.number) for did in self.done()}

    def begun(self) -> list[tuple[str, str]]:
        """(worker, line) of all that was begun, whether it ended or not."""
        return [
            (file.stem, line) for file in self.crew.folder.glob("*.begun") for line in file.read_text().splitlines()
        ]

    def done(self) -> list[Did]:
        """What was done, in the order in which it was begun."""
        found = [_read(file.stem, line) for file in self.crew.folder.glob("*.done") for line in _whole_lines(file)]
        return sorted(found, key=lambda did: did.began)

    def until(self, holds: Callable[[], object], seconds: float = 300.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.crew.check()
            if time.monotonic() > deadline:
                raise PlatformDown("the workers do not come to an end")
            time.sleep(0.05)  # reading what was done takes of the time that is measured

    def _file(self, name: str) -> Path:
        return self.crew.folder / f"{name}.done"


@contextmanager
def crowd(url: str, folder: Path, names: Sequence[str], lease: float = 30.0) -> Iterator[Crowd]:
    """Worker processes, ready to work."""
    with Crew(folder) as crew:
        made = Crowd(crew, url, lease)
        for name in names:
            made.start(name)
        made.wait_ready()
        yield made


def defer_all(engine: Engine, shops: Sequence[int], each: int, wait_ms: int) -> None:
    """So many jobs for each of the shops, numbered in the order in which they have to be done."""
    with every_shop(engine, write=True) as db:
        for number in range(each):
            for shop_id in shops:
                jobs.defer(db, "wait", f"{number} {wait_ms}", lane="ingest", shop_id=shop_id)


def defer_huge(engine: Engine, count: int, how: str) -> None:
    """So many jobs for one shop at once, in several of its lanes. how: what they do."""
    with every_shop(engine, write=True) as db:
        for number in range(count):
            jobs.defer(db, "wait", f"{number} {how}", lane=_LANES[number % len(_LANES)], shop_id=HUGE)


def disorder(done: Sequence[Did], *, killed: str = "") -> list[str]:
    """What was done twice, out of its lane's order, or beside another job of its lane. killed: a worker whose last
    jobs may have been done once more, at the same place."""
    lanes: dict[tuple[int, str], list[Did]] = {}
    for did in done:
        lanes.setdefault((did.shop_id, did.lane), []).append(did)
    return [
        f"{lane}: {after} after {before}"
        for lane, all_of_it in lanes.items()
        for before, after in pairwise(all_of_it)
        if after.number < before.number + (before.worker != killed) or after.began < before.ended
    ]


def wait_p95(engine: Engine, at: Crowd, times: int) -> float:
    """How long the jobs of small shops wait, in milliseconds, beside a shop of so many times their traffic, all of it
    there at once and in several of its lanes."""
    defer_all(engine, [HUGE], 1, 0)
    at.until(at.done)  # the worker is at work: not its start is measured
    defer_huge(engine, times * _TURNS, "40")
    deferred: dict[tuple[int, int], float] = {}
    for number in range(_TURNS):
        for shop_id in SMALL:
            with every_shop(engine, write=True) as db:
                jobs.defer(db, "wait", f"{number} 5", lane="ingest", shop_id=shop_id)
            deferred[shop_id, number] = time.monotonic()
            time.sleep(_PAUSE)
    at.until(lambda: len(_of_small(at)) == len(deferred))
    waits = [did.began - deferred[did.shop_id, did.number] for did in _of_small(at)]
    return 1000 * quantiles(waits, n=20)[-1]


def _of_small(at: Crowd) -> list[Did]:
    return [did for did in at.done() if did.shop_id != HUGE]


def _read(worker: str, line: str) -> Did:
    shop_id, lane, number, began, ended = line.split()
    return Did(int(shop_id), lane, int(number), worker, float(began), float(ended))


def _whole_lines(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


def main(url: str, file: str, lease: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    done = Path(file)
    begun = done.with_suffix(".begun")

    def wait(job: Job) -> None:
        number, wait_ms, *fails = job.key.split()
        began = time.monotonic()
        _append(begun, f"{job.shop_id} {job.lane} {number}")
        time.sleep(int(wait_ms) / 1000)
        if fails:
            raise PlatformDown("as it was told to")
        _append(done, f"{job.shop_id} {job.lane} {number} {began} {time.monotonic()}")

    worker = open_worker(open_engine(url), {"wait": wait}, lease=float(lease))
    done.touch()
    print("ready ", flush=True)
    worker.run(stop)


def _append(file: Path, line: str) -> None:
    with file.open("a") as output:
        output.write(line + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
