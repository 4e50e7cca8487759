"""SQLite's engine: a shop with a hundred times the work, or whose work fails, takes its turn like everyone else."""

import threading

import pytest
from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop
from app.errors import PlatformDown
from app.jobs import local
from app.jobs.base import Job
from app.jobs.worker import open_worker
from tests.conftest import make_shop

MUCH = 100


@pytest.mark.parametrize("is_failing", [False, True], ids=["huge", "failing"])
def test_one_shop_holds_up_no_other(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, is_failing: bool) -> None:
    """By turns of one job and one thread: each of the others has had its turn before the large shop has its third."""
    monkeypatch.setattr(local, "TURN", 0.0)
    large = make_shop(sqlite_engine, domain="large.myshopify.com").id
    others = [make_shop(sqlite_engine, domain=f"other{number}.myshopify.com").id for number in range(10)]
    with every_shop(sqlite_engine, write=True) as db:
        for number in range(MUCH):
            jobs.defer(db, "work", str(number), lane=f"lane{number % 5}", shop_id=large)
        for other in others:
            jobs.defer(db, "work", lane="ingest", shop_id=other)
    order: list[int] = []
    stop = threading.Event()

    def work(job: Job) -> None:
        assert job.shop_id is not None
        order.append(job.shop_id)
        if set(others) <= set(order):
            stop.set()
        if is_failing and job.shop_id == large:
            raise PlatformDown("it does not answer")

    worker = threading.Thread(target=open_worker(sqlite_engine, {"work": work}, threads=1).run, args=[stop])
    worker.start()
    worker.join(60)
    assert not worker.is_alive()
    assert set(others) <= set(order)
    assert order.count(large) <= 3, order
