"""What pages read of the sync: the runs under way and how fast they go, and when each resource was last pulled."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from app.commerce.models import Order
from app.db.scope import ShopScope
from app.journal.models import JournalEntry
from sync.models import Cursor, RefusedField, Run

_LATELY = timedelta(seconds=20)
_NO_RECORDS = ("failed", "erased", "deferred")


def backfills(scope: ShopScope) -> Sequence[Run]:
    """The backfill of each resource, the newest of each, in the order in which they were begun."""
    newest: dict[str, Run] = {}
    for run in scope.all(select(Run).where(Run.kind == "backfill").order_by(col(Run.started_at), col(Run.id))):
        newest[run.resource] = run
    return list(newest.values())


def oldest_order_on(scope: ShopScope) -> date | None:
    """The first day of the history that is here."""
    oldest: date | None = scope.scalar(select(func.min(col(Order.placed_on))))
    return oldest


def refused_fields(scope: ShopScope) -> Sequence[RefusedField]:
    return scope.all(select(RefusedField).order_by(col(RefusedField.field)))


def undone(scope: ShopScope) -> Sequence[Run]:
    return scope.all(select(Run).where(Run.state != "done").order_by(col(Run.id)))


def pace(scope: ShopScope, run: Run, now: datetime) -> float | None:
    """Records a second, of late, by the journal's pages; None where none came."""
    page = (JournalEntry.run_id == run.id, col(JournalEntry.outcome).is_(None), col(JournalEntry.at) > now - _LATELY)
    told = select(col(JournalEntry.at), col(JournalEntry.counts)).where(*page).order_by(col(JournalEntry.at))
    pages = scope.rows(told)
    if len(pages) < 2 or now <= pages[0][0]:
        return None
    records = sum(count for _at, counts in pages[1:] for what, count in counts.items() if what not in _NO_RECORDS)
    return float(records / (now - pages[0][0]).total_seconds())


def runs(scope: ShopScope, limit: int) -> Sequence[Run]:
    return scope.all(select(Run).order_by(col(Run.started_at).desc(), col(Run.id).desc()).limit(limit))


def cursors(scope: ShopScope) -> Sequence[Cursor]:
    return scope.all(select(Cursor).order_by(col(Cursor.resource)))
