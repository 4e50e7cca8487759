"""Recorded orders become records: money, status, times, and what is no order."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from app.errors import BadInput
from connectors.base import ShopFacts
from connectors.records import CheckoutRecord, Deletion, OrderHead, OrderRecord, RefundRecord
from connectors.woocommerce import normalise, types
from connectors.woocommerce.rows import one, read
from connectors.woocommerce.statuses import COUNTED, DRAFTS, is_counted
from tests.connectors.woocommerce.reading import order_of

OTHERS = {"pending", "failed", "cancelled", "trash", "shipped", "wc-partially-shipped"}


def head_of(body: Any, facts: ShopFacts) -> OrderHead:
    head = order_of(body, facts).head
    assert head is not None
    return head


def test_placed_stays_gross_and_net_is_less_the_refunds(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """R60: refunds are subtracted once, by their own totals."""
    record = order_of(recorded("order_partially_refunded"), facts)
    assert record.head is not None
    sums = record.head.sums
    assert (sums.placed, sums.refunded, sums.net) == (14740, 5050, 9690)
    assert [(r.external_id, r.total, r.reason) for r in record.refunds or ()] == [
        ("179", 4950, "One item damaged"), ("180", 100, "Goodwill"),
    ]  # fmt: skip
    assert all(refund.lines is None and refund.created_at is None for refund in record.refunds or ())
    assert record.head.status == "completed"


def test_a_status_of_refunded_takes_nothing_by_itself(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """R60: the refund that the status made may have been deleted again; the money follows the refunds."""
    body = recorded("order_fully_refunded") | {"refunds": []}
    head = head_of(body, facts)
    assert (head.status, head.is_counted) == ("refunded", True)
    assert head.sums.net == head.sums.placed


def test_a_refund_of_nothing_is_a_refund(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = recorded("order_guest") | {"refunds": [{"id": 9, "reason": "", "total": "-0.00"}]}
    record = order_of(body, facts)
    assert record.refunds == (RefundRecord("9", "57", 0),)


def test_another_currency_than_the_shops_is_never_added_to_it(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """R61: without a rate there is no shop money at all; with one it is named, with its source."""
    head = head_of(recorded("order_eur"), facts)
    assert (head.sums.currency, head.sums.placed, head.sums.refunded) == ("EUR", 5050, 700)
    assert (head.shop_sums, head.rate) == (None, None)
    rated = head_of(recorded("order_eur"), msgspec.structs.replace(facts, rates={"EUR": "1.08"}))
    assert (rated.shop_sums, rated.rate, rated.rate_source) == (None, "1.08", "shop")
    own = head_of(recorded("order_eur"), msgspec.structs.replace(facts, currency="EUR"))
    assert own.shop_sums == own.sums


@pytest.mark.parametrize(
    ("currency", "total", "minor", "is_rounded"),
    [
        ("JPY", "33.33", 33, True),
        ("JPY", "500", 500, False),
        ("KWD", "1.2345", 1235, True),
        ("KWD", "1.234", 1234, False),
        ("USD", "54.5061", 5451, True),
        ("USD", "55", 5500, False),
        ("USD", 12.5, 1250, False),
        ("USD", 7, 700, False),
    ],
)
def test_amounts_are_read_in_the_currencys_own_digits(
    currency: str, total: Any, minor: int, is_rounded: bool, recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R61: a currency's digits are ISO's; what is finer is rounded half up and marked."""
    body = recorded("order_guest") | {
        "currency": currency,
        "total": total,
        "refunds": [],
        "line_items": [],
        "tax_lines": [],
    }
    body |= {"shipping_lines": [], "total_tax": "0", "shipping_total": "0", "discount_total": "0"}
    head = head_of(body, facts)
    assert (head.sums.placed, head.is_rounded) == (minor, is_rounded)


@pytest.mark.parametrize("status", sorted(COUNTED | DRAFTS | OTHERS))
def test_counted_are_the_statuses_of_woocommerce_analytics(status: str) -> None:
    assert is_counted(status) == (status in {"processing", "on-hold", "completed", "refunded"})
    assert not COUNTED & DRAFTS


def test_an_order_of_a_plugins_status_is_kept_and_not_counted(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    head = head_of(recorded("order_guest") | {"status": "shipped"}, facts)
    assert (head.status, head.is_counted) == ("shipped", False)


def test_a_draft_is_a_checkout_and_never_an_order(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = recorded("order_checkout_draft")
    record = normalise.order(one(json.dumps(body).encode(), types.Order), facts)
    assert isinstance(record, CheckoutRecord)
    assert (record.external_id, record.email, record.total) == ("order:200", "abandoner@example.org", 7349)
    assert [(i.title, i.variant_title, i.quantity, i.total) for i in record.items or ()] == [
        ("Kenya AA", None, 2, 4137), ("Logo T-Shirt", "S, Red", 1, 2395),
    ]  # fmt: skip
    for odd in ({"created_via": "rest-api"}, {"status": "auto-draft"}):  # a refused API call, a blank page in wp-admin
        assert normalise.order(one(json.dumps(body | odd).encode(), types.Order), facts) is None


def test_an_order_that_was_a_draft_names_its_checkout(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    head = head_of(recorded("order_from_block_checkout"), facts)
    assert (head.checkout_token, head.made_by) == ("order:200", "checkout")


def test_draft_and_order_of_a_plugins_cart_are_that_cart(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """A block checkout up to WooCommerce 10.8 is told twice: by the plugin, and as a draft."""
    meta = [{"id": 1, "key": "_regulars_cart", "value": "t_1f"}]
    draft = json.dumps(recorded("order_checkout_draft") | {"meta_data": meta}).encode()
    record = normalise.order(one(draft, types.Order), facts)
    assert isinstance(record, CheckoutRecord)
    assert (record.external_id, record.tokens) == ("t_1f", ("order:200",))
    head = head_of(recorded("order_from_block_checkout") | {"meta_data": meta}, facts)
    assert head.checkout_token == "t_1f"


def test_an_order_in_the_trash_is_a_deletion(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = types.Order(**msgspec.to_builtins(one(json.dumps(recorded("order_guest")).encode(), types.Order)))
    body.status = "trash"
    assert normalise.order(body, facts) == Deletion("order", "57")


def test_a_guest_order_has_no_customer(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    head = head_of(recorded("order_guest"), facts)
    assert (head.customer_external_id, head.email) == (None, "guest5@example.net")


def test_times_are_utc_whatever_the_shops_zone(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    record = order_of(recorded("order_coupon"), facts)
    assert record.updated_at == datetime(2025, 8, 5, 16, 37, 27, tzinfo=UTC)
    assert record.head is not None
    assert record.head.placed_at == datetime(2025, 8, 3, 16, 37, 27, tzinfo=UTC)


def test_an_odd_row_is_a_failure_and_the_others_go_through(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    good = recorded("order_guest")
    bad = [
        good | {"id": 2, "total": None},
        good | {"id": 3, "total": "12,50"},
        good | {"id": 4, "currency": "XBITS"},
        good | {"id": 5, "date_created_gmt": "0000-00-00T00:00:00"},
        {"oops": True},
    ]
    raw = json.dumps([good | {"id": 1}, *bad, good | {"id": 6}]).encode()
    found, failures = read(raw, types.Order, lambda body: normalise.order(body, facts))
    assert [record.external_id for record in found if isinstance(record, OrderRecord)] == ["1", "6"]
    by_id = {failure.external_id: failure.error for failure in failures}
    assert "$.total" in by_id["2"]
    assert "'12,50' is not an amount" in by_id["3"]
    assert "'XBITS' is not an ISO 4217 currency" in by_id["4"]
    assert "$.date_created_gmt" in by_id["5"]
    assert "missing required field `id`" in by_id[""]
    assert all(failure.body and failure.kind == "order" for failure in failures)


def test_an_order_without_a_total_is_refused(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    with pytest.raises(BadInput, match="total"):
        order_of(recorded("order_guest") | {"total": ""}, facts)


def test_a_page_of_orders_is_read_quickly(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    """The backfill's speed rests on it. Beside the time in which json.loads reads the same page."""
    raw = json.dumps([recorded("order_with_tax") | {"id": number} for number in range(100)]).encode()
    plain, ours = [], []
    for _ in range(5):
        began = time.thread_time()
        json.loads(raw)
        plain.append(time.thread_time() - began)
        began = time.thread_time()
        found, _ = read(raw, types.Order, lambda body: normalise.order(body, facts))
        ours.append(time.thread_time() - began)
    assert len(found) == 100
    assert min(ours) < 3 * min(plain)
