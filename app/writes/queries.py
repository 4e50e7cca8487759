"""What pages read of writes."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.writes.models import DiscountCode, PlatformWrite

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


def code_sets(scope: ShopScope, limit: int) -> Sequence[tuple[PlatformWrite, int, set[str]]]:
    """Sets of discount codes, each by its first write, the latest first; how many codes can be redeemed by now, and the
    states of the writes about it."""
    first = select(PlatformWrite).where(PlatformWrite.kind == "discount").order_by(col(PlatformWrite.id).desc())
    live = select(DiscountCode.name, func.count()).group_by(DiscountCode.name)
    counted = {row[0]: int(row[1]) for row in scope.rows(live)}
    return [(row, counted.get(row.subject, 0), states_of(scope, row.subject)) for row in scope.all(first.limit(limit))]


def states_of(scope: ShopScope, subject: str) -> set[str]:
    """In which states the writes about a set of codes are; none where there is no such set."""
    about = col(PlatformWrite.kind).in_(("discount", "discount_codes"))
    return set(scope.all(select(PlatformWrite.state).where(PlatformWrite.subject == subject, about).distinct()))
