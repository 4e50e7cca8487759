"""The time: aware UTC, asked for at the edges only (a view, a job); everything below is given `now`."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

_demo_clock: Path | None = None


def follow(path: Path | None) -> None:
    """Let `utc_now` follow a demo's clock: a file with the seconds to add to real time. None: real time."""
    global _demo_clock  # noqa: PLW0603  one clock a process, set once at start
    _demo_clock = path


def utc_now() -> datetime:
    """Now, on the demo's clock where there is one."""
    return real_now() + _offset()


def real_now() -> datetime:
    """Now on the real clock: for tokens, TLS, leases and whatever outside parties check."""
    return datetime.now(UTC)


def set_demo_clock(path: Path, moment: datetime) -> None:
    """Set the clock that other processes follow to `moment`; it ticks on from there."""
    seconds = (moment - real_now()).total_seconds()
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{seconds:.3f}\n")
    os.replace(fresh, path)


def _offset() -> timedelta:
    if _demo_clock is None:
        return timedelta(0)
    try:
        return timedelta(seconds=float(_demo_clock.read_text()))
    except FileNotFoundError:
        return timedelta(0)
