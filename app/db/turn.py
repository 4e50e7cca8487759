"""Whose turn it is at SQLite's one write lock: who answers platforms and people goes before all others.

While it waits it holds a file beside the database, and nobody else begins to write meanwhile, in whatever process. The
kernel's lock on a file ends with its process, however that ends.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine


@contextmanager
def first(path: str) -> Iterator[None]:
    """Keep others from beginning to write to the database at `path`."""
    with _file(path).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def is_taken(path: str) -> bool:
    """Whether somebody who goes first waits."""
    with _file(path).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def is_awaited(engine: Engine) -> bool:
    """Whether somebody who goes first waits for us now. On PostgreSQL nobody has to."""
    path = engine.url.database
    return engine.dialect.name == "sqlite" and bool(path) and is_taken(str(path))


def _file(path: str) -> Path:
    return Path(f"{path}.turn")
