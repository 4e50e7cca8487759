"""What pages read of what came in: counts, and what failed with its reason."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.journal.models import Delivery, FailedRecord


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
