"""Calls on PostgreSQL: what procrastinate is told, and when."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.jobs import calls
from app.lib.clock import utc_now
from tests.conftest import make_shop


def waiting(engine: Engine) -> list[tuple[str, str, int, str]]:
    with every_shop(engine) as db:
        return db.batch().rows(
            "SELECT lock, queueing_lock, priority, status::text FROM procrastinate_jobs ORDER BY priority DESC, id"
        )


def test_many_jobs_of_a_lane_make_one_call_and_a_more_urgent_one_another(postgres_engine: Engine) -> None:
    shop = make_shop(postgres_engine)
    for priority in (5, 5, 0):
        with shop_scope(postgres_engine, shop.id, write=True) as scope:
            jobs.defer(scope, "work", "1", lane="ingest", priority=priority)
            jobs.defer(scope, "work", "2", lane="ingest", priority=priority)
    lane = f"{shop.id}:ingest"
    assert waiting(postgres_engine) == [(lane, f"{lane}:0", 0, "todo"), (lane, f"{lane}:-5", -5, "todo")]


def test_a_call_goes_with_its_data(postgres_engine: Engine) -> None:
    shop = make_shop(postgres_engine)
    with pytest.raises(ZeroDivisionError), shop_scope(postgres_engine, shop.id, write=True) as scope:  # noqa: PT012
        jobs.defer(scope, "work", lane="ingest")
        raise ZeroDivisionError
    assert waiting(postgres_engine) == []


def test_two_transactions_that_defer_to_one_lane_wait_for_each_other_s_commit_only(postgres_engine: Engine) -> None:
    shop = make_shop(postgres_engine)
    with shop_scope(postgres_engine, shop.id, write=True) as slow:
        jobs.defer(slow, "work", "slow", lane="ingest")
        with shop_scope(postgres_engine, shop.id, write=True) as quick:
            quick.batch().rows("SELECT set_config('lock_timeout', '2s', true), :shop_id::bigint", {})
            jobs.defer(quick, "work", "quick", lane="ingest")
        assert len(waiting(postgres_engine)) == 1
    assert len(waiting(postgres_engine)) == 1


def test_what_waits_for_its_time_is_called_for_when_it_comes_and_once(postgres_engine: Engine) -> None:
    shop, later = make_shop(postgres_engine), utc_now() + timedelta(hours=1)
    with shop_scope(postgres_engine, shop.id, write=True) as scope:
        jobs.defer(scope, "work", lane="send", at=later)
    for now, made in ((utc_now(), 0), (later, 1), (later, 0)):
        with every_shop(postgres_engine, write=True) as db:
            assert calls.call_due(db.batch(), now) == made


def test_a_worker_that_gave_no_sign_of_life_loses_its_calls_and_one_that_did_only_what_it_forgot(
    postgres_engine: Engine,
) -> None:
    with every_shop(postgres_engine, write=True) as db:
        batch = db.batch()
        calls.call(batch, [calls.Call(0, shop_id, "ingest") for shop_id in (1, 2, 3)])
        dead, alive = (batch.rows("SELECT worker_id FROM procrastinate_register_worker_v1()")[0][0] for _ in range(2))
        fetched = [
            batch.rows("SELECT id FROM procrastinate_fetch_job_v2(NULL, :worker)", {"worker": worker})[0][0]
            for worker in (dead, alive, alive)
        ]
        batch.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' WHERE id = ?", [dead]
        )
        assert calls.beat(batch, alive, fetched[1:2])
        calls.drop_stalled(batch, 30)
        assert batch.rows("SELECT id FROM procrastinate_jobs") == [(fetched[1],)]
        assert not calls.beat(batch, dead, [])
