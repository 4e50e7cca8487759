"""What changed since a moment: dates as WooCommerce reads them, filters that are ignored, refunds in their currency."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from app.errors import NotFound
from connectors.base import Failure, Page, Resource, ShopFacts
from connectors.records import CustomerRecord, Deletion, RefundRecord
from connectors.woocommerce.backfill import Walker
from connectors.woocommerce.changes import Changes, gmt
from connectors.woocommerce.fetch import by_ids

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pages(parts: Any) -> list[Page]:
    return [part for part in parts if isinstance(part, Page)]


@pytest.mark.parametrize("offset", [-8, 0, 5.5, 13])
def test_a_moment_is_asked_for_in_naive_gmt_with_the_flag(
    offset: float, script: Callable[..., Any], facts: ShopFacts
) -> None:
    """R6: with a Z, or without the flag, the shop's zone shifts it."""
    shop = script({"wc/v3/orders": []})
    moment = NOON.astimezone(timezone(timedelta(hours=offset)))
    list(Changes(Walker(shop, lambda: facts)).since("orders", moment, None))
    asked = [params for _, params in shop.asked]
    assert {params["modified_after"] for params in asked} == {"2026-11-21T11:59:58"}  # strictly after: two seconds back
    assert {params["dates_are_gmt"] for params in asked} == {"true"}
    assert not any("after" in params or "Z" in params["modified_after"] for params in asked)  # R5: never by created


def test_the_hour_that_comes_twice_is_two_moments() -> None:
    """R6: New York's clocks go back on 2026-11-01 at 6:00 UTC."""
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert (gmt(first), gmt(second)) == ("2026-11-01T05:30:00", "2026-11-01T06:30:00")


def test_nothing_new_costs_three_questions(script: Callable[..., Any], facts: ShopFacts) -> None:
    """R8: the list, the drafts and the trash; no control question where nothing came."""
    shop = script({"wc/v3/orders": []})
    [first, drafts, last] = pages(Changes(Walker(shop, lambda: facts)).since("orders", NOON, None))
    assert (first.records, drafts.records, last.records, last.cursor) == ([], [], [], None)
    assert [params.get("status") for _, params in shop.asked] == [None, "checkout-draft", "trash"]


@pytest.mark.parametrize(
    ("resource", "gone"), [("orders", Deletion("order", "23")), ("products", Deletion("product", "23"))]
)
def test_what_went_to_the_trash_is_pulled_as_a_deletion(
    resource: Resource, gone: Deletion, script: Callable[..., Any], facts: ShopFacts
) -> None:
    """No other list names it, and a shop whose webhook was lost says it nowhere else."""
    path = f"wc/v3/{resource}"
    shop = script({path: []}, trash={path: [{"id": 23, "status": "trash"}]})
    found = pages(Changes(Walker(shop, lambda: facts)).since(resource, NOON, None))
    assert [record for page in found for record in page.records] == [gone]


def test_a_filter_that_is_ignored_is_found_out_by_a_question(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R7: what changed after 2099 must be nothing; else all came, and that is said, once for each pull."""
    shop = script({"wc/v3/products": [recorded("product_simple")]})
    changes = Changes(Walker(shop, lambda: facts))
    page, _ = pages(changes.since("products", NOON, None))
    assert page.records
    assert page.failures == [
        Failure("list", "wc/v3/products", "shop.test ignores modified_after for wc/v3/products: all of it is read.")
    ]
    list(changes.since("products", NOON, None))
    controls = [params for _, params in shop.asked if params.get("modified_after", "").startswith("2099")]
    assert len(controls) == 1  # once for each client


def test_new_customers_come_newest_first_until_one_is_known(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R7: customers have no filter by time."""
    days = [NOON + timedelta(hours=hour) for hour in range(150, -150, -1)]
    people = [recorded("customer_single") | {"id": n, "date_created_gmt": gmt(day)} for n, day in enumerate(days)]
    shop = script({"wc/v3/customers": people})
    found = pages(Changes(Walker(shop, lambda: facts)).since("customers", NOON, None))
    ids = {record.external_id for page in found for record in page.records if isinstance(record, CustomerRecord)}
    assert ids == {str(number) for number in range(151)}
    assert [params["role"] for _, params in shop.asked] == ["all", "all"]


def test_a_refund_is_read_in_its_orders_currency(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R61: the list of refunds names no currency: 500 yen are not 500.00 of something."""
    row = recorded("refunds_all")[0] | {"line_items": [], "shipping_lines": []}
    orders = [{"id": 63, "currency": "JPY"}, {"id": 64, "currency": "KWD"}]
    rows = [row | {"id": 1, "parent_id": 63, "amount": "500"}, row | {"id": 2, "parent_id": 64, "amount": "1.234"}]
    shop = script({"wc/v3/refunds": rows, "wc/v3/orders": orders})
    [page] = pages(Walker(shop, lambda: facts).all_of("refunds", None))
    assert [r.total for r in page.records if isinstance(r, RefundRecord)] == [500, 1234]
    assert len(shop.asked) == 2  # R10: never a question for each


def test_refunds_of_orders_in_the_trash_are_left_there(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    row = recorded("refunds_all")[0]
    shop = script({"wc/v3/refunds": [row], "wc/v3/orders": []})
    trashed = {"id": 63, "status": "trash", "currency": "EUR"}
    shop.get = _with(shop.get, "wc/v3/orders/63", lambda: shop.answer(trashed, 1))
    [page] = pages(Walker(shop, lambda: facts).all_of("refunds", None))
    assert (page.records, page.failures) == ([], [])


def test_an_older_shop_is_asked_for_refunds_by_order(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """WooCommerce 8.9 has no list of all refunds."""
    orders = [recorded("order_partially_refunded"), recorded("order_checkout_draft")]
    shop = script({"wc/v3/orders": orders, "wc/v3/orders/58/refunds": recorded("order_refunds")})
    walker = Walker(shop, lambda: facts)
    for parts in (walker.all_of("refunds", None), Changes(walker).since("refunds", NOON, None)):
        [page] = pages(parts)
        assert sorted(r.total for r in page.records if isinstance(r, RefundRecord)) == [100, 4950]


def test_what_no_list_names_is_asked_for_alone(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """A status that went with its plugin hides its orders from every list; they are there all the same."""
    shop = script({"wc/v3/orders": []})
    hidden = recorded("order_guest") | {"status": "shipped"}
    shop.get = _with(shop.get, "wc/v3/orders/57", lambda: shop.answer(hidden, 1))
    shop.get = _with(shop.get, "wc/v3/orders/58", _gone)
    shop.get = _with(shop.get, "wc/v3/orders/59", lambda: shop.answer(hidden | {"id": 59, "status": "trash"}, 1))
    found = by_ids(Walker(shop, lambda: facts), "order", ["57", "58", "59", "not-an-id"])
    assert [type(record).__name__ for record in found] == ["OrderRecord", "Deletion", "Deletion"]


def test_variations_come_in_batches_or_product_by_product(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R10: a list of all variations where the shop has one, else one question a product."""
    parent, rows = recorded("product_variable"), recorded("product_variations")
    parent["variations"] = [row["id"] for row in rows]
    newer = script({"wc/v3/products": [parent, parent | {"id": 99, "variations": []}], "wc/v3/variations": rows})
    page, *_ = pages(Walker(newer, lambda: facts).all_of("products", None))
    assert [path for path, _ in newer.asked].count("wc/v3/variations") == 1
    older = script({"wc/v3/products": [parent], "wc/v3/products/41/variations": rows})
    again, *_ = pages(Walker(older, lambda: facts).all_of("products", None))
    assert again.records[0] == page.records[0]


def _with(get: Callable[..., Any], path: str, answer: Callable[[], Any]) -> Callable[..., Any]:
    return lambda asked, params=None, timeout=60: answer() if asked == path else get(asked, params, timeout)


def _gone() -> Any:
    raise NotFound("shop.test says: Invalid ID. (woocommerce_rest_shop_order_invalid_id)")
