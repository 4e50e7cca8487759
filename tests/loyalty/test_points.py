"""Points follow an order's net: after any changes, in any order, an order's entries add up to its worth."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Order
from app.db.scope import ShopScope, shop_scope
from app.loyalty.actions import balance, change, settle, settle_history
from app.loyalty.models import LedgerEntry, Programme
from app.loyalty.rules import points_for
from app.shops.models import Shop
from tests.factory import NOW, customer, order


def start(scope: ShopScope) -> None:
    scope.add(Programme(shop_id=scope.shop_id, name="Points", started_at=NOW - timedelta(days=1)))
    scope.flush()


@pytest.mark.parametrize(
    ("net", "currency", "rate", "points"),
    [
        (12_399, "EUR", 1, 123),
        (99, "EUR", 1, 0),
        (12_399, "JPY", 1, 12_399),
        (12_399, "KWD", 1, 12),
        (12_399, "EUR", 5, 615),
        (-500, "EUR", 1, 0),
        (None, "EUR", 1, 0),
    ],
)
def test_whole_units_of_the_net_earn(net: int | None, currency: str, rate: int, points: int) -> None:
    assert points_for(net, currency, rate) == points


def test_a_refund_takes_back_exactly_what_it_undid(engine: Engine, shop: Shop) -> None:
    """R65: once, and pro rata."""
    with shop_scope(engine, shop.id, write=True) as scope:
        start(scope)
        ada = customer(scope)
        bought = order(scope, ada, 12_399)
        settle(scope, bought, NOW)
        bought.net_minor, bought.refunded_minor = 5_050, 7_349
        settle(scope, bought, NOW)
        settle(scope, bought, NOW)
        entries = scope.all(select(LedgerEntry).order_by(LedgerEntry.step))  # type: ignore[arg-type]
        assert [(e.points, e.reason, e.step) for e in entries] == [(123, "earned", 1), (-73, "refunded", 2)]
        assert balance(scope, ada.id) == 50


def test_history_earns_nothing_unless_the_merchant_says_so(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        start(scope)
        ada = customer(scope)
        old = order(scope, ada, 12_300, placed_at=NOW - timedelta(days=30))
        assert settle(scope, old, NOW) == []
        change(scope, NOW, is_on=True, points_per_unit=1, counts_history=True)
        scope.flush()
        assert settle_history(scope, 0, NOW) is None
        assert balance(scope, ada.id) == 123


def test_an_order_keeps_the_rule_that_paid_it(engine: Engine, shop: Shop) -> None:
    """R67."""
    with shop_scope(engine, shop.id, write=True) as scope:
        start(scope)
        ada = customer(scope)
        bought = order(scope, ada, 10_000)
        settle(scope, bought, NOW)
        change(scope, NOW, is_on=True, points_per_unit=10, counts_history=False)
        bought.net_minor = 5_000
        settle(scope, bought, NOW)
        assert balance(scope, ada.id) == 50
        settle(scope, order(scope, ada, 1_000, placed_at=NOW + timedelta(hours=1)), NOW)
        assert balance(scope, ada.id) == 150


def test_points_move_with_an_order_to_another_customer(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        start(scope)
        ada, bob = customer(scope), customer(scope, "bob")
        bought = order(scope, ada, 10_000)
        settle(scope, bought, NOW)
        bought.customer_id = bob.id
        settle(scope, bought, NOW)
        assert (balance(scope, ada.id), balance(scope, bob.id)) == (0, 100)


def test_the_balance_is_a_function_of_the_order_whatever_happened_between(engine: Engine, shop: Shop) -> None:
    """R66."""
    random = Random(3)
    with shop_scope(engine, shop.id, write=True) as scope:
        start(scope)
        ada = customer(scope)
        bought: Order = order(scope, ada, 10_000)
        for _ in range(30):
            bought.net_minor = random.choice([0, 999, 10_000, 25_050, -10])
            bought.is_counted = random.random() > 0.3
            settle(scope, bought, NOW)
            expected = points_for(bought.net_minor, "EUR", 1) if bought.is_counted else 0
            assert balance(scope, ada.id) == expected
