"""The engine on SQLite: one thread looks which lanes have work and sends idle threads there, fairly."""

import fcntl
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from app.db.columns import from_micros
from app.jobs.claims import Claims, Lane
from app.jobs.turns import TURN, Handler, Turns, patience, pulse
from app.lib.clock import utc_now

_POLL = 0.05  # seconds: what another process defers is begun within that and a bit


class Local:
    """Works the jobs of a SQLite database. Many may do so side by side; what a dead one held comes back after its
    lease, or at once where the next worker can tell that it is alone."""

    def __init__(self, claims: Claims, handlers: Mapping[str, Handler], threads: int) -> None:
        self._claims = claims
        self._turns = Turns(claims, handlers)
        self._threads = threads
        self._lanes: queue.SimpleQueue[Lane | None] = queue.SimpleQueue()  # where threads are sent
        self._in_hand: set[Lane] = set()
        self._served: dict[int, float] = {}  # when each shop had its latest turn
        self._bell = threading.Event()  # a thread is back
        self._is_stale = True  # there may be work that we have not seen

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, and finish what is in hand."""
        with _presence(self._claims), pulse(self._turns, lambda: None):
            threads = [threading.Thread(target=self._work, args=[stop]) for _ in range(self._threads)]
            for thread in threads:
                thread.start()
            try:
                self._look_for_work(stop)
            finally:
                for _ in threads:
                    self._lanes.put(None)
                for thread in threads:
                    thread.join()

    def _work(self, stop: threading.Event) -> None:
        while (lane := self._lanes.get()) is not None:
            end = time.monotonic() + TURN
            with patience(stop):
                self._turns.take(lane, lambda end=end: time.monotonic() < end and not stop.is_set())  # type: ignore[misc]
            self._in_hand.discard(lane)
            self._is_stale = True
            self._bell.set()

    def _look_for_work(self, stop: threading.Event) -> None:
        with _look(self._claims.engine) as look:
            next_due: datetime | None = None
            while not stop.is_set():
                self._bell.wait(_POLL)
                self._bell.clear()
                with patience(stop):
                    if look.has_changed() or (next_due and next_due <= utc_now()):
                        self._is_stale = True
                    if self._is_stale and len(self._in_hand) < self._threads:
                        self._is_stale = False
                        next_due = look.next_due(utc_now())
                        self._send(look.due(utc_now()))

    def _send(self, due: list["_Due"]) -> None:
        """Send idle threads to lanes that have work: what is urgent first, then the shop that waited longest for its
        turn."""
        free = [each for each in due if each.lane not in self._in_hand]
        free.sort(key=lambda each: (each.priority, self._served.get(each.lane.shop_id, 0.0), each.due_at))
        for each in free:
            if len(self._in_hand) == self._threads:
                self._is_stale = True
                return
            self._served[each.lane.shop_id] = time.monotonic()
            self._in_hand.add(each.lane)
            self._lanes.put(each.lane)


class _Due(NamedTuple):
    """The most urgent of a lane's jobs that are due."""

    lane: Lane
    priority: int
    due_at: int


class _Look:
    """Questions by a connection of its own: twenty times a second, so past sessions and transactions."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._version: int | None = None

    def has_changed(self) -> bool:
        """Whether another connection wrote since the last time."""
        ((version,),) = self._rows("PRAGMA data_version")
        seen, self._version = self._version, version
        return bool(version != seen)

    def due(self, now: datetime) -> list[_Due]:
        """The lanes that have work and that nobody is at."""
        return [_Due(Lane(shop_id, lane), *rest) for shop_id, lane, *rest in self._rows(_DUE, now)]

    def next_due(self, now: datetime) -> datetime | None:
        """When the first of the jobs is due that are not yet."""
        ((found,),) = self._rows(_NEXT_DUE, now)
        return None if found is None else from_micros(found)

    def _rows(self, sql: str, *values: Any) -> list[Any]:
        cursor = self._connection.execute(sql, values)
        found: list[Any] = cursor.fetchall()
        cursor.close()
        return found


@contextmanager
def _look(engine: Engine) -> Iterator[_Look]:
    connection: Any = engine.raw_connection()
    try:
        yield _Look(connection.driver_connection)
    finally:
        connection.close()


@contextmanager
def _presence(claims: Claims) -> Iterator[None]:
    """Each worker holds a lock on a file, which ends with its process however that ends. So who finds nobody else there
    knows that all jobs in hand are a dead worker's, and frees them before others may come."""
    path = claims.engine.url.database
    if not path:
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


_DUE = """
SELECT shop_id, lane, min(priority), min(due_at) FROM jobs j WHERE state = 'ready' AND due_at <= ? AND NOT EXISTS
  (SELECT 1 FROM jobs r WHERE r.shop_id = j.shop_id AND r.lane = j.lane AND r.state = 'running')
GROUP BY shop_id, lane
"""
_NEXT_DUE = "SELECT min(due_at) FROM jobs WHERE state = 'ready' AND due_at > ?"
