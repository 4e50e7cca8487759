"""What a look showed is kept: each day's state, each record that differed, and what has to be read afresh for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.journal.keep import request_fetches
from app.proof.models import Finding, ProvedDay, Reconciliation
from app.reasons import Reason
from sync.reconcile.compare import Difference
from sync.reconcile.look import Look

MISREAD, NO_REFUND = (Reason(code).kept() for code in ("misread", "no_refund"))
_BATCH = 100  # findings in one transaction
_DAYS = 300


def keep_look(context: Context, row: Reconciliation, found: Look, now: datetime, *, is_last: bool = False) -> None:
    """is_last: what still differs did not heal."""
    keep_findings(context, row, found.differences, now, is_last=is_last)
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        ground = (col(Finding.day).between(found.window.first_on, found.window.last_on),)
        kept.repaired += close(scope, ground, found.differences, now)
        kept.changed_at = now
    days = found.window.days()
    for at in range(0, len(days), _DAYS):
        with shop_scope(context.engine, row.shop_id, write=True) as scope:
            _keep_days(scope, found, days[at : at + _DAYS], now, is_last)


def keep_findings(
    context: Context, row: Reconciliation, differences: Sequence[Difference], now: datetime, *, is_last: bool
) -> None:
    """A batch a transaction, so that nobody waits long for the write lock; and what would heal them is asked for."""
    for at in range(0, len(differences), _BATCH):
        some = differences[at : at + _BATCH]
        with shop_scope(context.engine, row.shop_id, write=True) as scope:
            news = [_keep_finding(scope, row, one, now, is_last) for one in some]
            _count(scope.get(Reconciliation, row.id), [one for one in news if one is not None])
            if not is_last:
                request_fetches(scope, (what for one in some for what in remedies(one)), "reconcile", now)


def close(
    scope: ShopScope, ground: Sequence[ColumnElement[bool]], differences: Iterable[Difference], now: datetime
) -> int:
    """What was open on this ground, and is no difference any more; how many records."""
    seen = {_key(one) for one in differences}
    still_open = select(Finding).where(col(Finding.repaired_at).is_(None), *ground)
    mended = [one for one in scope.all(still_open) if (one.kind, one.external_id, one.field) not in seen]
    for one in mended:
        one.repaired_at, one.why_not = now, None
    return len({(one.kind, one.external_id) for one in mended})


def remedies(one: Difference) -> Iterator[tuple[str, str]]:
    """What is read afresh: what is said to be gone is asked for before anything is removed."""
    if one.kind == "refund" and one.order is not None:
        yield "order", one.order
        yield "refund", one.order
    elif one.kind != "refund":
        yield f"deleted:{one.kind}" if one.what in ("deleted", "extra") else one.kind, one.external_id
    if one.kind == "order" and one.what == "missing":
        yield "refund", one.external_id


def _keep_finding(
    scope: ShopScope, row: Reconciliation, one: Difference, now: datetime, is_last: bool
) -> Finding | None:
    """The finding, where it is a new one."""
    found = select(Finding).where(
        col(Finding.repaired_at).is_(None), Finding.kind == one.kind, Finding.external_id == one.external_id,
        Finding.field == one.field,
    )  # fmt: skip
    known = scope.first(found)
    finding = known or scope.add(_finding(row, one, now))
    finding.theirs, finding.ours, finding.day = one.platform, one.store, one.day or finding.day
    finding.currency, finding.last_at = one.currency, now
    if is_last:
        finding.why_not = NO_REFUND if one.field == "refunds" else MISREAD
    return None if known else finding


def _finding(row: Reconciliation, one: Difference, now: datetime) -> Finding:
    return Finding(
        shop_id=row.shop_id, reconciliation_id=row.id, kind=one.kind, external_id=one.external_id,
        order_external_id=one.order, what=one.what, field=one.field, found_at=now, last_at=now,
    )  # fmt: skip


def _count(row: Reconciliation, news: Sequence[Finding]) -> None:
    records = {(one.kind, one.external_id): one.what for one in news}
    for what in records.values():
        setattr(row, what, getattr(row, what) + 1)


def _keep_days(scope: ShopScope, found: Look, days: Sequence[date], now: datetime, is_last: bool) -> None:
    kept = select(ProvedDay).where(ProvedDay.kind == "orders", col(ProvedDay.day).between(days[0], days[-1]))
    known = {row.day: row for row in scope.all(kept)}
    differences = Counter(day for day, _, _ in {(one.day, one.kind, one.external_id) for one in found.differences})
    for day in days:
        is_equal = not differences[day] and day not in found.notes
        row = known.get(day) or _begun(scope, "orders", day, now)
        _judge(row, "green" if is_equal else "red" if is_last else "open", now)
        row.there, row.here = found.there[day].as_json(), found.here[day].as_json()
        note = found.notes.get(day)
        row.differences, row.note = differences[day], note.kept() if note else None


def keep_state(scope: ShopScope, kind: str, day: date, now: datetime, *, state: str) -> ProvedDay:
    row = scope.find(ProvedDay, kind, day) or _begun(scope, kind, day, now)
    _judge(row, state, now)
    return row


def _begun(scope: ShopScope, kind: str, day: date, now: datetime) -> ProvedDay:
    return scope.add(ProvedDay(shop_id=scope.shop_id, kind=kind, day=day, state="open", checked_at=now))


def _judge(row: ProvedDay, state: str, now: datetime) -> None:
    row.state, row.checked_at = state, now
    row.proved_at = now if state == "green" else row.proved_at


def _key(one: Difference) -> tuple[str, str, str]:
    return one.kind, one.external_id, one.field
