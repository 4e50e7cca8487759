"""The pull: what changed since the last one, ten minutes of overlap; every few minutes, on demand, after a gap."""

from datetime import datetime

from sqlmodel import col, select

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.jobs.base import Again, Job
from sync.models import Cursor
from sync.reach import calls_the_shop
from sync.runs import work


@calls_the_shop
def pull(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's pull; nothing before the backfill has ended."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id) as scope:
        if scope.shop.state != "active" or scope.shop.backfilled_at is None:
            return None
    return work(context, job, "pull", _finish)


def request(scope: ShopScope, since: datetime | None = None) -> None:
    """Let a shop be pulled as soon as its lane is free. since: everything, from then on at the latest."""
    if since is not None:
        for cursor in scope.all(select(Cursor).where(col(Cursor.since) > since)):
            cursor.since = since
    jobs.defer(scope, "pull", lane="ingest", dedupe="pull", priority=5)


def _finish(scope: ShopScope, now: datetime) -> None:
    """Nothing remains to be done: every resource's cursor was kept at its end."""
