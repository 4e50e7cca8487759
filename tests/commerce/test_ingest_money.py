"""Money in two columns all the way, and a customer's figures over what was converted."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import CustomerStats, LineItem, Order, Refund
from app.db.scope import shop_scope
from app.shops.models import Shop
from connectors.records import OrderHead
from tests.commerce.said import head, line, order, refund, sums, take_in

USD = sums(6000, 1000, currency="USD")
COLUMNS = ("placed_minor", "adjusted_minor", "refunded_minor", "net_minor", "present_placed_minor", "present_net_minor")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (head(), (5000, 0, 0, 5000, 5000, 5000)),
        (head(sums=sums(5000, 1000, 3000)), (5000, -1000, 1000, 3000, 5000, 3000)),  # edited and refunded
        (head(sums=sums(5000, 6000)), (5000, 0, 6000, -1000, 5000, -1000)),  # negative is kept, never clamped (R60)
        (head(sums=USD), (None, None, None, None, 6000, 5000)),  # nobody knows a rate
        (head(sums=USD, shop_sums=sums(5500, 900)), (5500, 0, 900, 4600, 6000, 5000)),  # the platform knows (R62)
        (head(sums=USD, rate="0.9", rate_source="shop"), (5400, 0, 900, 4500, 6000, 5000)),
        (head(sums=sums(500, 0, currency="JPY"), rate="0.0061"), (305, 0, 0, 305, 500, 500)),
    ],
)
def test_shop_money_is_known_or_null(engine: Engine, shop: Shop, said: OrderHead, expected: Any) -> None:
    take_in(engine, shop, order(head=said))
    with shop_scope(engine, shop.id) as scope:
        row = scope.all(select(Order))[0]
    assert tuple(getattr(row, name) for name in COLUMNS) == expected


def test_rounding_does_not_break_the_formula(engine: Engine, shop: Shop) -> None:
    odd = sums(3333, 1111, 1111, currency="USD")
    take_in(engine, shop, order(head=head(sums=odd, rate="0.33333")))
    with shop_scope(engine, shop.id) as scope:
        row = scope.all(select(Order))[0]
    assert row.net_minor == (row.placed_minor or 0) + (row.adjusted_minor or 0) - (row.refunded_minor or 0)


@pytest.mark.parametrize(
    ("said", "total", "refunded"),
    [
        (head(sums=USD), None, None),
        (head(sums=USD, rate="0.9"), 2250, 900),
        (head(sums=USD, shop_sums=sums(5500, 900)), 2500, 1000),
    ],
)
def test_lines_and_refunds_follow_their_order(
    engine: Engine, shop: Shop, said: OrderHead, total: Any, refunded: Any
) -> None:
    take_in(engine, shop, order(head=said, lines=(line(present_total=2800),)))
    take_in(engine, shop, refund(present_total=1100))  # by itself: the order's row knows the rate
    with shop_scope(engine, shop.id) as scope:
        [row], [back] = scope.all(select(LineItem)), scope.all(select(Refund))
    assert (row.total_minor, row.present_total_minor) == (total, 2800)
    assert (back.total_minor, back.present_total_minor) == (refunded, 1100)


def test_a_rate_that_becomes_known_reaches_the_lines(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(sums=USD)))
    take_in(engine, shop, order(version=1, head=head(sums=USD, rate="0.5")))
    with shop_scope(engine, shop.id) as scope:
        assert {row.total_minor for row in scope.all(select(LineItem))} == {1250}


def test_an_order_not_converted_counts_in_numbers_and_enters_no_sum(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order("1"), order("2", head=head(sums=USD)), order("3", head=head(is_counted=False)))
    with shop_scope(engine, shop.id) as scope:
        row = scope.all(select(CustomerStats))[0]
    assert (row.orders_count, row.not_converted, row.net_minor, row.placed_minor) == (2, 1, 5000, 5000)
