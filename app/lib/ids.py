"""Ids made by the application: 63 bits, ordered by time, unlike in any two processes."""

import os
import secrets
import threading
import time

_EPOCH_MS = 1_704_067_200_000  # 2024-01-01 in UTC: 41 bits of milliseconds last until 2093
_lock = threading.Lock()
_node = secrets.randbits(10)
_last = 0


def new_id() -> int:
    """One id: 41 bits of milliseconds, 10 of process, 12 of sequence."""
    return new_ids(1)[0]


def new_ids(count: int) -> list[int]:
    """`count` ids in rising order; a burst borrows from the milliseconds to come."""
    global _last  # noqa: PLW0603
    with _lock:
        first = max((time.time_ns() // 1_000_000 - _EPOCH_MS) << 12, _last + 1)
        _last = first + count - 1
    return [(tick >> 12) << 22 | _node << 12 | tick & 0xFFF for tick in range(first, first + count)]


def _after_fork() -> None:
    global _node  # noqa: PLW0603
    _node = secrets.randbits(10)


os.register_at_fork(after_in_child=_after_fork)
