"""The worker: threads that claim jobs and work them, one that looks for work, one that gives signs of life."""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import Engine

from app.errors import RegularsError
from app.jobs.base import Again, Job
from app.jobs.claims import Claims
from app.lib.clock import utc_now
from app.lib.log import log

Handler = Callable[[Job], Again | None]
_POLL = 0.05  # seconds: a job is begun within that and a bit


class Worker:
    """Works the jobs of a database. Many may do so side by side; what a dead one held comes back after its lease, or
    at once where the next worker can tell that it is alone (SQLite)."""

    def __init__(
        self, engine: Engine, handlers: Mapping[str, Handler], threads: int = 4, *, lease: float = 30.0
    ) -> None:
        self._engine = engine
        self._handlers = handlers
        self._threads = threads
        self._claims = Claims(engine, token_hex(8), lease)
        self._bell = threading.Event()  # there may be work

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, and finish what is in hand."""
        with _presence(self._engine, self._claims):
            threads = [threading.Thread(target=self._work, args=[stop]) for _ in range(self._threads)]
            pulse_end = threading.Event()
            pulse = threading.Thread(target=self._pulse, args=[pulse_end])
            for thread in (*threads, pulse):
                thread.start()
            self._look_for_work(stop)
            self._bell.set()
            for thread in threads:
                thread.join()
            pulse_end.set()
            pulse.join()

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            with _patience(stop):
                self._bell.clear()
                job = self._claims.claim()
                if job is None:
                    self._bell.wait()
                else:
                    self._do(job)

    def _do(self, job: Job) -> None:
        try:
            result = self._handlers[job.name](job)
        except RegularsError as error:
            log.warning("job", job=job.id, name=job.name, shop=job.shop_id, error=str(error))
            self._claims.fail(job, error)
        except Exception as error:  # whatever it is, it is written down, and the others go on
            log.exception("job", job=job.id, name=job.name, shop=job.shop_id)
            self._claims.fail(job, error)
        else:
            self._claims.finish(job, result)

    def _look_for_work(self, stop: threading.Event) -> None:
        with _changes(self._engine) as has_changed:
            next_due: datetime | None = None
            while not stop.wait(_POLL):
                with _patience(stop):
                    if has_changed() or (next_due and next_due <= utc_now()):
                        next_due = self._claims.next_due()
                    if next_due and next_due <= utc_now():
                        self._bell.set()

    def _pulse(self, end: threading.Event) -> None:
        while not end.wait(self._claims.lease / 4):
            with _patience(end):
                self._claims.renew()
                self._claims.free_abandoned()


@contextmanager
def _patience(stop: threading.Event) -> Iterator[None]:
    """A database that is away for a while stops nobody for good."""
    try:
        yield
    except Exception:  # whatever the drivers raise
        log.exception("the worker cannot reach its database")
        stop.wait(1)


@contextmanager
def _changes(engine: Engine) -> Iterator[Callable[[], bool]]:
    """Asks whether others wrote since the last time: SQLite tells by a number, PostgreSQL has to be asked for jobs."""
    if engine.dialect.name != "sqlite":
        yield lambda: True
        return
    connection = engine.raw_connection()
    seen: list[Any] = [None]

    def has_changed() -> bool:
        cursor = connection.cursor()
        version = cursor.execute("PRAGMA data_version").fetchone()
        cursor.close()
        is_new = bool(version != seen[0])
        seen[0] = version
        return is_new

    try:
        yield has_changed
    finally:
        connection.close()


@contextmanager
def _presence(engine: Engine, claims: Claims) -> Iterator[None]:
    """On SQLite each worker holds a lock on a file, which ends with its process however that ends. So who finds nobody
    else there knows that all jobs in hand are a dead worker's, and frees them before others may come."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        claims.free_abandoned()
        yield
        return
    with open(f"{path}.worker", "w") as file:
        claims.free_abandoned(all_of_them=_lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB))
        _lock(file, fcntl.LOCK_SH)
        yield


def _lock(file: Any, how: int) -> bool:
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        return False
    return True
