"""What pages read of the sync: the runs under way, the latest ones, and when each resource was last pulled."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from app.commerce.models import Order
from app.db.scope import ShopScope
from sync.models import Cursor, RefusedField, Run


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


def runs(scope: ShopScope, limit: int) -> Sequence[Run]:
    return scope.all(select(Run).order_by(col(Run.started_at).desc(), col(Run.id).desc()).limit(limit))


def cursors(scope: ShopScope) -> Sequence[Cursor]:
    return scope.all(select(Cursor).order_by(col(Cursor.resource)))
