"""Rows and records for tests, with sensible values for whatever a test does not care about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.commerce.models import Checkout, Customer, CustomerStats, Order
from app.db.scope import ShopScope
from connectors.records import Line, OrderHead, OrderRecord, Sums

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def customer(scope: ShopScope, name: str = "ada", **values: Any) -> Customer:
    """A customer with an address at example.com."""
    email = f"{name}@example.com"
    made = Customer(
        shop_id=scope.shop_id, external_id=name, email=email, email_key=email, first_name=name.title(), **values
    )
    scope.add(made)
    scope.flush()
    scope.add(CustomerStats(shop_id=scope.shop_id, customer_id=made.id))
    scope.flush()
    return made


def stats(scope: ShopScope, of: Customer, orders: int, net_minor: int, last_order_at: datetime = NOW) -> None:
    row = scope.get(CustomerStats, of.id)
    row.orders_count, row.net_minor, row.placed_minor = orders, net_minor, net_minor
    row.first_order_at = row.last_order_at = last_order_at
    scope.flush()


def order(scope: ShopScope, of: Customer | None, net_minor: int | None = 10_000, **values: Any) -> Order:
    """A paid, counted order, placed NOW unless said otherwise."""
    placed_at = values.pop("placed_at", NOW)
    given: dict[str, Any] = {
        "external_id": str(len(values) + abs(hash((placed_at, net_minor, of and of.id))) % 10**9),
        "number": "#1", "status": "paid", "is_counted": True, "placed_at": placed_at, "placed_on": placed_at.date(),
        "created_at": placed_at, "updated_at": placed_at, "currency": "EUR", "placed_minor": net_minor,
        "refunded_minor": 0, "net_minor": net_minor, "present_placed_minor": net_minor or 0,
        "present_refunded_minor": 0, "present_net_minor": net_minor or 0, "email": of.email if of else None,
    }  # fmt: skip
    made = Order(shop_id=scope.shop_id, customer_id=of.id if of else None, **{**given, **values})
    scope.add(made)
    scope.flush()
    return made


def checkout(scope: ShopScope, email: str | None = "ada@example.com", **values: Any) -> Checkout:
    """An open checkout with one thing in it, begun two hours ago."""
    begun = NOW - timedelta(hours=2)
    given: dict[str, Any] = {
        "external_id": "checkout-1", "email": email, "email_key": email and email.lower(), "created_at": begun,
        "updated_at": begun, "currency": "EUR", "present_total_minor": 4990, "url": "https://shop.example/basket/1",
        "items": [{"title": "A hat & a scarf", "quantity": 2, "total": 4990}],
    }  # fmt: skip
    made = Checkout(shop_id=scope.shop_id, **{**given, **values})
    scope.add(made)
    scope.flush()
    return made


def order_record(external_id: str = "1001", placed: int = 10_000, refunded: int = 0, **head: Any) -> OrderRecord:
    """An order of one line, in EUR, placed NOW."""
    sums = Sums(currency="EUR", placed=placed, refunded=refunded, net=placed - refunded)
    updated_at = head.pop("updated_at", NOW)
    given: dict[str, Any] = {
        "number": f"#{external_id}", "placed_at": NOW, "created_at": NOW, "status": "paid", "is_counted": True,
        "sums": sums, "shop_sums": sums, "customer_external_id": "7", "email": "ada@example.com",
    }  # fmt: skip
    lines = (Line(external_id="1", title="Hat", quantity=1, unit=placed, total=placed),)
    return OrderRecord(
        external_id=external_id, updated_at=updated_at, head=OrderHead(**{**given, **head}), lines=lines, refunds=()
    )
