"""The engine on PostgreSQL: procrastinate calls workers, on as many machines as there are, to lanes that have work."""

import asyncio
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from procrastinate import App, PsycopgConnector
from sqlalchemy import Engine

from app.db.scope import every_shop
from app.jobs import calls
from app.jobs.claims import Claims, Lane
from app.jobs.turns import TURN, Handler, Turns, patience, pulse
from app.lib.clock import utc_now

_POLL = 0.25  # seconds: procrastinate is told of new calls; it has to look for those whose lane became free
_CALL = 0.1  # seconds: what waited for its time is begun within that and a bit
_SHARE = 0.05  # of the time, at most, goes by in looking for what is due


class Procrastinate:
    """Works the jobs of a PostgreSQL database, side by side with others."""

    def __init__(self, claims: Claims, handlers: Mapping[str, Handler], threads: int) -> None:
        self._claims = claims
        self._engine = claims.engine
        self._turns = Turns(claims, handlers)
        self._threads = threads
        self._stop = threading.Event()

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set, and finish what is in hand."""
        self._stop = stop
        self._drop_stalled()
        self._claims.free_abandoned()
        caller = threading.Thread(target=self._call, name="caller")
        caller.start()
        with pulse(self._claims, self._drop_stalled):
            while not stop.is_set():
                with patience(stop):
                    asyncio.run(self._serve())
        caller.join()

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(self._threads, "turn"))
        app = _app(self._engine)
        app.task(name=calls.TASK, queue=calls.QUEUE)(self._work_lane)
        async with app.open_async():
            worker = asyncio.create_task(self._worker(app))
            while not self._stop.is_set() and not worker.done():
                await asyncio.sleep(_CALL)
            worker.cancel()  # it finishes what is in hand
            with suppress(asyncio.CancelledError):
                await worker

    async def _worker(self, app: App) -> None:
        await app.run_worker_async(
            queues=[calls.QUEUE],
            concurrency=self._threads,
            fetch_job_polling_interval=_POLL,
            update_heartbeat_interval=self._claims.lease / 4,
            stalled_worker_timeout=self._claims.lease,
            delete_jobs="always",
            install_signal_handlers=False,
        )

    def _work_lane(self, shop_id: int, lane: str) -> None:
        end = time.monotonic() + TURN

        def may_go_on() -> bool:
            nonlocal end
            if not self._stop.is_set() and time.monotonic() >= end and not self._is_wanted(shop_id, lane):
                end = time.monotonic() + TURN
            return not self._stop.is_set() and time.monotonic() < end

        if not self._turns.take(Lane(shop_id, lane), may_go_on):
            with every_shop(self._engine, write=True) as db:
                calls.call_again(db.batch(), shop_id, lane, utc_now())

    def _is_wanted(self, shop_id: int, lane: str) -> bool:
        with every_shop(self._engine) as db:
            return calls.is_wanted(db.batch(), shop_id, lane)

    def _drop_stalled(self) -> None:
        with every_shop(self._engine, write=True) as db:
            calls.drop_stalled(db.batch(), self._claims.lease)

    def _call(self) -> None:
        """Call for what is due and nobody was called for: its time came, or a worker died at it."""
        pause = _CALL
        while not self._stop.wait(pause):
            with patience(self._stop):
                began = time.monotonic()
                with every_shop(self._engine, write=True) as db:
                    calls.call_due(db.batch(), utc_now())
                pause = max(_CALL, (time.monotonic() - began) / _SHARE)


def _app(engine: Engine) -> App:
    _, at = engine.dialect.create_connect_args(engine.url)
    return App(connector=PsycopgConnector(kwargs=at, min_size=1, max_size=2))
