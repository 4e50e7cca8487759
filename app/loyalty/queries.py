"""What pages read of loyalty: balances and the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, tuple_
from sqlmodel import col, select

from app.commerce.models import Customer, Order
from app.db.scope import ShopScope
from app.loyalty.models import LedgerEntry


@dataclass(frozen=True)
class Totals:
    given: int
    taken: int
    members: int

    @property
    def outstanding(self) -> int:
        return self.given - self.taken


def totals(scope: ShopScope) -> Totals:
    points = col(LedgerEntry.points)
    row = scope.rows(
        select(
            func.coalesce(func.sum(points).filter(points > 0), 0),
            func.coalesce(-func.sum(points).filter(points < 0), 0),
            func.count(func.distinct(LedgerEntry.customer_id)),
        )
    )[0]
    return Totals(int(row[0]), int(row[1]), int(row[2]))


def top_balances(scope: ShopScope, limit: int) -> Sequence[tuple[Customer, int]]:
    """(customer, points), most points first."""
    balance = func.sum(LedgerEntry.points)
    joined = select(Customer, balance).join(LedgerEntry, col(LedgerEntry.customer_id) == col(Customer.id))
    by_customer = joined.group_by(*Customer.__table__.columns)  # type: ignore[attr-defined]
    return [
        (row[0], int(row[1])) for row in scope.rows(by_customer.order_by(balance.desc(), col(Customer.id)).limit(limit))
    ]


Entry = tuple[LedgerEntry, Customer, Order | None]


def ledger(scope: ShopScope, after: tuple[datetime, int] | None, limit: int) -> Sequence[Entry]:
    """All entries, newest first, each with its customer and its order."""
    joined = select(LedgerEntry, Customer, Order).join(Customer, col(LedgerEntry.customer_id) == col(Customer.id))
    wanted = joined.join(Order, col(LedgerEntry.order_id) == col(Order.id), isouter=True)
    place = (col(LedgerEntry.created_at), col(LedgerEntry.id))
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*after))
    rows = scope.rows(wanted.order_by(*(column.desc() for column in place)).limit(limit))
    return [(row[0], row[1], row[2]) for row in rows]


def entries_of(
    scope: ShopScope, customer_id: int, before: datetime, limit: int
) -> Sequence[tuple[LedgerEntry, Order | None]]:
    joined = select(LedgerEntry, Order).join(Order, col(LedgerEntry.order_id) == col(Order.id), isouter=True)
    wanted = joined.where(LedgerEntry.customer_id == customer_id, col(LedgerEntry.created_at) < before)
    return [(row[0], row[1]) for row in scope.rows(wanted.order_by(col(LedgerEntry.created_at).desc()).limit(limit))]
