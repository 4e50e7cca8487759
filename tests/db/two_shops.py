"""Rows of two shops."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from app.commerce import models
from app.db.scope import shop_scope
from app.shops.models import Shop

AT = datetime(2026, 3, 1, tzinfo=UTC)
TABLES: Any = models  # to the type checker a class's attributes are values, not columns
Customer, LineItem, Order, Product = TABLES.Customer, TABLES.LineItem, TABLES.Order, TABLES.Product


def put_in(shop: Shop, who: str, engine: Engine) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.add(Customer(id=1, external_id="c1", email=f"{who}@example.com", first_name=who))
        scope.flush()
        scope.add(order(1))
        scope.flush()
        scope.add(LineItem(order_id=1, external_id="l1", place=0, title=who, quantity=1, present_total_minor=100))


def order(number: int) -> Any:
    return Order(
        id=number, external_id=f"o{number}", customer_id=1, number=f"#{number}", status="paid", is_counted=True,
        placed_at=AT, placed_on=AT.date(), created_at=AT, updated_at=AT, currency="EUR", placed_minor=100,
        present_placed_minor=100, present_refunded_minor=0, present_net_minor=100,
    )  # fmt: skip
