"""The contract of background work, on both databases."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.errors import AuthLost, Late, NotFound, PlatformDown, RateLimited, Refused
from app.jobs.base import Again, Job
from app.jobs.claims import BACK_OFF, Claims
from app.jobs.models import JobRow
from app.jobs.worker import open_worker
from app.lib import clock
from app.lib.clock import real_now, set_demo_clock, utc_now
from app.shops.models import Shop

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
        worker.join(10)
        assert not worker.is_alive()


def until(is_so: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def demo_clock(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "clock"
    clock.follow(path)
    yield path
    clock.follow(None)


def claims(engine: Engine, lease: float = 30) -> Claims:
    return Claims(engine, os.urandom(4).hex(), lease)


def test_a_job_is_done_once_and_is_gone(engine: Engine, shop: Shop) -> None:
    done: list[Job] = []
    with working(engine, done.append):
        defer(engine, shop, key="17")
        until(lambda: done and not rows(engine))
    (job,) = done
    assert (job.shop_id, job.name, job.key, job.lane, job.attempts) == (shop.id, "work", "17", "ingest", 0)


def test_a_job_of_no_shop_has_no_shop(engine: Engine) -> None:
    with every_shop(engine, write=True) as db:
        jobs.defer(db, "work", lane="report")
    job = claims(engine).claim()
    assert job is not None
    assert job.shop_id is None


def test_a_job_goes_with_its_data(engine: Engine, shop: Shop) -> None:
    with pytest.raises(ZeroDivisionError), shop_scope(engine, shop.id, write=True) as scope:  # noqa: PT012
        jobs.defer(scope, "work", lane="ingest")
        raise ZeroDivisionError
    assert rows(engine) == []


def test_a_scope_defers_for_its_own_shop_only(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope, pytest.raises(ValueError):
        jobs.defer(scope, "work", lane="ingest", shop_id=stranger.id)
    with every_shop(engine, write=True) as db:
        jobs.defer(db, "work", lane="ingest", shop_id=stranger.id)
    assert only(engine).shop_id == stranger.id


def test_the_same_waiting_job_is_one_job(engine: Engine, shop: Shop, stranger: Shop) -> None:
    for one in (shop, shop, stranger, shop):
        defer(engine, one, dedupe="same")
    assert sorted(row.shop_id for row in rows(engine)) == sorted([shop.id, stranger.id])
    defer(engine, shop)
    defer(engine, shop)
    assert len(rows(engine)) == 4


def test_the_same_job_deferred_earlier_or_higher_is_brought_forward(engine: Engine, shop: Shop) -> None:
    later = utc_now() + timedelta(hours=1)
    defer(engine, shop, dedupe="same", at=later, priority=5)
    defer(engine, shop, dedupe="same", at=later + timedelta(hours=1), priority=9)
    assert (only(engine).due_at, only(engine).priority) == (later, 5)
    defer(engine, shop, dedupe="same", priority=1)
    assert only(engine).due_at <= utc_now()
    assert only(engine).priority == 1


def test_a_running_job_is_not_the_same_as_one_deferred_meanwhile(engine: Engine, shop: Shop) -> None:
    defer(engine, shop, dedupe="same")
    ours = claims(engine)
    job = ours.claim()
    assert job is not None
    defer(engine, shop, dedupe="same")  # something new came while the first was at it
    ours.finish(job, None)
    assert only(engine).state == "ready"


@pytest.mark.parametrize("at", [None, LONG_AGO])
def test_a_job_that_goes_on_meets_its_waiting_twin_and_stays_one(
    engine: Engine, shop: Shop, at: datetime | None
) -> None:
    defer(engine, shop, dedupe="same")
    ours = claims(engine)
    job = ours.claim()
    assert job is not None
    defer(engine, shop, dedupe="same", at=utc_now() + timedelta(hours=1))
    ours.finish(job, Again(at))
    assert only(engine).state == "ready"
    assert only(engine).due_at <= utc_now()


def test_a_job_that_failed_meets_its_waiting_twin_and_still_backs_off(engine: Engine, shop: Shop) -> None:
    defer(engine, shop, dedupe="same")
    ours = claims(engine)
    job = ours.claim()
    assert job is not None
    defer(engine, shop, dedupe="same")
    ours.fail(job, PlatformDown("away"))
    row = only(engine)
    assert (row.state, row.attempts, row.held, row.error) == ("ready", 1, True, "PlatformDown: away")
    assert row.due_at > utc_now() + timedelta(seconds=4)
    defer(engine, shop, dedupe="same")  # a webhook does not wear the back-off out
    assert only(engine).due_at == row.due_at


def test_a_lane_of_a_shop_is_serial_and_lanes_are_not(engine: Engine, shop: Shop, stranger: Shop) -> None:
    at_work: set[tuple[int | None, str]] = set()
    clashes, together, done = [], [], []

    def work(job: Job) -> None:
        lane = (job.shop_id, job.lane)
        if lane in at_work:
            clashes.append(job)
        at_work.add(lane)
        together.append(len(at_work))
        time.sleep(0.02)
        at_work.remove(lane)
        done.append(job)

    for _ in range(5):
        for one in (shop, stranger):
            for lane in ("ingest", "send"):
                defer(engine, one, lane=lane)
    with working(engine, work, threads=3), working(engine, work, threads=3):
        until(lambda: len(done) == 20)
    assert clashes == []
    assert max(together) > 1


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
        until(lambda: done, 2)


def test_a_failing_job_backs_off_longer_and_longer_and_then_is_dead(
    engine: Engine, shop: Shop, demo_clock: Path
) -> None:
    defer(engine, shop)
    ours, waits = claims(engine), []
    for _ in BACK_OFF:
        job = ours.claim()
        assert job is not None
        before = utc_now()
        ours.fail(job, KeyError("x"))
        waits.append(round((only(engine).due_at - before).total_seconds()))
        assert ours.claim() is None
        set_demo_clock(demo_clock, only(engine).due_at + timedelta(seconds=1))
    job = ours.claim()
    assert job is not None
    ours.fail(job, KeyError("the last"))
    assert waits == list(BACK_OFF)
    assert (only(engine).state, only(engine).error) == ("dead", "KeyError: 'the last'")
    assert ours.claim() is None


@pytest.mark.parametrize("error", [AuthLost("sign in again"), Refused("no")])
def test_what_a_person_must_mend_is_dead_at_once_and_can_be_revived(
    engine: Engine, shop: Shop, stranger: Shop, error: Exception
) -> None:
    defer(engine, shop, key="17", dedupe="same")
    ours = claims(engine)
    job = ours.claim()
    assert job is not None
    ours.fail(job, error)
    assert only(engine).state == "dead"
    with shop_scope(engine, stranger.id, write=True) as scope, pytest.raises(NotFound):
        jobs.revive(scope, job.id, utc_now())
    with shop_scope(engine, shop.id, write=True) as scope:
        jobs.revive(scope, job.id, utc_now())
    again = ours.claim()
    assert again is not None
    assert (again.key, again.attempts) == ("17", 0)


def test_a_rate_limit_is_waited_for_and_counts_no_attempt(engine: Engine, shop: Shop) -> None:
    defer(engine, shop, dedupe="same")
    ours = claims(engine)
    job = ours.claim()
    assert job is not None
    ours.fail(job, RateLimited("slow down", 7))
    defer(engine, shop, dedupe="same")
    assert only(engine).attempts == 0
    assert 6 < (only(engine).due_at - utc_now()).total_seconds() < 7.1


def test_work_that_came_too_early_waits_for_its_time(engine: Engine, shop: Shop) -> None:
    defer(engine, shop)
    ours, at = claims(engine), utc_now() + timedelta(minutes=5)
    job = ours.claim()
    assert job is not None
    ours.fail(job, Late(at))
    assert (only(engine).due_at, only(engine).attempts) == (at, 0)


def test_an_error_in_one_job_stops_no_other(engine: Engine, shop: Shop) -> None:
    done: list[str] = []

    def work(job: Job) -> None:
        if job.key == "bad":
            raise RuntimeError("boom")
        done.append(job.key)

    with working(engine, work, threads=1):
        defer(engine, shop, name="unknown to this worker")
        defer(engine, shop, key="bad")
        defer(engine, shop, key="good")
        until(lambda: done == ["good"])
    assert sorted(row.error or "" for row in rows(engine)) == [
        "KeyError: 'unknown to this worker'",
        "RuntimeError: boom",
    ]


def test_work_is_begun_within_a_quarter_of_a_second(engine: Engine, shop: Shop) -> None:
    begun: list[float] = []
    waits = []
    with working(engine, lambda job: begun.append(time.monotonic())):
        for number in range(1, 6):
            time.sleep(0.2)
            defer(engine, shop)
            deferred = time.monotonic()
            until(lambda number=number: len(begun) == number)  # type: ignore[misc]
            waits.append(begun[-1] - deferred)
    assert sorted(waits)[2] < 0.25, waits


def test_a_lease_that_ends_gives_the_job_back_and_one_renewed_does_not(engine: Engine, shop: Shop) -> None:
    defer(engine, shop)
    dead, alive = claims(engine, lease=0.2), claims(engine)
    job = dead.claim()
    assert job is not None
    assert alive.free_abandoned() == 0
    time.sleep(0.15)
    dead.renew([job.id])
    time.sleep(0.1)
    assert alive.free_abandoned() == 0
    time.sleep(0.15)
    assert alive.free_abandoned() == 1
    again = alive.claim()
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 1)
    dead.finish(job, None)  # it wakes up late: the job is not its own any more
    assert only(engine).state == "running"


def test_a_job_that_kills_its_worker_time_and_again_is_buried(engine: Engine, shop: Shop) -> None:
    defer(engine, shop)
    for _ in range(len(BACK_OFF) + 1):
        assert claims(engine, lease=-1).claim() is not None
        claims(engine).free_abandoned()
    assert (only(engine).state, only(engine).error) == ("dead", "the worker died at it")


PROCESS = """
import sys, threading, time
from pathlib import Path
from app.db.engine import open_engine
from app.jobs.worker import open_worker
def work(job):
    Path(sys.argv[2], job.key).touch()
    time.sleep(60)
open_worker(open_engine(sys.argv[1]), {"work": work}, lease=1.5).run(threading.Event())
"""


def test_a_killed_worker_s_job_is_back(engine: Engine, shop: Shop, tmp_path: Path) -> None:
    """R19: kill -9 in the middle of a job; on SQLite the next worker has it at once, on PostgreSQL after its lease."""
    address = engine.url.render_as_string(hide_password=False)
    for key in ("one", "two"):
        defer(engine, shop, key=key, lane=key)
    process = subprocess.Popen([sys.executable, "-c", PROCESS, address, str(tmp_path)], start_new_session=True)
    try:
        until(lambda: (tmp_path / "one").exists() and (tmp_path / "two").exists(), 20)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done: list[str] = []
    stop = threading.Event()
    worker = open_worker(engine, {"work": lambda job: done.append(job.key)}, lease=1.5)
    thread = threading.Thread(target=worker.run, args=[stop])
    started = time.monotonic()
    thread.start()
    try:
        until(lambda: sorted(done) == ["one", "two"], 5)
    finally:
        stop.set()
        thread.join()
    if engine.dialect.name == "sqlite":
        assert time.monotonic() - started < 1
    assert rows(engine) == []


def test_a_job_whose_end_could_not_be_written_is_done_again(
    engine: Engine, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, done = Claims.finish, []

    def first_fails(ours: Claims, job: Job, result: Again | None, *, go_on: bool = False) -> Job | None:
        if len(done) == 1:
            raise OSError("the database is away")
        return finish(ours, job, result, go_on=go_on)

    monkeypatch.setattr(Claims, "finish", first_fails)
    defer(engine, shop)
    with working(engine, done.append, lease=0.5):
        until(lambda: len(done) == 2 and not rows(engine))


def test_a_second_worker_leaves_the_first_one_s_jobs_alone(engine: Engine, shop: Shop) -> None:
    begun: list[str] = []
    end = threading.Event()

    def slow(job: Job) -> None:
        begun.append(job.key)
        end.wait(10)

    defer(engine, shop, key="one")
    with working(engine, slow):
        until(lambda: begun)
        with working(engine, slow):
            time.sleep(0.3)
        end.set()
    assert begun == ["one"]


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
