"""The audit: every order of the platform, read by a reader of its own, held against the store."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.commerce.models import Customer, Order, Product, Refund
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.lib.money import exponent
from app.shops.clients import client_for
from connectors.base import AuditCounts, AuditOrder, Client, Wait


@dataclass(frozen=True)
class Difference:
    kind: str
    external_id: str
    field: str
    platform: str | None
    store: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id}: {self.field} is {self.platform} there and {self.store} here"


@dataclass
class Report:
    """What an audit found. orders: how many the platform showed us."""

    shop_id: str
    domain: str
    orders: int = 0
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "differences": [asdict(difference) for difference in self.differences]}


@dataclass(frozen=True, slots=True)
class _Held:
    """What the store has of an order: placed, refunded, net by currency, the order's own and the shop's."""

    is_counted: bool
    money: dict[str, tuple[int | None, int | None, int | None]]
    refunds: int


_MONEY = ("placed", "refunded", "net")


def audit(context: Context, shop_id: int) -> Report:
    """Hold a shop's store against its platform. Raises AuthLost, RateLimited or PlatformDown."""
    client = client_for(context, shop_id)
    with shop_scope(context.engine, shop_id) as scope:
        report = Report(str(shop_id), scope.shop.domain)
        held = _held(scope)
        counts = _counts(scope)
    seen = set()
    for order in _orders(client):
        seen.add(order.external_id)
        report.orders += 1
        report.differences += _compare(order, held.get(order.external_id))
    report.differences += [
        Difference("order", external_id, "order", None, "kept") for external_id in sorted(held.keys() - seen)
    ]
    report.differences += _compare_counts(client.audit_counts(), counts)
    return report


def _orders(client: Client) -> Iterator[AuditOrder]:
    for item in client.audit_orders():
        if isinstance(item, Wait):
            time.sleep(item.seconds)
        else:
            yield item


def _held(scope: ShopScope) -> dict[str, _Held]:
    by_order = select(col(Refund.order_id), func.count()).group_by(col(Refund.order_id))
    refunds = {row[0]: row[1] for row in scope.rows(by_order)}
    rows = scope.rows(
        select(
            col(Order.id), col(Order.external_id), col(Order.is_counted),
            col(Order.placed_minor), col(Order.refunded_minor), col(Order.net_minor), col(Order.currency),
            col(Order.present_placed_minor), col(Order.present_refunded_minor), col(Order.present_net_minor),
        ).where(col(Order.deleted_at).is_(None))
    )  # fmt: skip
    currency = scope.shop.currency
    return {
        row[1]: _Held(bool(row[2]), {currency: tuple(row[3:6]), row[6]: tuple(row[7:10])}, refunds.get(row[0], 0))
        for row in rows
    }


def _compare(order: AuditOrder, held: _Held | None) -> list[Difference]:
    if held is None:
        return [Difference("order", order.external_id, "order", "kept", None)]
    theirs = {
        "counted": order.is_counted,
        **{name: _minor(getattr(order, name), order.currency) for name in _MONEY},
        "refunds": order.refunds,
    }
    money = held.money.get(order.currency, (None, None, None))
    ours = {"counted": held.is_counted, **dict(zip(_MONEY, money, strict=True)), "refunds": held.refunds}
    return [
        Difference("order", order.external_id, name, str(theirs[name]), str(ours[name]))
        for name in theirs
        if theirs[name] != ours[name]
    ]


def _counts(scope: ShopScope) -> AuditCounts:
    """What we hold. Guests, and customers whom only an order names, are not the platform's list."""
    listed = (col(Customer.is_guest).is_(False), col(Customer.is_known).is_(True), col(Customer.deleted_at).is_(None))
    return AuditCounts(
        orders=scope.scalar(select(func.count()).select_from(Order).where(col(Order.deleted_at).is_(None))),
        customers=scope.scalar(select(func.count()).select_from(Customer).where(*listed)),
        products=scope.scalar(select(func.count()).select_from(Product).where(col(Product.deleted_at).is_(None))),
    )


def _compare_counts(there: AuditCounts, here: AuditCounts) -> list[Difference]:
    found = []
    for name in ("orders", "customers", "products"):
        theirs, ours = getattr(there, name), getattr(here, name)
        if theirs is not None and theirs != ours:
            found.append(Difference("count", name, "count", str(theirs), str(ours)))
    return found


def _minor(amount: str, currency: str) -> int:
    scaled = Decimal(amount).scaleb(exponent(currency))
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))
