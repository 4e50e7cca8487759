"""What the store has, as the proof asks for it: orders by their ids and by days, how many there are, ids of things."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlmodel import col

from app.commerce.models import Customer, Order, Product, Refund
from app.db.scope import ShopScope
from connectors.auditing import AuditCounts, Listed
from sync.reconcile.compare import Held
from sync.reconcile.windows import Window

_PAGE = 5000
_LEEWAY = timedelta(days=1)  # for a shop whose zone was changed
_LIVE = (col(Order.deleted_at).is_(None),)
# guests, and customers whom only an order names, are not the platform's list
_KNOWN = (col(Customer.is_guest).is_(False), col(Customer.is_known).is_(True), col(Customer.deleted_at).is_(None))


def orders(scope: ShopScope, external_ids: Sequence[str]) -> dict[str, Held]:
    """Those of some orders that are here."""
    rows = scope.rows(
        select(
            col(Order.external_id), col(Order.id), col(Order.placed_on), col(Order.is_counted),
            col(Order.placed_minor), col(Order.refunded_minor), col(Order.net_minor), col(Order.currency),
            col(Order.present_placed_minor), col(Order.present_refunded_minor), col(Order.present_net_minor),
        ).where(*_LIVE, col(Order.external_id).in_(external_ids))
    )  # fmt: skip
    refunds = _refunds(scope, [row[1] for row in rows])
    return {row[0]: _held(scope.shop.currency, row, refunds) for row in rows}


def _held(currency: str, row: Any, refunds: Mapping[int, Sequence[str]]) -> Held:
    money = {row[7]: tuple(row[8:11]), currency: tuple(row[4:7])}  # where both are one, what every figure is made of
    return Held(row[2], bool(row[3]), money, refunds.get(row[1], ()))


def _refunds(scope: ShopScope, order_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    named = select(col(Refund.order_id), col(Refund.external_id)).where(col(Refund.order_id).in_(order_ids))
    for order_id, external_id in scope.rows(named):
        found[order_id].append(external_id)
    return found


def placed(scope: ShopScope, window: Window) -> Sequence[tuple[str, date]]:
    """(external id, day) of the orders of a window."""
    found = select(col(Order.external_id), col(Order.placed_on)).where(*_LIVE, *_within(scope, window))
    return [(row[0], row[1]) for row in scope.rows(found)]


def by_day(scope: ShopScope, window: Window) -> Sequence[tuple[date, int]]:
    """How many orders each day has, those without any left out."""
    day = col(Order.placed_on)
    counted = select(day, func.count()).where(*_LIVE, *_within(scope, window)).group_by(day).order_by(day)
    return [(row[0], int(row[1])) for row in scope.rows(counted)]


def _within(scope: ShopScope, window: Window) -> list[ColumnElement[bool]]:
    """By the day, and by the moment too: that is what the index goes by."""
    day, at = col(Order.placed_on), col(Order.placed_at)
    since, until = window.bounds(ZoneInfo(scope.shop.timezone))
    first = [day >= window.first_on, at >= since - _LEEWAY] if since else []
    return [*first, *([day <= window.last_on, at < until + _LEEWAY] if until else [])]


def counts(scope: ShopScope) -> AuditCounts:
    return AuditCounts(
        orders=scope.scalar(select(func.count()).select_from(Order).where(*_LIVE)),
        customers=scope.scalar(select(func.count()).select_from(Customer).where(*_KNOWN)),
        products=scope.scalar(select(func.count()).select_from(Product).where(col(Product.deleted_at).is_(None))),
    )


def ids(scope: ShopScope, what: Listed) -> Iterator[str]:
    """All that the platform lists as well, page by page."""
    place: tuple[Any, ...] | None = None
    columns, where = _LISTED[what]
    while True:
        after = () if place is None else (tuple_(*columns) > tuple_(*place),)
        rows = scope.rows(select(*columns).where(*where, *after).order_by(*columns).limit(_PAGE))
        yield from (row[-1] for row in rows)
        if len(rows) < _PAGE:
            return
        place = tuple(rows[-1])


def count(scope: ShopScope, what: Listed) -> int:
    """How many of `ids` there are."""
    columns, where = _LISTED[what]
    return int(scope.scalar(select(func.count(columns[-1])).where(*where)))


def known(scope: ShopScope, what: Listed, external_ids: Sequence[str]) -> set[str]:
    """Those of some ids that are here."""
    columns, where = _LISTED[what]
    return {row[-1] for row in scope.rows(select(*columns).where(*where, columns[-1].in_(external_ids)))}


def orders_of(scope: ShopScope, refunds: Sequence[str]) -> dict[str, str]:
    """The orders that some refunds are of, by their refund."""
    pairs = select(col(Refund.external_id), col(Order.external_id)).join(Order, col(Order.id) == col(Refund.order_id))
    return {row[0]: row[1] for row in scope.rows(pairs.where(col(Refund.external_id).in_(refunds)))}


# the columns of a unique key, the platform's id last
_LISTED: Mapping[str, tuple[Sequence[Any], Sequence[ColumnElement[bool]]]] = {
    "customers": ((col(Customer.external_id),), _KNOWN),
    "products": ((col(Product.external_id),), (col(Product.deleted_at).is_(None),)),
    "refunds": (
        (col(Refund.order_id), col(Refund.external_id)),
        (col(Refund.order_id).in_(select(col(Order.id)).where(*_LIVE)),),
    ),
}
