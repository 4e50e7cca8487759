"""Writing into the journal: pages with their counts, records that could not be read, and what must be read afresh."""

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlmodel import col, select

from app import jobs
from app.db.scope import ShopScope
from app.journal.models import FailedRecord, JournalEntry, PendingFetch
from app.lib.encryption import Keyring
from connectors.base import Failure


class Counted(Protocol):
    """What came of a batch of records: how many were created, updated, superseded …, and a hash over them all."""

    @property
    def counts(self) -> dict[str, int]: ...

    @property
    def digest(self) -> bytes: ...


def keep_page(
    scope: ShopScope, source: str, kind: str, outcome: Counted, now: datetime, run_id: int | None = None
) -> None:
    """One entry for a page or a slice of a file."""
    scope.add(
        JournalEntry(
            shop_id=scope.shop_id,
            at=now,
            source=source,
            kind=kind,
            run_id=run_id,
            counts=outcome.counts,
            digest=outcome.digest,
        )
    )


def keep_failures(scope: ShopScope, keyring: Keyring, source: str, failures: Sequence[Failure], now: datetime) -> int:
    """Keep what could not be read or written, where a merchant can look at it and try it again; how many."""
    for failure in failures:
        known = select(FailedRecord).where(
            FailedRecord.kind == failure.kind,
            FailedRecord.external_id == failure.external_id,
            FailedRecord.source == source,
        )
        row = scope.first(known)
        if row is None:
            row = scope.add(_failed(scope, failure, source, now))
        else:
            row.attempts += 1
        row.error, row.last_at, row.resolved_at = failure.error, now, None
        row.body = keyring.seal(zlib.compress(failure.body)) if failure.body else row.body
    return len(failures)


def resolve_failures(scope: ShopScope, kind: str, external_ids: Iterable[str], now: datetime) -> None:
    """What failed before and went through now."""
    ids = list(external_ids)
    open_ones = select(FailedRecord).where(
        FailedRecord.kind == kind, col(FailedRecord.external_id).in_(ids), col(FailedRecord.resolved_at).is_(None)
    )
    for row in scope.all(open_ones):
        row.resolved_at = now


def request_fetches(scope: ShopScope, wanted: Iterable[tuple[str, str]], reason: str, now: datetime) -> None:
    """Queue fresh reads, (kind, external_id) each; asking twice is asking once."""
    found = False
    for kind, external_id in dict.fromkeys(wanted):
        found = True
        row = scope.find(PendingFetch, kind, external_id)
        if row is None:
            scope.add(
                PendingFetch(
                    shop_id=scope.shop_id,
                    kind=kind,
                    external_id=external_id,
                    reason=reason,
                    requested_at=now,
                    due_at=now,
                )
            )
        else:
            row.due_at = min(row.due_at, now)
            row.requested_at = now
    if found:
        jobs.defer(scope, "fetch", lane="fetch", dedupe="fetch")


def _failed(scope: ShopScope, failure: Failure, source: str, now: datetime) -> FailedRecord:
    return FailedRecord(
        shop_id=scope.shop_id,
        kind=failure.kind,
        external_id=failure.external_id,
        source=source,
        error=failure.error,
        first_at=now,
        last_at=now,
    )
