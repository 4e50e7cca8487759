"""What pages read of customers, orders and checkouts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from app.commerce.models import Checkout, Customer, CustomerStats, LineItem, Order, Refund
from app.db.scope import ShopScope


@dataclass(frozen=True)
class Figures:
    """A shop's counted orders in numbers. net = placed + adjusted - refunded; orders that could not be converted count
    in numbers and are in no sum. A returning customer has two counted orders or more."""

    orders: int
    not_converted: int
    placed: int
    refunded: int
    net: int
    customers: int
    buyers: int
    returning: int

    @property
    def adjusted(self) -> int:
        return self.net - self.placed + self.refunded

    @property
    def returning_share(self) -> float | None:
        return self.returning / self.buyers if self.buyers else None


def figures(scope: ShopScope) -> Figures:
    sums = [func.sum(column) for column in (Order.placed_minor, Order.refunded_minor, Order.net_minor)]
    found: list[Any] = [func.count(), func.count() - func.count(col(Order.net_minor)), *sums]
    row = scope.rows(select(*found).select_from(Order).where(_counted()))[0]
    orders, not_converted, placed, refunded, net = (int(value or 0) for value in row)
    customers, buyers, returning = count_customers(scope), _buyers(scope, 1), _buyers(scope, 2)
    return Figures(orders, not_converted, placed, refunded, net, customers, buyers, returning)


def _buyers(scope: ShopScope, least: int) -> int:
    counted = select(func.count()).select_from(CustomerStats).where(col(CustomerStats.orders_count) >= least)
    return int(scope.scalar(counted))


def count_customers(scope: ShopScope) -> int:
    everyone = select(func.count()).select_from(Customer).where(col(Customer.deleted_at).is_(None))
    return int(scope.scalar(everyone))


@dataclass(frozen=True)
class Month:
    first: date
    orders: int
    net: int


def months(scope: ShopScope, start: date, end: date) -> list[Month]:
    """Counted orders and their net for each month from `start`'s to `end`'s, the shop's local days, empty ones too."""
    of_a_day: list[Any] = [Order.placed_on, func.count(), func.sum(Order.net_minor)]
    days = select(*of_a_day).where(
        _counted(), col(Order.placed_on) >= start.replace(day=1), col(Order.placed_on) <= end
    )
    found: dict[date, list[int]] = {}
    for day, orders, net in scope.rows(days.group_by(col(Order.placed_on))):
        month = found.setdefault(day.replace(day=1), [0, 0])
        month[0] += orders
        month[1] += int(net or 0)
    return [Month(first, *found.get(first, (0, 0))) for first in _firsts(start, end)]


def newest_order_on(scope: ShopScope) -> date | None:
    newest: date | None = scope.scalar(select(func.max(Order.placed_on)).where(_counted()))
    return newest


def not_converted(scope: ShopScope, limit: int) -> Sequence[Order]:
    """Counted orders that are in no sum, newest first."""
    wanted = select(Order).where(_counted(), col(Order.net_minor).is_(None))
    return scope.all(wanted.order_by(col(Order.placed_at).desc()).limit(limit))


def stats_of(scope: ShopScope, customer_id: int) -> CustomerStats:
    """A customer's figures; all 0 before the first order."""
    return scope.find(CustomerStats, customer_id) or CustomerStats(shop_id=scope.shop_id, customer_id=customer_id)


def orders_of(scope: ShopScope, customer_id: int, before: datetime, limit: int) -> Sequence[Order]:
    wanted = select(Order).where(Order.customer_id == customer_id, col(Order.placed_at) < before)
    return scope.all(wanted.order_by(col(Order.placed_at).desc()).limit(limit))


def refunds_of(scope: ShopScope, customer_id: int, before: datetime, limit: int) -> Sequence[tuple[Refund, Order]]:
    joined = select(Refund, Order).join(Order, col(Refund.order_id) == col(Order.id))
    wanted = joined.where(Order.customer_id == customer_id, col(Refund.created_at) < before)
    return [(row[0], row[1]) for row in scope.rows(wanted.order_by(col(Refund.created_at).desc()).limit(limit))]


def checkouts_of(scope: ShopScope, customer: Customer, before: datetime, limit: int) -> Sequence[Checkout]:
    """By the customer, or by the customer's address: a basket often knows no more."""
    is_theirs = col(Checkout.customer_id) == customer.id
    if customer.email_key:
        is_theirs = is_theirs | (col(Checkout.email_key) == customer.email_key)
    wanted = select(Checkout).where(is_theirs, col(Checkout.updated_at) < before)
    return scope.all(wanted.order_by(col(Checkout.updated_at).desc()).limit(limit))


def lines_of(scope: ShopScope, order_ids: Sequence[int]) -> dict[int, list[LineItem]]:
    """By the order's id, in their places; an order without lines is not named."""
    lines: dict[int, list[LineItem]] = {}
    for line in scope.all(select(LineItem).where(col(LineItem.order_id).in_(order_ids)).order_by(col(LineItem.place))):
        lines.setdefault(line.order_id, []).append(line)
    return lines


def names(scope: ShopScope, customer_ids: Sequence[int]) -> dict[int, Customer]:
    """By id."""
    found = scope.all(select(Customer).where(col(Customer.id).in_(customer_ids)))
    return {customer.id: customer for customer in found}


def _counted() -> ColumnElement[bool]:
    # A deleted order does not count: ingest takes is_counted from it, so that one index answers.
    return col(Order.is_counted).is_(True)


def _firsts(start: date, end: date) -> list[date]:
    first, last = start.year * 12 + start.month - 1, end.year * 12 + end.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
