"""What fails: it waits longer and longer, waits as it was told to, or is dead until somebody revives it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app import jobs
from app.db.scope import shop_scope
from app.errors import AuthLost, Late, NotFound, RateLimited, Refused
from app.jobs.base import Job
from app.jobs.claims import BACK_OFF
from app.lib.clock import set_demo_clock, utc_now
from app.shops.models import Shop
from tests.jobs.at_work import claims, defer, only, rows, working
from tests.waiting import until


def test_a_failing_job_backs_off_longer_and_longer_and_then_is_dead(
    engine: Engine, shop: Shop, demo_clock: Path
) -> None:
    defer(engine, shop)
    ours = claims(engine)
    for wait in BACK_OFF:
        job = ours.claim()
        assert job is not None
        before = utc_now()
        ours.fail(job, KeyError("x"))
        assert before <= only(engine).due_at - timedelta(seconds=wait) <= utc_now()
        assert ours.claim() is None
        set_demo_clock(demo_clock, only(engine).due_at + timedelta(seconds=1))
    job = ours.claim()
    assert job is not None
    ours.fail(job, KeyError("the last"))
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
    before = utc_now()
    ours.fail(job, RateLimited("slow down", 7))
    defer(engine, shop, dedupe="same")
    assert only(engine).attempts == 0
    assert before <= only(engine).due_at - timedelta(seconds=7) <= utc_now()


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
