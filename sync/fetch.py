"""Fresh reads by id: for parts that are missing, conflicts, and deletions that have to be checked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, select

from app.commerce.ingest import ingest
from app.context import Context
from app.db.scope import shop_scope
from app.errors import NotFound, Refused
from app.jobs.base import Again, Job
from app.journal.chain import seal
from app.journal.keep import keep_failures, keep_page, request_fetches, resolve_failures
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.proof.told import count_first_told
from app.shops.clients import client_for
from connectors import ledger
from connectors.base import Client, Failure
from connectors.records import Census, Lifecycle, Merge, PrivacyRequest, Record, RefundRecord
from sync.reach import calls_the_shop
from sync.refused import keep_refusals

_AT_ONCE = 50
_BACK_OFF = timedelta(minutes=1)
_ATTEMPTS = 8


@calls_the_shop
def fetch(context: Context, job: Job) -> Again | None:
    """A job: read one batch of a shop's pending fetches, all of one kind and for one reason."""
    assert job.shop_id is not None
    due = _due(context, job.shop_id, utc_now())
    if not due:
        return None
    asked_at = utc_now()
    kind = due[0].kind.removeprefix("deleted:")  # a deletion is checked by asking for what is said to be gone
    client = client_for(context, job.shop_id)
    records, failures = _read(client, kind, [row.external_id for row in due])
    keep_refusals(context, job.shop_id, client.refused())
    _keep(context, job.shop_id, due, records, failures, asked_at)
    return Again(None)


def _read(client: Client, kind: str, external_ids: Sequence[str]) -> tuple[Sequence[Record], list[Failure]]:
    """All at once; where one cannot be read each by itself, so that it alone fails."""
    try:
        return client.fetch(kind, external_ids), []
    except (Refused, NotFound) as error:
        if len(external_ids) == 1:
            return [], [Failure(kind, external_ids[0], str(error))]
    each = [_read(client, kind, [external_id]) for external_id in external_ids]
    return [record for records, _ in each for record in records], [one for _, failures in each for one in failures]


def _due(context: Context, shop_id: int, now: datetime) -> list[PendingFetch]:
    with shop_scope(context.engine, shop_id) as scope:
        waiting = select(PendingFetch).where(col(PendingFetch.due_at) <= now).order_by(col(PendingFetch.due_at))
        rows = scope.all(waiting.limit(_AT_ONCE))
    return [row for row in rows if (row.kind, row.reason) == (rows[0].kind, rows[0].reason)]


def _keep(
    context: Context,
    shop_id: int,
    due: list[PendingFetch],
    records: Sequence[Record],
    unread: Sequence[Failure],
    asked_at: datetime,
) -> None:
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        is_live = scope.shop.backfilled_at is not None
        outcome = ingest(scope, records, now, live=is_live, fresh=True, keyring=context.keyring)
        failures = [*unread, *outcome.failures]
        kind = due[0].kind.removeprefix("deleted:")
        keep_page(scope, context.keyring, "fetch", due[0].kind, outcome, now)
        count_first_told(scope, due[0].reason, outcome.counts, now)
        failed = {failure.external_id for failure in failures}
        for asked in due:
            row = scope.find(PendingFetch, asked.kind, asked.external_id)
            if row is None or row.requested_at > asked_at:
                continue  # asked for again meanwhile: what we read may be old by now
            is_settled = row.external_id not in failed and (row.kind, row.external_id) not in outcome.refetch
            if is_settled or row.attempts >= _ATTEMPTS:
                scope.delete(row)
                if not is_settled and row.external_id not in failed:  # given up, and listed: nothing ends in silence
                    failures.append(Failure(kind, row.external_id, f"read {_ATTEMPTS} times, and not settled yet"))
                continue
            row.attempts += 1
            row.due_at = now + _BACK_OFF * 2**row.attempts
        mine = {(asked.kind, asked.external_id) for asked in due}  # which wait their time
        request_fetches(scope, [other for other in outcome.refetch if other not in mine], "fetch", now)
        told = {_of(record) for record in records}  # what is left out could not be read: its failure stays open
        doubts = ledger.doubts(records)
        open_ones = {failure.external_id for failure in [*failures, *doubts]}
        resolve_failures(scope, kind, told - open_ones, now)
        keep_failures(scope, context.keyring, "fetch", failures, now)
        keep_failures(scope, context.keyring, "ledger", doubts, now)
        seal(scope, context.keyring, now)


def _of(record: Record) -> str:
    """The id that was asked for."""
    if isinstance(record, RefundRecord):
        return record.order_external_id
    return "" if isinstance(record, Census | Lifecycle | Merge | PrivacyRequest) else record.external_id
