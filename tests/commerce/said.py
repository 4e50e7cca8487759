"""What a platform might say, in short: records for the tests, and a way to take them in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from app.commerce.ingest import Outcome, ingest
from app.db.scope import shop_scope
from app.shops.models import Shop
from connectors.records import (
    CheckoutItem,
    CheckoutRecord,
    CustomerHead,
    CustomerRecord,
    Line,
    OrderHead,
    OrderRecord,
    ProductHead,
    ProductRecord,
    Record,
    RefundRecord,
    Sums,
    VariantRecord,
)

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = DAY + timedelta(days=30)


def at(minutes: float) -> datetime:
    return DAY + timedelta(minutes=minutes)


def sums(placed: int = 5000, refunded: int = 0, net: int | None = None, currency: str = "EUR") -> Sums:
    return Sums(currency, placed, refunded, placed - refunded if net is None else net)


def line(external_id: str = "1", total: int = 2500, **more: Any) -> Line:
    return Line(external_id, f"Thing {external_id}", 1, total, total, **more)


def head(placed_at: datetime = DAY, **more: Any) -> OrderHead:
    money = more.pop("sums", sums())
    known = {"number": "#1", "placed_at": placed_at, "created_at": placed_at, "status": "paid", "is_counted": True}
    shop_sums = more.pop("shop_sums", money if money.currency == "EUR" else None)
    return OrderHead(**{**known, "sums": money, "shop_sums": shop_sums, "email": "ana@example.com", **more})


def order(external_id: str = "100", version: float = 0, **more: Any) -> OrderRecord:
    """An order with every part that makes it whole; `version` are the minutes of its updated_at."""
    whole: dict[str, Any] = {"head": head(), "lines": (line("1"), line("2")), "refunds": ()}
    return OrderRecord(external_id, at(version), **{**whole, **more})


def refund(external_id: str = "9", order_id: str = "100", total: int = 1000, **more: Any) -> RefundRecord:
    known: dict[str, Any] = {"created_at": at(60), "reason": "broken", "lines": ()}
    return RefundRecord(external_id, order_id, total, **{**known, **more})


def customer(external_id: str = "7", version: float | None = 0, **more: Any) -> CustomerRecord:
    known = CustomerHead(DAY, "ana@example.com", first_name="Ana", last_name="López")
    return CustomerRecord(external_id, None if version is None else at(version), **{"head": known, **more})


def product(external_id: str = "50", version: float = 0, **more: Any) -> ProductRecord:
    whole: dict[str, Any] = {
        "head": ProductHead("Mug", "active", price=1200),
        "variants": (VariantRecord("51", "Blue", "MUG-B", 1200), VariantRecord("52", "Red", "MUG-R", 1300)),
        "categories": ("Kitchen",),
        "tags": (),
    }
    return ProductRecord(external_id, at(version), **{**whole, **more})


def checkout(external_id: str = "c1", version: float = 0, **more: Any) -> CheckoutRecord:
    items = (CheckoutItem("Mug", 1, 1200),)
    known: dict[str, Any] = {"currency": "EUR", "total": 1200, "email": "ana@example.com", "items": items}
    return CheckoutRecord(external_id, at(version), DAY, **{**known, **more})


def take_in(
    engine: Engine, shop: Shop, *records: Record, live: bool = True, fresh: bool = False, is_history: bool = False,
    now: datetime = NOW,
) -> Outcome:  # fmt: skip
    """All of them in one batch."""
    with shop_scope(engine, shop.id, write=True) as scope:
        return ingest(scope, records, now, live=live, fresh=fresh, is_history=is_history)


def one_by_one(engine: Engine, shop: Shop, records: Sequence[Record]) -> list[Outcome]:
    """Each in a transaction of its own."""
    return [take_in(engine, shop, record) for record in records]
