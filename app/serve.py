"""Serving the web: the Flask application under granian, in one process on SQLite."""

import fcntl
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer
from sqlalchemy.engine import make_url

from app.errors import RegularsError
from app.factory import create_app
from app.lib.log import log, write_json
from app.lib.memory import share_one_arena
from app.settings import Settings

_GRACE = 15  # seconds that requests in hand have to end


class AlreadyServed(RegularsError):
    """Another web process serves this SQLite database."""


def serve(settings: Settings, make_app: Callable[[Settings], Any] = create_app) -> int:
    """Serve until SIGTERM or SIGINT; the exit code."""
    write_json()
    try:
        with _alone(settings):
            log.info("serving", address=f"http://{settings.host}:{settings.port}")
            _granian(settings).serve(target_loader=partial(_load, settings, make_app, os.getpid()), wrap_loader=False)
    except RegularsError as error:
        print(f"regulars: {error}", file=sys.stderr)
        return 2
    return 0


def _granian(settings: Settings) -> MPServer:
    # With commits made in groups, threads that wait cost little; one process keeps SQLite's writers few.
    return MPServer(
        "regulars",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1 if settings.is_sqlite else settings.processes,
        blocking_threads=settings.threads,
        backpressure=max(128, 4 * settings.threads),
        loop=Loops.asyncio,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=_GRACE,
    )


def _load(settings: Settings, make_app: Callable[[Settings], Any], parent: int) -> Any:
    """Runs in the process that serves: no connection, thread or lock of the parent's comes along."""
    write_json()
    share_one_arena()
    threading.Thread(target=_end_with, args=[parent], name="parent-watch", daemon=True).start()
    return make_app(settings)


def _end_with(parent: int) -> None:
    """End this process where its parent was killed: it would serve on, and nobody could stop it."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold SQLite's web lock, a locked file beside the database, which ends with its process however that ends."""
    path = make_url(settings.database_url).database
    if not settings.is_sqlite or not path:
        yield
        return
    Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(f"{path}.web", "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyServed(
                f"another web process serves {path}. SQLite is served by one: end the other first, "
                "or set DATABASE_URL to a PostgreSQL database."
            ) from None
        yield
