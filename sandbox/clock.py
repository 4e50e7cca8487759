"""The sandbox's clock: real time plus the seconds in the file that REGULARS_CLOCK names; all processes agree."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


def offset() -> timedelta:
    """How far the clock is ahead of real time; zero without the variable or the file."""
    name = os.environ.get("REGULARS_CLOCK")
    if not name:
        return timedelta()
    try:
        return timedelta(seconds=float(Path(name).read_text()))
    except FileNotFoundError:
        return timedelta()


def utc_now() -> datetime:
    """The time in the sandbox, aware UTC."""
    return datetime.now(UTC) + offset()
