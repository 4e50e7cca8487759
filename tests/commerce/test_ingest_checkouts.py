"""Checkouts: open, abandoned, completed by an order that came before or after, emptied."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.abandonment import mark_abandoned
from app.commerce.models import Checkout
from app.consent.rules import obstacle
from app.db.scope import shop_scope
from app.journal.models import Event
from app.shops.models import Shop
from connectors.records import ConsentRecord, Deletion, Record
from tests.commerce.said import DAY, at, checkout, head, one_by_one, order, take_in


def stored(engine: Engine, shop: Shop) -> Checkout:
    with shop_scope(engine, shop.id) as scope:
        [row] = scope.all(select(Checkout))
    return row


def abandon(engine: Engine, shop: Shop, minutes: float) -> list[int]:
    with shop_scope(engine, shop.id, write=True) as scope:
        return mark_abandoned(scope, at(minutes))


@pytest.mark.parametrize("is_order_first", [True, False])
@pytest.mark.parametrize(
    ("basket", "bought"),
    [
        (checkout("tok"), {"checkout_token": "tok"}),
        (checkout("5", tokens=("tok", "cart")), {"checkout_token": "tok"}),
        (checkout("5", tokens=("tok", "cart")), {"cart_token": "cart"}),
        (checkout("order:100"), {}),
        (checkout("session", order_external_id="100"), {}),
    ],
)
def test_an_order_completes_its_checkout(
    engine: Engine, shop: Shop, basket: Any, bought: dict[str, str], is_order_first: bool
) -> None:
    records: list[Record] = [order(head=head(at(5), **bought)), basket]
    for record in records if is_order_first else records[::-1]:
        take_in(engine, shop, record, now=at(10))
    row = stored(engine, shop)
    assert (row.state, row.completed_at, row.order_external_id) == ("completed", at(5), "100")
    take_in(engine, shop, checkout(basket.external_id, version=8))
    assert stored(engine, shop).state == "completed"


def test_another_order_of_the_same_person_completes_nothing(engine: Engine, shop: Shop) -> None:
    one_by_one(engine, shop, [checkout(), order(head=head(checkout_token="another"))])
    assert stored(engine, shop).state == "open"


def test_an_hour_without_a_change_is_abandoned(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout(), live=False)
    assert abandon(engine, shop, 59) == []
    [marked] = abandon(engine, shop, 60)
    row = stored(engine, shop)
    assert (row.id, row.state, row.abandoned_at) == (marked, "abandoned", at(60))
    with shop_scope(engine, shop.id) as scope:
        assert [(event.kind, event.subject_id) for event in scope.all(select(Event))] == [
            ("checkout.abandoned", row.id)
        ]
    assert abandon(engine, shop, 61) == []


def test_whoever_comes_back_is_not_gone(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout())
    abandon(engine, shop, 60)
    take_in(engine, shop, checkout(version=70, url="https://shop.example/back"))
    assert stored(engine, shop).state == "open"


def test_nobody_to_write_to_is_not_abandoned(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout(email=None))
    assert abandon(engine, shop, 600) == []


def test_an_old_basket_of_a_first_import_is_no_news(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout(), live=False)
    assert len(abandon(engine, shop, timedelta(days=30) / timedelta(minutes=1))) == 1
    with shop_scope(engine, shop.id) as scope:
        assert scope.all(select(Event)) == []


def test_an_emptied_basket_is_nothing_to_recover(engine: Engine, shop: Shop) -> None:
    one_by_one(engine, shop, [checkout(), checkout(version=1, is_emptied=True, items=())])
    assert stored(engine, shop).state == "emptied"
    assert abandon(engine, shop, 600) == []
    take_in(engine, shop, checkout(version=2))
    assert stored(engine, shop).state == "open"


def test_a_checkout_that_the_platform_dropped_is_emptied(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout())
    take_in(engine, shop, Deletion("checkout", "c1"), fresh=True)
    assert stored(engine, shop).state == "emptied"


def test_an_address_once_named_stays(engine: Engine, shop: Shop) -> None:
    one_by_one(engine, shop, [checkout(url="https://shop.example/1"), checkout(version=1, email=None, items=None)])
    row = stored(engine, shop)
    assert (row.email, row.url, len(row.items or [])) == ("ana@example.com", "https://shop.example/1", 1)


def test_a_list_that_names_no_guest_never_hides_the_address_of_a_delivery(
    engine: Engine, shop: Shop, stranger: Shop
) -> None:
    """A pull may read a basket before its webhook is worked through, at the same time and without the address."""
    for version in (0, 1):
        listed = checkout(version=version, email=None, url="https://shop.example/1", total=1201)
        both = [listed, checkout(locale="de")]
        for place, arrivals in ((shop, both), (stranger, both[::-1])):
            one_by_one(engine, place, arrivals)
            row = stored(engine, place)
            assert (row.email, row.email_key, row.locale) == ("ana@example.com", "ana@example.com", "de")


def test_two_baskets_of_one_moment_end_the_same_in_either_order(engine: Engine, shop: Shop, stranger: Shop) -> None:
    two = [checkout(url="https://shop.example/1"), checkout(url="https://shop.example/2")]
    one_by_one(engine, shop, two)
    one_by_one(engine, stranger, two[::-1])
    assert stored(engine, shop).url == stored(engine, stranger).url
    assert stored(engine, shop).created_at == DAY


def test_consent_ticked_within_the_second_of_the_beginning_is_kept(engine: Engine, shop: Shop) -> None:
    """The basket is told of again with nothing but the box changed, at the same time."""
    ticked = ConsentRecord("email", "ana@example.com", "granted", at=DAY, source="checkout")
    one_by_one(engine, shop, [checkout(email="ana@example.com"), checkout(email="ana@example.com", consent=ticked)])
    with shop_scope(engine, shop.id) as scope:
        assert obstacle(scope, "ana@example.com") is None
