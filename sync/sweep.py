"""The sweep: what a platform may change in silence is read at night, and what is missing there asked for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.jobs.base import Again, Job
from app.shops.clients import connector_of
from sync.reach import calls_the_shop
from sync.runs import work

_FIRST_HOUR, _HOURS = 1, 4  # of the shop's night: shops begin in one of these


@calls_the_shop
def sweep(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's sweep."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id) as scope:
        if scope.shop.backfilled_at is None:
            return None
    return work(context, job, "sweep", _finish)


def request(scope: ShopScope) -> None:
    """Let a shop be swept now: at night, or because what would have told of changes was silent for a while."""
    if scope.shop.state == "active" and connector_of(scope.shop.platform).sweeps:
        jobs.defer(scope, "sweep", lane="sweep", dedupe="sweep", priority=9)


def at_night(scope: ShopScope, now: datetime) -> None:
    """Every hour: is it this shop's?"""
    hour = now.astimezone(ZoneInfo(scope.shop.timezone)).hour
    if hour == _FIRST_HOUR + scope.shop_id % _HOURS:
        request(scope)


def _finish(scope: ShopScope, now: datetime) -> None:
    """What was missing waits to be asked for already."""
