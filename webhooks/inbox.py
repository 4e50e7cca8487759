"""The inbox: deliveries that arrive together are written together, and each waits until it is on disk."""

import hashlib
import queue
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import psycopg
import sqlalchemy.exc
from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop
from app.errors import DiskRefused
from app.lib.clock import utc_now
from app.lib.ids import new_id
from app.lib.log import log
from webhooks.rejections import Rejections, write

_TOGETHER = 200  # deliveries in one transaction
_PATIENCE = 40.0  # seconds: longer than a database waits for its locks


Row = tuple[object, ...]


@dataclass(frozen=True)
class Trouble:
    """Why nothing can be kept, since when."""

    at: datetime
    why: str


@dataclass(frozen=True)
class Arrival:
    """A verified delivery; its body compressed and encrypted."""

    shop_id: int
    delivery_key: str
    topic: str
    body: bytes
    body_digest: bytes
    received_at: datetime
    triggered_at: datetime | None = None

    def row(self) -> Row:
        digest = self.body_digest
        return (
            self.shop_id,
            new_id(),
            self.delivery_key,
            self.topic,
            self.received_at,
            self.body,
            digest,
            self.received_at,
            self.triggered_at,
        )


class Waiting:
    """An arrival, and the thread that waits until it is on disk: by a bare lock, which costs least."""

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self._error: Exception | None = None
        self._settled = threading.Lock()
        self._settled.acquire()

    def settle(self, error: Exception | None = None) -> None:
        self._error = error
        self._settled.release()

    def wait(self) -> None:
        """Raises what kept it from the disk."""
        if not self._settled.acquire(timeout=_PATIENCE):
            raise DiskRefused("The database did not answer in time.")
        if self._error is not None:
            raise self._error


class Inbox:
    """One writer for a process, begun by its first delivery (so in the process that serves, not in its parent)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._begin_lock = threading.Lock()
        self._writer: threading.Thread | None = None
        self._waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self.rejections = Rejections()
        self.trouble: Trouble | None = None

    def keep(self, arrival: Arrival) -> None:
        """Returns once the delivery is on disk, now or from before. Raises DiskRefused where it is not."""
        self._begin()
        waiting = Waiting(arrival)
        self._waiting.put(waiting)
        waiting.wait()

    def reject(self, address: str, reason: str, body: bytes) -> None:
        """Count a delivery that did not verify; its digest may be kept as a sample, its body never is."""
        self._begin()
        self.rejections.count(utc_now().date().isoformat(), address, reason, hashlib.sha256(body).hexdigest())

    def close(self) -> None:
        """Write what waits and end the writer. Nothing depends on it: what was answered is on disk already."""
        with self._begin_lock:
            writer, self._writer = self._writer, None
        if writer is not None and writer.is_alive():
            self._waiting.put(None)
            writer.join()

    def _begin(self) -> None:
        if self._writer is not None and self._writer.is_alive():  # not so in a child of the process that began it
            return
        with self._begin_lock:
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write, name="inbox", daemon=True)
                self._writer.start()

    def _write(self) -> None:
        is_open = True
        while is_open:
            together = self._next()
            is_open = None not in together
            if kept := [one for one in together if one is not None]:
                self._keep_all(kept)
            if self.rejections.are_due(at_once=not is_open):
                self._write_rejections()

    def _next(self) -> list[Waiting | None]:
        """All that wait, or after a second nothing."""
        try:
            together = [self._waiting.get(timeout=1)]
        except queue.Empty:
            return []
        while len(together) < _TOGETHER and not self._waiting.empty():
            together.append(self._waiting.get())
        return together

    def _keep_all(self, together: list[Waiting]) -> None:
        try:
            self._commit([one.arrival for one in together])
        except Exception as error:  # it is handed to everyone who waits for it
            self._explain(error, together)
        else:
            self.trouble = None
            for one in together:
                one.settle()

    def _explain(self, error: Exception, together: list[Waiting]) -> None:
        refused = _as_refusal(error)
        if refused is None and len(together) > 1:  # one of them may be at fault: each alone
            for one in together:
                self._keep_all([one])
            return
        if refused is not None:
            self.trouble = self.trouble or Trouble(utc_now(), str(refused))
        for one in together:
            one.settle(refused or error)

    def _commit(self, arrivals: Sequence[Arrival]) -> None:
        # in one order everywhere, so that two processes never wait for each other
        rows = [arrival.row() for arrival in sorted(arrivals, key=lambda each: (each.shop_id, each.delivery_key))]
        with every_shop(self._engine, write=True) as db:
            # one statement: for each that it runs the driver lets go of the interpreter, and others have it for long
            kept = db.batch().execute(_INSERT.format(", ".join([_ROW] * len(rows))), [*chain.from_iterable(rows)])
            if kept < len(rows):
                db.batch().executemany(_NOTE_REPEATED, [_repeated(*row[:7]) for row in rows])
            if kept > 0:
                for shop_id in sorted({arrival.shop_id for arrival in arrivals}):
                    jobs.defer(db, "deliveries", lane="ingest", dedupe="deliveries", shop_id=shop_id)

    def _write_rejections(self) -> None:
        counts = self.rejections.take()
        try:
            with every_shop(self._engine, write=True) as db:
                write(db.batch(), counts)
        except Exception:  # a count, kept and written later: deliveries go on
            self.rejections.give_back(counts)
            log.exception("rejected deliveries could not be counted")


def _repeated(shop_id: object, id: object, key: object, topic: object, at: object, _: object, digest: object) -> Row:
    """What says in the journal that a delivery was here before, where that is so."""
    return (new_id(), at, topic, digest, shop_id, key, id)


def _as_refusal(error: Exception) -> DiskRefused | None:
    """What says that the database cannot be written at all, in words."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    if isinstance(cause, sqlite3.OperationalError | sqlite3.DatabaseError | psycopg.OperationalError):
        is_broken = not isinstance(cause, sqlite3.IntegrityError | sqlite3.ProgrammingError)
        return DiskRefused(f"Nothing can be written to the database: {cause}") if is_broken else None
    if isinstance(cause, psycopg.errors.ReadOnlySqlTransaction | OSError):
        return DiskRefused(f"Nothing can be written to the database: {cause}")
    return None


_INSERT = """
INSERT INTO deliveries
  (shop_id, id, delivery_key, topic, received_at, body, body_digest, due_at, triggered_at, state, attempts)
VALUES {}
ON CONFLICT (shop_id, delivery_key) DO NOTHING
"""
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0)"
_NOTE_REPEATED = """
INSERT INTO journal (shop_id, id, at, source, kind, digest, outcome, row_id)
SELECT shop_id, ?, ?, 'delivery', ?, ?, 'duplicate', id FROM deliveries
WHERE shop_id = ? AND delivery_key = ? AND id <> ?
"""
