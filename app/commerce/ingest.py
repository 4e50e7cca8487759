"""The one way in: records become rows, figures and events, in batches, whatever order they come in."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from app.commerce import absent, checkouts, customers, facts, orders, products, refunds
from app.commerce.tombstones import screen
from app.commerce.withheld import complete
from app.commerce.work import Work
from app.consent import entries
from app.consent.told import news
from app.consent.two_way import insist
from app.db.batch import Batch
from app.db.scope import ShopScope
from app.errors import BadInput
from app.journal.keep import Note
from app.lib.encryption import Keyring
from connectors.base import Failure
from connectors.records import (
    Census,
    CheckoutRecord,
    CustomerRecord,
    Deletion,
    Fact,
    Hint,
    Lifecycle,
    Merge,
    OrderRecord,
    PrivacyRequest,
    ProductRecord,
    Record,
    RefundRecord,
)

_BATCH = 500
_KINDS: dict[type, str] = {
    OrderRecord: "order", CustomerRecord: "customer", ProductRecord: "product", CheckoutRecord: "checkout",
}  # fmt: skip
# What a single record can be guilty of; a full disk or a lost connection is nobody's but ours, and goes up.
_UNWRITABLE = (
    BadInput, ArithmeticError, ValueError, sqlite3.IntegrityError, sqlite3.DataError, psycopg.DataError,
    psycopg.IntegrityError,
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """counts: created, updated, unchanged, superseded, conflict, deferred, deleted, failed; echo: only what we wrote
    ourselves; erased: how many spoke of somebody who was erased. refetch: what has to be read afresh, (kind, external
    id); `deleted:<kind>` asks whether it is gone, `refund` names the order. digest: SHA-256 over the records, whatever
    their order. notes: those that were not simply applied."""

    counts: dict[str, int]
    refetch: list[tuple[str, str]]
    failures: list[Failure]
    digest: bytes
    notes: list[Note]


def ingest(
    scope: ShopScope, records: Sequence[Record], now: datetime, *, live: bool, fresh: bool = False,
    is_history: bool = False, keyring: Keyring | None = None,
) -> Outcome:  # fmt: skip
    """Write what is news. live: changes become events. fresh: the records are the platform's state as of now, read for
    this purpose; they settle conflicts, and a deletion among them is carried out. is_history: the customers of new
    orders are left to `owners.count`, which has to be called once all of them are here. keyring: tells who was erased;
    a shop where somebody was takes nothing in without it."""
    batch = scope.batch()
    batch.lock("ingest")
    screened = screen(batch, keyring, scope.shop_id, records, now, fresh)
    records = screened.records
    begin = _beginning(scope, batch, now, live, fresh, is_history)
    total, failures = begin(), []
    for start in range(0, len(records), _BATCH):
        for round_ in _rounds(records[start : start + _BATCH]):
            failures += _take_in(total, begin, round_)
    if live:
        total.changes.write(scope, now)
    insist(scope, [said for one in records if isinstance(one, CustomerRecord) for said in one.consents or ()], now)
    total.counts["failed"], total.counts["erased"] = len(failures), len(screened.met)
    counts = {name: count for name, count in total.counts.items() if count}
    total.notes += [_met(*each) for each in screened.met]
    digest = hashlib.sha256(b"".join(sorted(total.marks))).digest()
    return Outcome(counts, list(total.refetch), failures, digest, total.notes)


def _beginning(
    scope: ShopScope, batch: Batch, now: datetime, live: bool, fresh: bool, is_history: bool
) -> Callable[[], Work]:
    shop, zone = scope.shop, ZoneInfo(scope.shop.timezone)
    return lambda: Work(batch, shop, zone, now, live, fresh, is_history)


def _rounds(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records in pieces in which each thing is spoken of once, so that two of one thing are taken in order."""
    taken: set[tuple[str, ...]] = set()
    together: list[Record] = []
    for record in records:
        claims, clashes = _claims(record)
        if not taken.isdisjoint(clashes):
            yield together
            taken, together = set(), []
        taken.update(claims)
        together.append(record)
    if together:
        yield together


def _claims(record: Record) -> tuple[Sequence[tuple[str, ...]], Sequence[tuple[str, ...]]]:
    """What a record speaks of, and what must not have been spoken of before it. Refunds of one order do not clash."""
    if isinstance(record, Lifecycle | PrivacyRequest | Census):
        return (), ()
    if isinstance(record, Merge):
        return [("merge", record.gone_external_id)], [("merge", record.gone_external_id)]
    one = record.external_id
    if isinstance(record, RefundRecord):
        order = record.order_external_id
        return [("refund", one), ("refunds of", order)], [("refund", one), ("order", order)]
    kind = record.kind if isinstance(record, Deletion | Hint | Fact) else _KINDS[type(record)]
    return [(kind, one)], [(kind, one), ("refunds of", one)]


def _take_in(total: Work, begin: Callable[[], Work], records: Sequence[Record]) -> list[Failure]:
    """All of them at once; where one cannot be written each by itself, so that it alone fails."""
    work = begin()
    try:
        with _savepoint(work.batch):
            _write(work, records)
    except _UNWRITABLE as error:
        if len(records) == 1:
            return [_failure(records[0], error)]
        return [failure for record in records for failure in _take_in(total, begin, [record])]
    total.absorb(work)
    return []


@contextmanager
def _savepoint(batch: Batch) -> Iterator[None]:
    batch.execute("SAVEPOINT records /* of one shop_id */")
    try:
        yield
    except BaseException:
        batch.execute("ROLLBACK TO SAVEPOINT records /* of one shop_id */")
        raise
    finally:
        batch.execute("RELEASE SAVEPOINT records /* of one shop_id */")


def _write(work: Work, records: Sequence[Record]) -> None:
    records = complete(work, records)
    for kind, write in _WRITERS:
        found = [record for record in records if type(record) is kind]
        if found:
            write(work, found)
    entries.record(work.batch, news(work.batch, work.consents), work.shop.platform, work.now)


def _check_hints(work: Work, hints: Sequence[Hint]) -> None:
    for hint in hints:
        work.counts["deferred"] += 1
        work.ask(hint.kind, hint.external_id)


def _check_deletions(work: Work, deletions: Sequence[Deletion]) -> None:
    """Carried out once the platform was asked; before that a deletion is only a reason to ask."""
    for deletion in deletions:
        if work.fresh:
            _DELETE[deletion.kind](work, [deletion.external_id])
            absent.ask_who_named(work, deletion)
        else:
            work.counts["deferred"] += 1
            absent.ask(work, deletion)


_WRITERS: tuple[tuple[type, Callable[[Work, Any], None]], ...] = (
    (ProductRecord, products.write),
    (CustomerRecord, customers.write),
    (OrderRecord, orders.write),
    (RefundRecord, refunds.write),
    (CheckoutRecord, checkouts.write),
    (Deletion, _check_deletions),
    (Census, absent.compare),
    (Hint, _check_hints),
    (Merge, facts.merge),
    (Fact, facts.write),
)
_DELETE: dict[str, Callable[[Work, Sequence[str]], None]] = {
    "order": orders.delete,
    "customer": customers.delete,
    "product": products.delete,
    "checkout": checkouts.drop,
    "refund": refunds.delete,
}


def _met(record: Record, left: Record | None, tombstone: str) -> Note:
    return Note("dropped" if left is None else "stripped", *_read_by(record), cause=tombstone)


def _failure(record: Record, error: Exception) -> Failure:
    said = str(error).strip() or type(error).__name__
    return Failure(*_read_by(record), said, repr(record).encode(errors="replace"))


def _read_by(record: Record) -> tuple[str, str]:
    """(kind, external id) of what has to be read afresh, to try a record again."""
    match record:
        case Lifecycle() | PrivacyRequest() | Census():
            return record.kind, ""
        case Merge():
            return "customer", record.kept_external_id
        case RefundRecord():
            return "refund", record.order_external_id
        case Deletion() | Hint() | Fact():
            return record.kind, record.external_id
    return _KINDS[type(record)], record.external_id
