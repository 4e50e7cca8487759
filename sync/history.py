"""What is counted anew over all of a shop's history, a slice a job: points, where a merchant says that the time before
the programme counts, and local days, where the shop moved to another time zone."""

from collections.abc import Callable
from datetime import datetime

from app import jobs
from app.commerce import days
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.loyalty.actions import settle_history


def count_history(context: Context, job: Job) -> Again | None:
    """A job: settle the points of the orders after the one that its key names."""
    return _slice(context, job, settle_history)


def count_days(context: Context, job: Job) -> Again | None:
    """A job: count the local days of the orders after the one that its key names."""
    return _slice(context, job, lambda scope, after, _: days.count_days(scope, after))


def _slice(context: Context, job: Job, count: Callable[[ShopScope, int, datetime], int | None]) -> Again | None:
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        last = count(scope, int(job.key or 0), utc_now())
        if last is not None:  # not the same job as one that begins at the first order
            jobs.defer(scope, job.name, str(last), lane=job.lane, dedupe=f"{job.name} after {last}")
    return None
