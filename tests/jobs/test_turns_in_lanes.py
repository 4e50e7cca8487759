"""Who goes first: one at a time in a lane, by urgency and by waiting, each as soon as its time has come."""

import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import real_now, set_demo_clock, utc_now
from app.shops.models import Shop
from tests.jobs.at_work import LONG_AGO, claims, defer, rows, working
from tests.waiting import PATIENCE, until


def test_a_job_is_done_once_and_is_gone(engine: Engine, shop: Shop) -> None:
    done: list[Job] = []
    with working(engine, done.append):
        defer(engine, shop, key="17")
        until(lambda: done and not rows(engine))
    (job,) = done
    assert (job.shop_id, job.name, job.key, job.lane, job.attempts) == (shop.id, "work", "17", "ingest", 0)


def test_a_lane_of_a_shop_is_serial_and_lanes_are_not(engine: Engine, shop: Shop, stranger: Shop) -> None:
    at_work: set[tuple[int | None, str]] = set()
    clashes, done = [], []
    meeting = threading.Barrier(2)

    def work(job: Job) -> None:
        lane = (job.shop_id, job.lane)
        if lane in at_work:
            clashes.append(job)
        at_work.add(lane)
        if job.key == "meets another":
            meeting.wait(PATIENCE)
        time.sleep(0.02)  # in which a second one of the lane would be seen
        at_work.remove(lane)
        done.append(job)

    for key in ("meets another", *["goes its way"] * 4):
        for one in (shop, stranger):
            for lane in ("ingest", "send"):
                defer(engine, one, lane=lane, key=key)
    with working(engine, work, threads=3), working(engine, work, threads=3):
        until(lambda: len(done) == 20)
    assert clashes == []


def test_the_database_itself_keeps_a_lane_serial(engine: Engine, shop: Shop) -> None:
    defer(engine, shop)
    defer(engine, shop)
    with pytest.raises(Exception, match=r"(?i)unique"), shop_scope(engine, shop.id, write=True) as scope:
        scope.batch().execute("UPDATE jobs SET state = 'running' WHERE shop_id = :shop_id", {})


def in_order(engine: Engine) -> str:
    """The keys of all jobs that are due, as one worker takes them."""
    ours, order = claims(engine), ""
    while job := ours.claim():
        order += job.key
        ours.finish(job, None)
    return order


def test_within_a_lane_priority_goes_first_then_time(engine: Engine, shop: Shop) -> None:
    now = utc_now()
    for key, priority, seconds in (("c", 5, 1.0), ("b", 0, 0.1), ("a", 0, 0.2), ("never", 0, -3600)):
        defer(engine, shop, key=key, priority=priority, at=now - timedelta(seconds=seconds))
    assert in_order(engine) == "abc"


def test_what_has_waited_long_goes_before_the_urgent(engine: Engine, shop: Shop) -> None:
    now = utc_now()
    for key, priority, seconds in (("b", 0, 1), ("a", 5, 60), ("c", 0, 0)):
        defer(engine, shop, key=key, priority=priority, at=now - timedelta(seconds=seconds))
    assert in_order(engine) == "abc"


def test_a_slice_that_goes_on_lets_others_of_its_lane_pass(engine: Engine, shop: Shop) -> None:
    order: list[str] = []

    def work(job: Job) -> Again | None:
        order.append(job.key)
        if job.key == "backfill" and order.count("backfill") == 1:
            defer(engine, shop, key="webhook", dedupe="deliveries")
        return Again() if job.key == "backfill" and order.count("backfill") < 3 else None

    defer(engine, shop, key="backfill", priority=5)
    with working(engine, work):
        until(lambda: not rows(engine))
    assert order == ["backfill", "webhook", "backfill", "backfill"]


def test_a_job_waits_for_its_time_by_the_shop_s_clock(engine: Engine, shop: Shop, demo_clock: Path) -> None:
    done: list[Job] = []
    defer(engine, shop, at=utc_now() + timedelta(days=3))
    with working(engine, done.append):
        time.sleep(0.3)
        assert done == []
        set_demo_clock(demo_clock, real_now() + timedelta(days=3, minutes=1))
        until(lambda: done)


def test_work_is_begun_within_a_quarter_of_a_second(engine: Engine, shop: Shop) -> None:
    """Now and then at least: a busy machine is late for many of them, a worker that looks too seldom for all."""
    begun: list[float] = []

    def wait() -> float:
        number = len(begun)
        time.sleep(0.2)
        defer(engine, shop)
        deferred = time.monotonic()
        until(lambda: len(begun) > number)
        return begun[-1] - deferred

    with working(engine, lambda job: begun.append(time.monotonic())):
        assert any(wait() < 0.25 for _ in range(50))


def test_a_tick_is_fired_once(engine: Engine) -> None:
    fired: list[bool] = []
    start = threading.Barrier(4)

    def tick() -> None:
        start.wait()
        with every_shop(engine, write=True) as db:
            fired.append(jobs.fire(db, "pull", LONG_AGO))

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fired) == [False, False, False, True]
    with every_shop(engine, write=True) as db:
        assert jobs.fire(db, "pull", LONG_AGO + timedelta(minutes=5))
        assert jobs.fire(db, "other", LONG_AGO)
        assert jobs.fire(db, "pull", LONG_AGO + timedelta(days=9))
        assert db.batch().rows("SELECT count(*) FROM firings") == [(2,)]
