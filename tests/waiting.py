"""Waiting for what a test needs: for as long as it takes, and never for a time in which it may happen."""

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds: a machine may be busy; what takes longer than this does not come


def until(is_so: Callable[[], object], what: str = "what was waited for") -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"{what} did not happen in {PATIENCE:.0f} s"
        time.sleep(0.01)
