"""Whose turn it is at SQLite's one write lock: who answers platforms and people goes before all others.

While it waits it holds a file beside the database, and nobody else begins to write meanwhile, in whatever process. The
kernel's lock on a file ends with its process, however that ends. Others look at it and never take it: a look that held
the file, however shortly, would keep the urgent waiting and tell other looks that somebody does. Linux has such locks
(fcntl(2), "Open file description locks"); elsewhere nobody goes first.
"""

import fcntl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

_FLOCK = struct.Struct("hhqqi0q")  # type, whence, start, length (0: all of the file), process (0: the open file's)
_HOLD, _LOOK = getattr(fcntl, "F_OFD_SETLK", None), getattr(fcntl, "F_OFD_GETLK", None)

_seen_at: dict[str, float] = {}  # when somebody was seen to wait last, by any thread of this process


@contextmanager
def first(path: str) -> Iterator[None]:
    """Keep others from beginning to write to the database at `path`. Any number may hold it at once."""
    with _file(path).open("a+") as file:
        if _HOLD is not None:
            fcntl.fcntl(file, _HOLD, _FLOCK.pack(fcntl.F_RDLCK, 0, 0, 0, 0))
        yield


def is_taken(path: str) -> bool:
    """Whether somebody who goes first waits."""
    if _LOOK is None:
        return False
    with _file(path).open("a+") as file:
        found = fcntl.fcntl(file, _LOOK, _FLOCK.pack(fcntl.F_WRLCK, 0, 0, 0, 0))
    is_held = bool(_FLOCK.unpack(found)[0] != fcntl.F_UNLCK)
    if is_held:
        _seen_at[path] = time.monotonic()
    return is_held


def was_awaited(engine: Engine, seconds: float) -> bool:
    """Whether anybody who began to write found somebody waiting, so many seconds ago or less. On PostgreSQL nobody has
    to wait."""
    return time.monotonic() - _seen_at.get(str(engine.url.database), -seconds) < seconds


def _file(path: str) -> Path:
    return Path(f"{path}.turn")
