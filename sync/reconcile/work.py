"""The jobs that hold both sides together: a step at a time in the lane `report`, so that nothing waits for them."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import case
from sqlmodel import col, func, select

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.proof.models import Finding, Reconciliation
from app.proof.queries import UNDONE
from app.reasons import Reason
from app.shops.clients import client_for
from connectors.auditing import Auditor
from sync.reach import calls_the_shop
from sync.reconcile import begin, stages
from sync.reconcile.stages import Later

_TRIES = 3  # after the first one
_STAGES: Mapping[str, Callable[[Context, Reconciliation, Auditor], bool]] = {
    "read": stages.read, "older": stages.older_days, "report": stages.report, "things": stages.things,
    "heal": stages.heal,
}  # fmt: skip
_WAYS: Mapping[str, Sequence[str]] = {
    "nightly": ("read", "older", "report", "things", "heal"),
    "asked": ("read", "report", "things", "heal"),
    "gap": ("read", "heal"),
    "sweep": ("read", "heal"),
}


@calls_the_shop
def reconcile(context: Context, job: Job) -> Again | None:
    """A job: one step of what is to be held together; what somebody asked for goes first."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id) as scope:
        row = _current(scope)
    if row is None:
        return None
    if row.state == "queued":
        _note(context, row, "running", None)
    try:
        return _step(context, row)
    except (RateLimited, PlatformDown, AuthLost) as error:
        _note(context, row, "waiting", Reason.of(error))
        raise
    except Exception as error:
        if job.attempts < _TRIES:
            _note(context, row, "waiting", Reason.of(error))
        else:
            _end(context, row, "failed", Reason.of(error))
        raise


@calls_the_shop
def reconcile_recent(context: Context, job: Job) -> Again | None:
    """A job, hourly: where orders are edited and keep their modified date, the recent ones are read whole."""
    assert job.shop_id is not None
    if client_for(context, job.shop_id).auditor().has_silent_edits():
        now = utc_now()
        with shop_scope(context.engine, job.shop_id, write=True) as scope:
            begin.request(scope, "sweep", now, begin.local_day(scope, now) - begin.SWEPT)
    return None


def _current(scope: ShopScope) -> Reconciliation | None:
    undone = select(Reconciliation).where(col(Reconciliation.state).in_(UNDONE))
    asked_first = case((col(Reconciliation.reason) == "asked", 0), else_=1)
    return scope.first(undone.order_by(asked_first, col(Reconciliation.id)).limit(1))


def _step(context: Context, row: Reconciliation) -> Again:
    auditor = client_for(context, row.shop_id).auditor()
    try:
        has_ended = _STAGES[row.stage](context, row, auditor)
    except Later as later:
        _note(context, row, "waiting", later.why, later.cursor)
        return Again(later.at)
    if has_ended:
        _go_on(context, row)
    else:
        _note(context, row, "running", None)
    return Again(None)


def _go_on(context: Context, row: Reconciliation) -> None:
    way = _WAYS[row.reason]
    place = way.index(row.stage) + 1
    if place == len(way):
        _end(context, row, "done")
        return
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        kept.stage, kept.state, kept.changed_at = way[place], "running", utc_now()
        if kept.stage == "heal":
            kept.next_on = stages.BEGINNING


def _note(context: Context, row: Reconciliation, state: str, why: Reason | None, cursor: str | None = None) -> None:
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        kept.state, kept.note, kept.cursor = state, why.kept() if why else None, cursor or kept.cursor


def _end(context: Context, row: Reconciliation, state: str, error: Reason | None = None) -> None:
    now = utc_now()
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        kept.state, kept.note, kept.error = state, None, error.kept() if error else None
        kept.finished_at = kept.changed_at = now
        kept.unhealed = unhealed(scope)


def unhealed(scope: ShopScope) -> int:
    """How many records differ still."""
    still_open = select(Finding.kind, Finding.external_id).where(col(Finding.repaired_at).is_(None)).distinct()
    return int(scope.scalar(select(func.count()).select_from(still_open.subquery())))
