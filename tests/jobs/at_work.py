"""Jobs as tests defer them, see them and have them worked."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlmodel import select

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.jobs.base import Again, Job
from app.jobs.claims import Claims
from app.jobs.models import JobRow
from app.jobs.worker import open_worker
from app.shops.models import Shop
from tests.waiting import PATIENCE

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def defer(engine: Engine, shop: Shop, name: str = "work", key: str = "", lane: str = "ingest", **how: object) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        jobs.defer(scope, name, key, lane=lane, **how)  # type: ignore[arg-type]


def rows(engine: Engine) -> list[JobRow]:
    with every_shop(engine) as db:
        return list(db.all(select(JobRow).order_by(JobRow.id)))  # type: ignore[arg-type]


def only(engine: Engine) -> JobRow:
    (row,) = rows(engine)
    return row


def claims(engine: Engine, lease: float = 30) -> Claims:
    return Claims(engine, os.urandom(4).hex(), lease)


@contextmanager
def working(engine: Engine, work: Callable[[Job], Again | None], threads: int = 4, lease: float = 30) -> Iterator[None]:
    stop = threading.Event()
    made = open_worker(engine, {"work": work, "other": work}, threads, lease=lease)
    worker = threading.Thread(target=made.run, args=[stop])
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(PATIENCE)
        assert not worker.is_alive()
