"""Fresh reads by id: for parts that are missing, conflicts, and deletions that have to be checked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from app.commerce.ingest import ingest
from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.journal.keep import keep_failures, keep_page, resolve_failures
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.shops.clients import client_for
from connectors.records import Record

_AT_ONCE = 50
_BACK_OFF = timedelta(minutes=1)
_ATTEMPTS = 8


def fetch(context: Context, job: Job) -> Again | None:
    """A job: read one batch of a shop's pending fetches, all of one kind."""
    assert job.shop_id is not None
    due = _due(context, job.shop_id, utc_now())
    if not due:
        return None
    asked_at = utc_now()
    kind = due[0].kind.removeprefix("deleted:")  # a deletion is checked by asking for what is said to be gone
    records = client_for(context, job.shop_id).fetch(kind, [row.external_id for row in due])
    _keep(context, job.shop_id, due, records, asked_at)
    return Again(None)


def _due(context: Context, shop_id: int, now: datetime) -> list[PendingFetch]:
    with shop_scope(context.engine, shop_id) as scope:
        waiting = select(PendingFetch).where(col(PendingFetch.due_at) <= now).order_by(col(PendingFetch.due_at))
        rows = scope.all(waiting.limit(_AT_ONCE))
    return [row for row in rows if row.kind == rows[0].kind]


def _keep(
    context: Context, shop_id: int, due: list[PendingFetch], records: Sequence[Record], asked_at: datetime
) -> None:
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        outcome = ingest(scope, records, now, live=scope.shop.backfilled_at is not None, fresh=True)
        keep_failures(scope, context.keyring, "fetch", outcome.failures, now)
        keep_page(scope, "fetch", due[0].kind, outcome, now)
        again = set(outcome.refetch) | {(failure.kind, failure.external_id) for failure in outcome.failures}
        for asked in due:
            row = scope.find(PendingFetch, asked.kind, asked.external_id)
            if row is None or row.requested_at > asked_at:
                continue  # asked for again meanwhile: what we read may be old by now
            if (row.kind, row.external_id) not in again or row.attempts >= _ATTEMPTS:
                scope.delete(row)
                continue
            row.attempts += 1
            row.due_at = now + _BACK_OFF * 2**row.attempts
        resolve_failures(scope, due[0].kind, [row.external_id for row in due], now)
