"""Writing into the journal: pages with their counts, what was not simply applied, and what must be read afresh."""

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlmodel import col, select

from app import jobs
from app.db.engine import encode_json
from app.db.scope import ShopScope
from app.journal.models import Delivery, FailedRecord, JournalEntry, PendingFetch
from app.lib.encryption import Keyring
from app.lib.ids import new_ids
from connectors.base import Failure

_COLUMNS = ("id", "at", "source", "kind", "run_id", "counts", "digest", "outcome", "subject", "row_id", "cause")


class Note(NamedTuple):
    """A record that was not simply applied. outcome: superseded, conflict, echo, stripped or dropped (cause: the
    tombstone). digest: of the record, or of what there is of it."""

    outcome: str
    kind: str
    external_id: str
    digest: bytes | None = None
    cause: str | None = None
    row_id: int | None = None


class Counted(Protocol):
    """What came of a batch of records: how many were created, updated, superseded …, a hash over them all, and those
    that were not simply applied."""

    @property
    def counts(self) -> dict[str, int]: ...

    @property
    def digest(self) -> bytes: ...

    @property
    def notes(self) -> Sequence[Note]: ...


def keep_page(
    scope: ShopScope,
    keyring: Keyring,
    source: str,
    kind: str,
    outcome: Counted,
    now: datetime,
    run_id: int | None = None,
) -> None:
    """One entry for a page or a slice of a file, and one for each record in it that was not simply applied."""
    page = (now, source, kind, run_id, encode_json(outcome.counts), outcome.digest, None, None, None, None)
    _append(scope, [page, *(_entry(scope, keyring, source, note, now, run_id) for note in outcome.notes)])


def keep_deliveries(scope: ShopScope, keyring: Keyring, deliveries: Iterable[Delivery], now: datetime) -> None:
    """An entry for each, that says what came of it; one that is tried again gets another."""
    notes = [Note(row.state, row.topic, row.delivery_key, row.body_digest, None, row.id) for row in deliveries]
    _append(scope, [_entry(scope, keyring, "delivery", note, now) for note in notes])


def keep_failures(scope: ShopScope, keyring: Keyring, source: str, failures: Sequence[Failure], now: datetime) -> int:
    """Keep what could not be read or written, where a merchant can look at it and try it again; how many."""
    notes = []
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
        digest = hashlib.sha256(failure.body).digest() if failure.body else None
        notes.append(Note("failed", failure.kind, failure.external_id, digest, None, row.id))
    _append(scope, [_entry(scope, keyring, source, note, now) for note in notes])
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


def _append(scope: ShopScope, entries: Sequence[tuple[object, ...]]) -> None:
    """Unsealed: the job that drains seals them before it commits."""
    rows = [(new_id, *entry) for new_id, entry in zip(new_ids(len(entries)), entries, strict=True)]
    scope.batch().insert(JournalEntry, _COLUMNS, rows)


def _entry(
    scope: ShopScope, keyring: Keyring, source: str, note: Note, now: datetime, run_id: int | None = None
) -> tuple[object, ...]:
    subject = subject_of(keyring, scope.shop_id, note.kind, note.external_id)
    return (now, source, note.kind, run_id, None, note.digest, note.outcome, subject, note.row_id, note.cause)


def subject_of(keyring: Keyring, shop_id: int, kind: str, external_id: str) -> bytes:
    """By what an entry names a record or a delivery: half of a keyed hash, which nobody can read back."""
    return keyring.mac(f"journal:{shop_id}:{kind}:{external_id}".encode())[:16]


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
