"""Membership always equals the definition, whatever changed and however it was noticed."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer, CustomerStats
from app.db.scope import ShopScope, shop_scope
from app.errors import BadInput
from app.lib.i18n import speaking
from app.segments.audience import count
from app.segments.explain import explain
from app.segments.membership import evaluate, refresh, save
from app.segments.models import Membership, Segment
from app.segments.queries import in_words
from app.shops.models import Shop
from tests.factory import NOW, customer, stats

REGULARS = "orders_count >= 3 AND net_spent > 1000"


def members(scope: ShopScope, segment: Segment) -> set[str]:
    held = scope.rows(select(Customer.external_id).join(Membership, Membership.customer_id == Customer.id))  # type: ignore[arg-type]
    return {row[0] for row in held}


def test_a_segment_holds_whom_its_text_describes(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        stats(scope, customer(scope, "enough"), 3, 100_001)
        stats(scope, customer(scope, "too-few"), 2, 500_000)
        stats(scope, customer(scope, "on-the-line"), 5, 100_000)
        customer(scope, "never-bought")
        segment = save(scope, "Regulars", REGULARS, NOW)
        assert members(scope, segment) == {"enough"}
        assert segment.size == 1
        assert count(scope, REGULARS) == 1


def test_a_customer_without_orders_counts_as_nought(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        customer(scope, "never-bought")
        stats(scope, customer(scope, "once"), 1, 5_000)
        assert count(scope, "orders_count = 0") == 1
        assert count(scope, "orders_count < 2") == 2
        assert count(scope, "net_spent <= 0") == 1
        assert count(scope, "NOT orders_count >= 1") == 1


def test_an_unknown_country_is_not_germany(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        customer(scope, "hans", country_code="DE")
        customer(scope, "nobody-knows")
        assert count(scope, "country = de") == 1
        assert count(scope, "country != DE") == 1
        assert count(scope, "NOT country = DE") == 1


def test_the_last_order_is_compared_by_whole_days(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        stats(scope, customer(scope, "today"), 1, 100, NOW)
        stats(scope, customer(scope, "yesterday"), 1, 100, NOW - timedelta(days=1))
        customer(scope, "never")
        day = NOW.date().isoformat()
        assert [count(scope, f"last_order {sign} {day}") for sign in ("=", "<", "<=", ">", ">=", "!=")] == [
            1, 1, 2, 0, 1, 1,
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ordres_count >= 3", "position 1: 'ordres_count' is not a condition: did you mean orders_count?"),
        ("orders_count >= ²", "position 1: orders_count: '²' is not a whole number"),
        ("orders_count >= --5", "position 1: orders_count: '--5' is not a whole number"),
        ("orders_count >= many", "position 1: orders_count: 'many' is not a whole number"),
        ("orders_count >= 1 AND net_spent > 10.005", "position 23: net_spent: '10.005' is finer than EUR can be"),
        ("net_spent > lots", "position 1: amount: 'lots' is not an amount of money"),
        ("country > DE", "position 1: country: can only be = or !=, not >"),
        ("last_order < tomorrow", "position 1: last_order: 'tomorrow' is not a date such as 2026-11-30"),
    ],
)
def test_what_cannot_be_asked_is_named(sqlite_engine: Engine, text: str, said: str) -> None:
    from tests.conftest import make_shop  # noqa: PLC0415

    with shop_scope(sqlite_engine, make_shop(sqlite_engine).id, write=True) as scope, pytest.raises(BadInput) as error:
        save(scope, "Wrong", text, NOW)
    assert str(error.value) == said


def test_refreshing_the_changed_is_the_same_as_evaluating_all(engine: Engine, shop: Shop) -> None:
    """R29, R36: the cost grows with the changes, and the outcome is the definition's."""
    random = Random(7)
    with shop_scope(engine, shop.id, write=True) as scope:
        people = [customer(scope, f"c{i}") for i in range(40)]
        for one in people:
            stats(scope, one, random.randint(0, 5), random.randint(0, 200_000))
        segment = save(scope, "Regulars", REGULARS, NOW)
        for _ in range(10):
            changed = random.sample(people, 5)
            for one in changed:
                row = scope.get(CustomerStats, one.id)
                row.orders_count, row.net_minor = random.randint(0, 5), random.randint(0, 200_000)
            scope.flush()
            refresh(scope, [one.id for one in changed], NOW)
            live, size = members(scope, segment), segment.size
            evaluate(scope, segment, NOW)
            assert (live, size) == (members(scope, segment), segment.size)


def test_who_stays_keeps_the_day_of_entering(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        stats(scope, customer(scope), 3, 200_000)
        segment = save(scope, "Regulars", REGULARS, NOW)
        evaluate(scope, segment, NOW + timedelta(days=3))
        assert scope.all(select(Membership))[0].entered_at == NOW


def test_explaining_names_each_condition_and_her_own_value(engine: Engine, shop: Shop) -> None:
    """R35."""
    with shop_scope(engine, shop.id, write=True) as scope:
        ada = customer(scope)
        stats(scope, ada, 4, 90_000)
        reasons = explain(scope, REGULARS, ada.id)
    assert [(r.condition, r.value, r.holds) for r in reasons] == [
        ("orders_count >= 3", 4, True),
        ("net_spent > 1000", 90_000, False),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Net spend is more than €1,000.00 and Country is Germany."),
        ("de", "Net spend is more than 1.000,00\xa0€ and Country is Deutschland."),
    ],
)
def test_values_of_a_segment_are_said_as_the_reader_writes_them(language: str, said: str) -> None:
    with speaking(language):
        assert in_words("net_spent > 1000.00 AND country = de", "EUR") == said


def test_a_stranger_is_in_no_segment_of_ours(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, stranger.id, write=True) as scope:
        stats(scope, customer(scope, "theirs"), 9, 900_000)
    with shop_scope(engine, shop.id, write=True) as scope:
        assert save(scope, "Regulars", REGULARS, NOW).size == 0
        assert count(scope, "orders_count >= 0") == 0
