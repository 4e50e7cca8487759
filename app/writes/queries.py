"""What pages read of writes."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.writes.models import PlatformWrite

_ATTENTION = ("failed", "uncertain")


def writes(scope: ShopScope, before: int | None, limit: int, only_attention: bool = False) -> Sequence[PlatformWrite]:
    """The latest first; only_attention: those that a person should look at."""
    wanted = select(PlatformWrite)
    if only_attention:
        wanted = wanted.where(col(PlatformWrite.state).in_(_ATTENTION))
    if before is not None:
        wanted = wanted.where(col(PlatformWrite.id) < before)
    return scope.all(wanted.order_by(col(PlatformWrite.id).desc()).limit(limit))


def counts(scope: ShopScope) -> dict[str, int]:
    """How many writes are in each state."""
    counted = select(PlatformWrite.state, func.count()).group_by(PlatformWrite.state)
    return {row[0]: int(row[1]) for row in scope.rows(counted)}
