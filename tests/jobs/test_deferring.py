"""What is deferred: with its data, for its own shop, and the same thing once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.errors import PlatformDown
from app.jobs.base import Again
from app.jobs.claims import BACK_OFF
from app.lib.clock import utc_now
from app.shops.models import Shop
from tests.jobs.at_work import LONG_AGO, claims, defer, only, rows


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


def test_a_job_of_no_shop_has_no_shop(engine: Engine) -> None:
    with every_shop(engine, write=True) as db:
        jobs.defer(db, "work", lane="report")
    job = claims(engine).claim()
    assert job is not None
    assert job.shop_id is None


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
    before = utc_now()
    ours.fail(job, PlatformDown("away"))
    row = only(engine)
    assert (row.state, row.attempts, row.held, row.error) == ("ready", 1, True, "PlatformDown: away")
    assert row.due_at >= before + timedelta(seconds=BACK_OFF[0])
    defer(engine, shop, dedupe="same")  # a webhook does not wear the back-off out
    assert only(engine).due_at == row.due_at
