"""The engine on PostgreSQL: procrastinate's queue calls workers, on as many machines as there are, to lanes with work.

Its tables, functions, locks, heartbeats and notifications; not its worker, whose event loop took 4 ms of CPU for each
call where these threads take 1.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import psycopg
from procrastinate import manager
from procrastinate.sql import queries
from psycopg.sql import SQL, Identifier

from app.db.scope import every_shop
from app.jobs import calls
from app.jobs.claims import Claims, Lane
from app.jobs.turns import TURN, Handler, Turns, patience, pulse
from app.lib.clock import utc_now

_CALL = 0.1  # seconds: what waited for its time is begun within that and a bit
_SHARE = 0.05  # of the time, at most, goes by in looking for what is due


class Procrastinate:
    """Works the jobs of a PostgreSQL database, side by side with others."""

    def __init__(self, claims: Claims, handlers: Mapping[str, Handler], threads: int) -> None:
        self._claims = claims
        self._at_once = claims.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turns = Turns(claims, handlers)
        self._threads = threads
        self._stop = threading.Event()
        self._bell: queue.Queue[None] = queue.Queue(maxsize=1)  # one thread shall look; if it finds work, the next one
        self._worker_id = 0
        self._in_hand: set[int] = set()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, and finish what is in hand."""
        self._stop = stop
        self._beat()
        self._claims.free_abandoned()
        threads = [threading.Thread(target=self._work, name="turn") for _ in range(self._threads)]
        with pulse(self._turns, self._beat):
            for thread in threads:
                thread.start()
            while not stop.is_set():
                with patience(stop):
                    self._listen()
            self._ring()
            for thread in threads:
                thread.join()
        with patience(stop):
            self._ask("unregister_worker", worker_id=self._worker_id)

    def _work(self) -> None:
        while not self._stop.is_set():
            with patience(self._stop):
                call = self._ask("fetch_job", queues=[calls.QUEUE], worker_id=self._worker_id)
                if call["id"] is None:
                    self._bell.get()
                else:
                    self._ring()
                    self._answer(call["id"], **call["args"])
        self._ring()

    def _answer(self, call_id: int, shop_id: int, lane: str) -> None:
        self._in_hand.add(call_id)
        is_left = True
        try:
            is_left = not self._turns.take(Lane(shop_id, lane), self._may_go_on(shop_id, lane))
        finally:
            self._in_hand.discard(call_id)
            self._ask("finish_job", job_id=call_id, status="succeeded", delete_job=True)
            if is_left:
                with every_shop(self._at_once, write=True) as db:
                    calls.call_again(db.batch(), shop_id, lane, utc_now())

    def _may_go_on(self, shop_id: int, lane: str) -> Callable[[], bool]:
        """While nobody else waits, a turn goes on."""
        end = time.monotonic() + TURN

        def may_go_on() -> bool:
            nonlocal end
            if self._stop.is_set():
                return False
            if time.monotonic() >= end:
                with every_shop(self._at_once, write=True) as db:
                    if calls.is_wanted(db.batch(), shop_id, lane):
                        return False
                end = time.monotonic() + TURN
            return True

        return may_go_on

    def _listen(self) -> None:
        """Ring when procrastinate tells of a call; make those for what is due and was not called for: its time came, or
        a worker died at it."""
        _, at = self._at_once.dialect.create_connect_args(self._at_once.url)
        with psycopg.connect(**at, autocommit=True) as connection:
            for name in manager.get_channel_for_queues([calls.QUEUE]):
                connection.execute(SQL(queries["listen_queue"]).format(channel_name=Identifier(name)))
            next_look = 0.0
            while not self._stop.is_set():
                for _ in connection.notifies(timeout=_CALL, stop_after=1):
                    self._ring()
                if (began := time.monotonic()) >= next_look:
                    with every_shop(self._at_once, write=True) as db:
                        calls.call_due(db.batch(), utc_now())
                    took = time.monotonic() - began
                    next_look = began + max(_CALL, took / _SHARE)
                    self._ring()  # for a call whose lane became free

    def _beat(self) -> None:
        with every_shop(self._at_once, write=True) as db:
            is_known = calls.beat(db.batch(), self._worker_id, list(self._in_hand))
            calls.drop_stalled(db.batch(), self._claims.lease)
        if not is_known:
            self._worker_id = self._ask("register_worker")["worker_id"]

    def _ring(self) -> None:
        with suppress(queue.Full):
            self._bell.put_nowait(None)

    def _ask(self, name: str, **values: Any) -> Any:
        """One of procrastinate's own queries."""
        with self._at_once.connect() as connection:
            return connection.exec_driver_sql(queries[name], values).mappings().first()
