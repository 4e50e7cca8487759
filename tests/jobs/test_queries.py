"""What pages and gauges read of the jobs, the same on both engines."""

from datetime import timedelta

from sqlalchemy import Engine

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.errors import Refused
from app.jobs import queries
from app.jobs.claims import Claims, Lane
from app.lib.clock import utc_now
from app.shops.models import Shop


def test_jobs_are_counted_by_lane_and_state_each_shop_for_itself(engine: Engine, shop: Shop, stranger: Shop) -> None:
    since = utc_now() - timedelta(minutes=3)
    with every_shop(engine, write=True) as db:
        for one, lane, at in ((shop, "ingest", since), (shop, "ingest", None), (shop, "send", None)):
            jobs.defer(db, "work", lane=lane, at=at, shop_id=one.id)
        jobs.defer(db, "work", lane="ingest", at=since - timedelta(minutes=9), shop_id=stranger.id)
    assert Claims(engine, "us").claim(Lane(shop.id, "send")) is not None
    with every_shop(engine) as db:
        assert queries.counts(db) == {("ingest", "ready"): 3, ("send", "running"): 1}
        assert queries.oldest_due(db) == since - timedelta(minutes=9)
    with shop_scope(engine, shop.id) as scope:
        assert queries.counts(scope) == {("ingest", "ready"): 2, ("send", "running"): 1}
        assert queries.lanes(scope)[0] == ("ingest", "ready", 2, since)
        assert queries.waits(scope, "work")


def test_a_dead_job_is_listed_with_its_cause_until_it_is_revived(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        jobs.defer(scope, "work", "17", lane="ingest")
    us = Claims(engine, "us")
    job = us.claim(Lane(shop.id, "ingest"))
    assert job is not None
    us.fail(job, Refused("the shop is closed"))
    with shop_scope(engine, stranger.id) as scope:
        assert queries.dead(scope, 10) == []
    with shop_scope(engine, shop.id, write=True) as scope:
        (dead,) = queries.dead(scope, 10)
        assert (dead.name, dead.error) == ("work", "Refused: the shop is closed")
        jobs.revive(scope, dead.id, utc_now())
    with shop_scope(engine, shop.id) as scope:
        assert queries.dead(scope, 10) == []
    assert us.claim(Lane(shop.id, "ingest")) is not None
