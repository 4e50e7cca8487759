"""Whose order it is: registered customers, stubs, guests, and nobody."""

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer, CustomerStats, Order
from app.db.scope import shop_scope
from app.shops.models import Shop
from connectors.records import Address, CustomerHead, Deletion, Record
from tests.commerce.said import DAY, at, checkout, customer, head, line, one_by_one, order, product, take_in

ANA = Address("Ana", "López", country_code="ES")


def people(engine: Engine, shop: Shop) -> dict[str, Customer]:
    with shop_scope(engine, shop.id) as scope:
        return {row.external_id: row for row in scope.all(select(Customer))}


def orders_of(engine: Engine, shop: Shop) -> dict[str, int]:
    with shop_scope(engine, shop.id) as scope:
        names = {row.id: row.external_id for row in scope.all(select(Customer))}
        return {names[row.customer_id]: row.orders_count for row in scope.all(select(CustomerStats))}


def test_the_orders_of_a_guest_add_up_under_the_email_r24(engine: Engine, shop: Shop) -> None:
    first = order("1", head=head(email=" Ana@Example.com"), billing=ANA)
    take_in(engine, shop, first, order("2", head=head(at(9), email="ana@example.com "), billing=ANA))
    guest = people(engine, shop)["guest:ana@example.com"]
    assert (guest.is_guest, guest.first_name, guest.last_name, guest.country_code) == (True, "Ana", "López", "ES")
    assert (guest.email_key, guest.name_key, guest.created_at) == ("ana@example.com", "lopez ana", DAY)
    assert orders_of(engine, shop) == {"guest:ana@example.com": 2}


def test_an_order_from_a_till_is_nobodys(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(email=None)))
    assert people(engine, shop) == {}


@pytest.mark.parametrize("is_order_first", [True, False])
def test_a_customers_record_and_order_meet_in_one_customer(engine: Engine, shop: Shop, is_order_first: bool) -> None:
    records: list[Record] = [
        order(head=head(customer_external_id="7", email="old@example.com"), billing=ANA),
        customer(),
    ]
    one_by_one(engine, shop, records if is_order_first else records[::-1])
    found = people(engine, shop)
    assert list(found) == ["7"]
    assert (found["7"].is_known, found["7"].email, found["7"].created_at) == (True, "ana@example.com", DAY)
    assert orders_of(engine, shop) == {"7": 1}


def test_a_stub_speaks_as_its_latest_order_does(engine: Engine, shop: Shop) -> None:
    late = order("2", head=head(at(60), customer_external_id="7", email="new@example.com"), billing=ANA)
    early = order("1", head=head(customer_external_id="7", email="old@example.com"), billing=Address("A", "L"))
    take_in(engine, shop, late, early)
    stub = people(engine, shop)["7"]
    assert (stub.is_known, stub.email, stub.first_name, stub.created_at) == (False, "new@example.com", "Ana", DAY)


def test_an_order_that_moves_to_its_customer_leaves_no_guest_behind(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    take_in(engine, shop, order(version=1, head=head(customer_external_id="7")))
    found = people(engine, shop)
    assert found["guest:ana@example.com"].deleted_at is not None
    assert orders_of(engine, shop) == {"guest:ana@example.com": 0, "7": 1}
    take_in(engine, shop, order("101"))
    assert people(engine, shop)["guest:ana@example.com"].deleted_at is None


def test_a_checkout_makes_a_stub_that_its_email_names(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, checkout(customer_external_id="7"))
    assert people(engine, shop)["7"].email == "ana@example.com"


def test_a_deleted_customer_leaves_the_orders(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, customer(), order(head=head(customer_external_id="7")))
    assert take_in(engine, shop, Deletion("customer", "7")).refetch == [("deleted:customer", "7")]
    take_in(engine, shop, Deletion("customer", "7"), fresh=True)
    gone = people(engine, shop)["7"]
    assert gone.deleted_at is not None
    with shop_scope(engine, shop.id) as scope:
        assert scope.scalar(select(Order.customer_id)) == gone.id
    assert take_in(engine, shop, customer(version=1)).refetch == [("customer", "7")]


def test_orders_that_a_deletion_changed_in_silence_are_read_again(engine: Engine, shop: Shop) -> None:
    """WooCommerce takes a deleted customer and a deleted product out of their orders, and moves no date for it."""
    mug, cap = line("1", product_external_id="26", sku="MUG"), line("2", product_external_id="27")
    whose = head(customer_external_id="7")
    take_in(engine, shop, customer(), order("1", head=whose, lines=(mug, cap)), order("2", lines=(cap,)))
    gone = Deletion("customer", "7", is_forgotten=True), Deletion("product", "26", is_forgotten=True)
    assert take_in(engine, shop, gone[0], fresh=True).refetch == [("order", "1")]
    assert take_in(engine, shop, gone[1], fresh=True).refetch == [("order", "1")]
    assert take_in(engine, shop, Deletion("product", "27"), fresh=True).refetch == []
    take_in(engine, shop, order("1", lines=(line("1"), cap)), fresh=True)
    assert orders_of(engine, shop) == {"7": 0, "guest:ana@example.com": 2}
    assert take_in(engine, shop, *gone, fresh=True).refetch == []


def test_a_variant_that_may_be_gone_is_looked_for_where_it_was_named(engine: Engine, shop: Shop) -> None:
    blue = line("1", product_external_id="50", variant_external_id="51")
    red = line("1", product_external_id="50", variant_external_id="52")
    take_in(engine, shop, product(), order("1", lines=(blue,)), order("2", lines=(red,)))
    asked = take_in(engine, shop, Deletion("variant", "51")).refetch
    assert sorted(asked) == [("order", "1"), ("product", "50")]


def test_a_deleted_stub_is_not_brought_back_by_its_orders(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(customer_external_id="7")))
    take_in(engine, shop, Deletion("customer", "7"), fresh=True)
    take_in(engine, shop, order(version=1, head=head(customer_external_id="7", note="x")))
    assert people(engine, shop)["7"].deleted_at is not None


def test_a_customer_that_was_never_saved_is_older_than_one_that_was(engine: Engine, shop: Shop) -> None:
    saved = customer(head=CustomerHead(DAY, "new@example.com"))
    one_by_one(engine, shop, [saved, customer(version=None)])
    assert people(engine, shop)["7"].email == "new@example.com"


def test_everybody_has_figures(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, customer())
    assert orders_of(engine, shop) == {"7": 0}
