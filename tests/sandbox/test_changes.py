"""What happens in the box: amounts to the minor unit, and who is told what."""

from datetime import UTC, datetime

import pytest

from sandbox.books import books
from sandbox.changes import Box, Event
from sandbox.shop import Address, Consent
from sandbox.sources.generated import RATES

US = Address("Ann", "Lee", "1 Main St", city="New York", country="United States", country_code="US")


@pytest.fixture
def told(small_box: Box) -> list[Event]:
    events: list[Event] = []
    small_box.listen(events.append)
    return events


def kinds(told: list[Event]) -> list[str]:
    return [event.kind for event in told]


def test_a_new_email_makes_a_guest_and_an_order(small_box: Box, told: list[Event]) -> None:
    order = small_box.place_order([(10, 2)], email="new@example.com")
    person = small_box.find_person("NEW@example.com")
    assert person is not None
    assert order.person_id == person.id
    assert (person.registered, order.as_guest) == (False, True)
    assert kinds(told) == ["customer.created", "product.stock", "order.created", "customer.updated"]


def test_tax_is_in_the_price_in_germany_and_on_top_in_new_york(small_box: Box) -> None:
    inside = small_box.place_order([(10, 1)], email="a@example.com")
    outside = small_box.place_order([(10, 1)], email="b@example.com", address=US)
    assert (inside.placed_minor, inside.taxes_included, inside.lines[0].tax_minor) == (1900 + 490, True, 303)
    assert outside.placed_minor == 1900 + 490 + 76 + 86 + 20 + 22
    assert outside.taxes_included is False


def test_what_is_refunded_piece_by_piece_sums_to_what_was_paid(small_box: Box) -> None:
    order = small_box.place_order([(10, 3)], email="c@example.com", address=US)
    line = order.lines[0]
    for _ in range(3):
        small_box.refund(order.id, [(line.id, 1)])
    small_box.refund(order.id, [], shipping_minor=10_000)
    assert order.current_minor == 0
    assert order.is_fully_refunded


def test_more_than_was_paid_is_not_refunded(small_box: Box) -> None:
    order = small_box.place_order([(10, 1)], email="c@example.com")
    with pytest.raises(ValueError, match="more than is left"):
        small_box.refund(order.id, [], amount_minor=order.placed_minor + 1)
    with pytest.raises(ValueError, match="has not 2 units"):
        small_box.refund(order.id, [(order.lines[0].id, 2)])


def test_an_edit_changes_what_is_current_and_never_what_was_placed(small_box: Box, told: list[Event]) -> None:
    order = small_box.place_order([(10, 2), (40, 1)], email="d@example.com")
    placed = order.placed_minor
    told.clear()
    small_box.edit_order(order.id, remove=[(order.lines[0].id, 1)], add=[(30, 1)])
    assert (order.placed_minor, order.adjusted_minor) == (placed, 900 - 1900)
    assert kinds(told) == ["order.edited", "order.updated"]


def test_cancelling_pays_back_what_was_paid(small_box: Box, told: list[Event]) -> None:
    order = small_box.place_order([(10, 1)], email="e@example.com")
    told.clear()
    small_box.cancel_order(order.id)
    assert order.current_minor == 0
    assert kinds(told) == ["order.updated", "refund.created", "order.cancelled", "order.updated"]


def test_a_checkout_becomes_an_order_with_its_tokens(small_box: Box, told: list[Event]) -> None:
    consent = Consent("subscribed", datetime(2026, 1, 6, tzinfo=UTC))
    checkout = small_box.open_checkout([(20, 1)], email="f@example.com", consent=consent)
    order = small_box.complete_checkout(checkout.id)
    person = small_box.find_person("f@example.com")
    assert (order.cart_token, order.checkout_token) == (checkout.cart_token, checkout.token)
    assert order.placed_minor == checkout.total_minor
    assert person is not None
    assert person.consent == consent
    assert {"checkout.created", "order.created", "customer.consent", "checkout.completed"} <= set(kinds(told))
    with pytest.raises(ValueError, match="is completed"):
        small_box.complete_checkout(checkout.id)


def test_a_foreign_order_has_shop_money_whose_parts_sum(small_box: Box) -> None:
    small_box.shop.rates["JPY"] = RATES["JPY"]
    order = small_box.place_order([(10, 3)], email="g@example.com", currency="JPY")
    placed = order.placed_shop_minor
    for _ in range(3):
        small_box.refund(order.id, [(order.lines[0].id, 1)])
    small_box.refund(order.id)
    assert order.refunded_shop_minor == placed
    assert order.current_shop_minor == 0


def test_each_face_has_books_of_what_it_can_say(small_box: Box) -> None:
    small_box.shop.rates["JPY"] = RATES["JPY"]
    small_box.place_order([(10, 1)], email="guest@example.com")
    small_box.place_order([(10, 1)], email="yen@example.com", currency="JPY")
    small_box.place_order([(10, 1)], person_id=1, test=True)
    small_box.place_order([(10, 1)], person_id=1, payment="pending")
    ours, theirs = books(small_box.shop, "woocommerce", "d"), books(small_box.shop, "shopify", "d")
    assert (ours["customers"], theirs["customers"]) == (12, 14)
    assert (ours["orders"], theirs["orders"]) == (5, 5)  # a test counts for one, what is pending for the other
    assert (ours["not_converted"], theirs["not_converted"]) == (1, 0)
    assert theirs["placed_minor"] == sum(o.placed_shop_minor for o in small_box.shop.orders.values() if not o.test)


def test_a_regular_has_three_orders_and_more_than_a_thousand_net(small_box: Box) -> None:
    assert books(small_box.shop, "shopify", "d")["segment_regulars"] == 0
    order = small_box.place_order([(20, 4)], person_id=1)
    assert books(small_box.shop, "shopify", "d")["segment_regulars"] == 1
    small_box.refund(order.id)
    assert books(small_box.shop, "woocommerce", "d")["segment_regulars"] == 0


def test_a_guest_who_registers_keeps_guest_orders(small_box: Box, told: list[Event]) -> None:
    order = small_box.place_order([(10, 1)], email="h@example.com")
    told.clear()
    person = small_box.register("h@example.com", "Hal")
    later = small_box.place_order([(10, 1)], person_id=person.id)
    assert (order.as_guest, later.as_guest) == (True, False)
    assert kinds(told)[:2] == ["customer.registered", "customer.updated"]
