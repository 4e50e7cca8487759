"""What an order consists of: lines, fees, shipping, taxes, refunds."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from connectors.base import ShopFacts
from connectors.records import ShippingLine
from connectors.woocommerce import normalise, types
from connectors.woocommerce.rows import one
from tests.connectors.woocommerce.reading import order_of


def test_lines_fees_shipping_and_taxes_make_the_total(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    for name in (
        "order_fees",
        "order_coupon",
        "order_with_tax",
        "order_with_variation",
        "order_multiple_shipping_lines",
    ):
        record = order_of(recorded(name), facts)
        assert record.head is not None
        sums, lines = record.head.sums, record.lines or ()
        assert sum(line.total for line in lines) + sums.shipping + sums.fees + sums.tax == sums.placed, name
        assert sum(line.discount for line in lines) == sums.discount, name
        assert sum(line.total for line in record.shipping_lines or ()) == sums.shipping, name
        assert sum(line.total for line in record.tax_lines or ()) == sums.tax, name


def test_a_unit_is_before_discounts_and_never_the_noisy_price(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    [line] = order_of(recorded("order_coupon"), facts).lines or ()
    assert (line.unit, line.quantity, line.total, line.discount) == (2499, 3, 6997, 500)
    [discount] = order_of(recorded("order_coupon"), facts).discounts or ()
    assert (discount.kind, discount.code, discount.amount) == ("coupon", "minus5", 500)


def test_a_variation_is_told_apart_with_its_options(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    line = (order_of(recorded("order_with_variation"), facts).lines or ())[-1]
    assert (line.title, line.variant_title, line.variant_external_id) == ("Logo T-Shirt", "L, Black", "47")
    assert [(option.key, option.value) for option in line.attributes] == [("Size", "L"), ("Colour", "Black")]


def test_names_of_lines_are_decoded_and_billing_is_left_as_typed(
    recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    body = recorded("order_guest")
    body["line_items"][0]["name"] = "Cup &amp; Saucer &#8211; blue"
    body["billing"]["first_name"] = "<script>A &amp; B</script>"
    record = order_of(body, facts)
    assert (record.lines or ())[0].title == "Cup & Saucer – blue"
    assert record.billing is not None
    assert record.billing.first_name == "<script>A &amp; B</script>"


def test_meta_may_be_anything_and_private_keys_stay_private(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = recorded("order_with_meta")
    assert order_of(body, facts).attributes == ()  # one private, one an object
    said = {"utm_source": "mail", "session_entry": "https://shop.test/", "referrer": "(none)"}
    body["meta_data"] = [{"id": 1, "key": f"_wc_order_attribution_{k}", "value": v} for k, v in said.items()]
    body["meta_data"].append({"id": 2, "key": "gift", "value": "yes"})
    record = order_of(body, facts)
    assert record.journey is not None
    assert record.journey.last is not None
    assert (record.journey.last.utm_source, record.journey.last.landing_page) == ("mail", "https://shop.test/")
    assert record.journey.last.referrer is None
    assert [(a.key, a.value) for a in record.attributes or ()] == [("gift", "yes")]


def test_the_list_of_refunds_says_when_and_of_what(recorded: Callable[[str], Any]) -> None:
    body = one(json.dumps(recorded("refunds_all")[0]).encode(), types.Refund)
    record = normalise.refund(body, str(body.parent_id), "EUR")
    assert (record.external_id, record.order_external_id, record.total) == ("185", "63", 833)
    assert record.created_at == datetime(2026, 11, 21, 20, 9, 36, tzinfo=UTC)
    [line] = record.lines or ()
    assert (line.line_external_id, line.quantity, line.total, line.tax) == ("54", 1, 700, 133)
    assert record.shipping == 0


def test_both_ways_to_a_refund_agree_on_its_money(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """R60: what the order says and what the list of refunds says is one sum."""
    named = {r.external_id: r for r in order_of(recorded("order_partially_refunded"), facts).refunds or ()}
    for row in recorded("order_refunds"):
        full = normalise.refund(one(json.dumps(row).encode(), types.Refund), "58", "USD")
        assert (named[full.external_id].total, named[full.external_id].reason) == (full.total, full.reason)


def test_half_a_pound_is_one_line_with_its_quantity_kept(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = recorded("order_guest")
    body["line_items"] = [body["line_items"][0] | {"quantity": 0.4}]
    [line] = order_of(body, facts).lines or ()
    assert (line.quantity, [a.value for a in line.attributes if a.key == "quantity"]) == (1, ["0.4"])


def test_shipping_lines_keep_their_method(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    assert (order_of(recorded("order_guest"), facts).shipping_lines or ())[0] == ShippingLine(
        "Flat rate", "flat_rate", 750, 143
    )
