"""Who goes first at the processor where several processes share one machine."""

import os
from contextlib import suppress
from pathlib import Path

_STEP_BACK = 5


def step_back() -> None:
    """Let those that answer platforms and people go first: what this process does can wait some milliseconds."""
    os.nice(_STEP_BACK)
    with suppress(OSError):  # where Linux weighs sessions against each other, before the processes in them
        Path("/proc/self/autogroup").write_text(str(_STEP_BACK))
