"""Recorded orders, taken in: what the figures say of guests, refunds, currencies and decimals."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.ingest import ingest
from app.commerce.models import Customer, CustomerStats, LineItem, Order, Refund
from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.shops.models import Shop
from connectors.base import ShopFacts
from connectors.records import Record, RefundRecord
from connectors.woocommerce import normalise, types
from connectors.woocommerce.rows import one
from tests.conftest import make_shop

Keep = Callable[..., None]


@pytest.fixture
def woo(engine: Engine) -> Shop:
    return make_shop(engine, platform="woocommerce", domain="shop.test", currency="USD", timezone="America/New_York")


@pytest.fixture
def keep(engine: Engine, woo: Shop, facts: ShopFacts) -> Keep:
    """Take bodies in as a backfill does, one after the other."""

    def take(*bodies: Any, rates: dict[str, str] | None = None) -> None:
        said = msgspec.structs.replace(facts, rates=rates or {})
        for body in bodies:
            found = [body] if isinstance(body, RefundRecord) else [_order(body, said)]
            with shop_scope(engine, woo.id, write=True) as scope:
                outcome = ingest(scope, found, utc_now(), live=True)
            assert outcome.failures == []

    return take


def _order(body: Any, facts: ShopFacts) -> Record:
    record = normalise.order(one(json.dumps(body).encode(), types.Order), facts)
    assert record is not None
    return record


def rows(engine: Engine, shop: Shop, kind: type[Any]) -> list[Any]:
    with shop_scope(engine, shop.id) as scope:
        return list(scope.all(select(kind)))


def test_the_orders_of_a_guest_are_one_customers(
    engine: Engine, woo: Shop, keep: Keep, recorded: Callable[[str], Any]
) -> None:
    """R24: in orders and spend, from the first sync on."""
    first = recorded("order_guest") | {"refunds": []}
    second = first | {"id": 900, "billing": first["billing"] | {"email": "Guest5@Example.net"}}
    keep(first, second)
    [guest] = rows(engine, woo, Customer)
    [stats] = rows(engine, woo, CustomerStats)
    assert (guest.external_id, guest.is_guest) == ("guest:guest5@example.net", True)
    placed = sum(round(float(body["total"]) * 100) for body in (first, second))
    assert (stats.customer_id, stats.orders_count, stats.net_minor) == (guest.id, 2, placed)


def test_a_refund_is_subtracted_once_and_is_no_order(
    engine: Engine, woo: Shop, keep: Keep, recorded: Callable[[str], Any]
) -> None:
    """R60, R64: told by the order and by the list of refunds, and it makes nobody a returning customer."""
    order = recorded("order_partially_refunded")
    listed = [
        normalise.refund(one(json.dumps(row).encode(), types.Refund), str(order["id"]), "USD")
        for row in recorded("order_refunds")
    ]
    keep(order, *listed, order, *listed)
    [kept], [stats] = rows(engine, woo, Order), rows(engine, woo, CustomerStats)
    assert (kept.placed_minor, kept.refunded_minor, kept.net_minor) == (14740, 5050, 9690)
    assert {(refund.external_id, refund.total_minor) for refund in rows(engine, woo, Refund)} == {
        ("179", 4950), ("180", 100),
    }  # fmt: skip
    assert (stats.orders_count, stats.net_minor, stats.first_order_id) == (1, 9690, kept.id)


def test_an_order_of_another_currency_is_not_added_until_its_rate_is_known(
    engine: Engine, woo: Shop, keep: Keep, recorded: Callable[[str], Any]
) -> None:
    """R61, R62: several currencies in one shop; its own money and the order's stand in columns of their own."""
    keep(recorded("order_eur"))
    [kept] = rows(engine, woo, Order)
    assert (kept.currency, kept.present_placed_minor, kept.present_refunded_minor) == ("EUR", 5050, 700)
    assert (kept.placed_minor, kept.net_minor, kept.rate) == (None, None, None)
    [stats] = rows(engine, woo, CustomerStats)
    assert (stats.orders_count, stats.not_converted, stats.net_minor) == (1, 1, 0)
    later = recorded("order_eur") | {"id": 901, "date_modified_gmt": "2026-11-22T00:00:00"}
    keep(later, rates={"EUR": "1.08"})
    [converted] = [order for order in rows(engine, woo, Order) if order.external_id == "901"]
    assert (converted.placed_minor, converted.net_minor, converted.rate_source) == (5454, 4698, "shop")


@pytest.mark.parametrize(
    "name", ["order_fees", "order_coupon", "order_with_tax", "order_with_variation", "order_multiple_shipping_lines"]
)
def test_an_orders_lines_fees_shipping_and_taxes_are_its_total(
    name: str, engine: Engine, woo: Shop, keep: Keep, recorded: Callable[[str], Any]
) -> None:
    """R63: by day and by product the sums are the same, and what stands between them has columns of its own."""
    keep(recorded(name))
    [kept], lines = rows(engine, woo, Order), rows(engine, woo, LineItem)
    assert sum(line.total_minor for line in lines) + kept.fees_minor + kept.shipping_minor + kept.tax_minor == (
        kept.placed_minor
    )


@pytest.mark.parametrize(
    ("written", "kept_as", "is_rounded"), [("55", 5500, False), ("54.5061", 5451, True), ("54.51", 5451, False)]
)
def test_a_shop_may_show_as_many_decimals_as_it_likes(
    written: str, kept_as: int, is_rounded: bool, engine: Engine, woo: Shop, keep: Keep,
    recorded: Callable[[str], Any],
) -> None:  # fmt: skip
    """R61: 0 and 4 decimals; what is finer than the currency is rounded half up, and marked."""
    nothing: dict[str, Any] = {"refunds": [], "line_items": [], "tax_lines": [], "shipping_lines": [], "fee_lines": []}
    zeros = dict.fromkeys(("total_tax", "shipping_total", "discount_total"), "0")
    keep(recorded("order_guest") | nothing | zeros | {"total": written})
    [kept] = rows(engine, woo, Order)
    assert (kept.placed_minor, kept.is_rounded) == (kept_as, is_rounded)
