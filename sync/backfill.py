"""The backfill: a shop's whole history, once; its end makes the shop active."""

from datetime import datetime

from sqlmodel import select

from app import jobs
from app.context import Context
from app.db.scope import ShopScope
from app.jobs.base import Again, Job
from app.segments.membership import evaluate
from app.segments.models import Segment
from app.shops.lifecycle import may_call
from sync.queries import oldest_order_on, refused_fields
from sync.reach import calls_the_shop
from sync.runs import work


@calls_the_shop
def backfill(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's backfill."""
    return work(context, job, "backfill", _finish)


def _finish(scope: ShopScope, now: datetime) -> None:
    if not may_call(scope):
        return  # it left meanwhile
    scope.shop.state, scope.shop.state_reason = "active", None
    if scope.shop.backfilled_at is None and refused_fields(scope):
        jobs.defer(scope, "installation", lane="push", dedupe="installation")  # what was refused may be granted by now
    scope.shop.backfilled_at = scope.shop.backfilled_at or now  # a shop connected again goes on where it was
    scope.shop.oldest_order_on = oldest_order_on(scope)
    for segment in scope.all(select(Segment)):
        evaluate(scope, segment, now)
    # what changed while the backfill read, or while the shop was away, and no webhook told
    jobs.defer(scope, "pull", lane="ingest", dedupe="pull", priority=5)
    jobs.defer(scope, "facts", lane="push", dedupe="facts")  # how far back the orders reach there
