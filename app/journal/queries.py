"""What pages read of what came in: counts, and what failed with its reason."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import EveryShop, ShopScope
from app.journal.models import Delivery, FailedRecord, JournalDay, Rejected


def delivery_counts(scope: ShopScope) -> dict[str, int]:
    """How many deliveries are in each state."""
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    return {row[0]: int(row[1]) for row in scope.rows(counted)}


def failed_deliveries(scope: ShopScope, limit: int) -> Sequence[Delivery]:
    wanted = select(Delivery).where(col(Delivery.state).in_(("failed", "unknown")))
    return scope.all(wanted.order_by(col(Delivery.received_at).desc()).limit(limit))


def failed_records(scope: ShopScope, limit: int) -> Sequence[FailedRecord]:
    wanted = select(FailedRecord).where(col(FailedRecord.resolved_at).is_(None))
    return scope.all(wanted.order_by(col(FailedRecord.last_at).desc()).limit(limit))


def head(scope: ShopScope, day: date | None = None) -> JournalDay | None:
    """The chain's head as it was at the end of a day of the shop's (`link.hex()` is what reports print), or as it is;
    None where nothing was sealed until then."""
    until = [col(JournalDay.day) <= day] if day else []
    return scope.first(select(JournalDay).where(*until).order_by(col(JournalDay.day).desc()).limit(1))


def rejected_since(db: EveryShop, day: date) -> int:
    """How many deliveries did not verify since a day (in UTC), at any address of this house."""
    counted = select(func.coalesce(func.sum(Rejected.count), 0)).where(col(Rejected.day) >= day.isoformat())
    return int(db.scalar(counted))
