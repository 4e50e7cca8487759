"""Points for the time before the programme, where a merchant says that history counts."""

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.loyalty.actions import settle_history

_done_to: dict[int, int] = {}


def count_history(context: Context, job: Job) -> Again | None:
    """A job: settle a slice of a shop's orders; begun afresh after a restart, since settling twice changes nothing."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        last = settle_history(scope, _done_to.get(job.shop_id, 0), utc_now())
    if last is None:
        _done_to.pop(job.shop_id, None)
        return None
    _done_to[job.shop_id] = last
    return Again(None)
