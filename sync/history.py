"""Points for the time before the programme, where a merchant says that history counts."""

from app import jobs
from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.loyalty.actions import settle_history


def count_history(context: Context, job: Job) -> Again | None:
    """A job: settle a slice of a shop's orders, those after the order that its key names, and queue the next slice."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        last = settle_history(scope, int(job.key or 0), utc_now())
        if last is not None:  # not the same job as one that begins at the first order
            jobs.defer(scope, job.name, str(last), lane=job.lane, dedupe=f"{job.name} after {last}")
    return None
