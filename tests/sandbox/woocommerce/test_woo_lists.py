"""Lists: pages, totals, dates in their four forms, filters, errors word for word."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.changes import Box
from tests.sandbox.woocommerce.conftest import Caller

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 10, 12, 0, 0, tzinfo=UTC)  # two hours east of Greenwich


@pytest.fixture
def dated(small_box: Box, woo: Caller) -> list[int]:
    """Five orders, an hour apart around AT; their ids in time."""
    small_box.shop.orders.clear()
    orders = [small_box.place_order([(10, 1)], person_id=2) for _ in range(5)]
    for place, order in enumerate(orders):
        order.created_at = order.placed_at = order.updated_at = AT + timedelta(hours=place - 2)
    return [order.id for order in orders]


def params_error(woo: Caller, path: str, **query: Any) -> dict[str, str]:
    response = woo.call("GET", path, **query)
    body = response.get_json()
    assert (response.status_code, body["code"]) == (400, "rest_invalid_param")
    found: dict[str, str] = body["data"]["params"]
    assert body["message"] == f"Invalid parameter(s): {', '.join(found)}"
    return found


def test_pages_have_totals_and_links(woo: Caller, dated: list[int]) -> None:
    response = woo.call("GET", "orders", per_page=2, page=2, orderby="id", order="asc")
    assert [order["id"] for order in response.get_json()] == dated[2:4]
    assert (response.headers["X-WP-Total"], response.headers["X-WP-TotalPages"]) == ("5", "3")
    assert 'rel="prev"' in response.headers["Link"]
    assert 'page=3>; rel="next"' in response.headers["Link"]


def test_past_the_end_orders_forget_their_totals_and_customers_do_not(woo: Caller, dated: list[int]) -> None:
    response = woo.call("GET", "orders", page=99)
    assert (response.status_code, response.get_json(), response.headers["X-WP-Total"]) == (200, [], "0")
    assert woo.call("GET", "customers", page=99).headers["X-WP-Total"] == "12"


def test_offset_wins_over_page(woo: Caller, dated: list[int]) -> None:
    assert woo.ids("orders", orderby="id", order="asc", offset=3, page=1, per_page=2) == dated[3:]


def test_head_has_totals_and_no_body(woo: Caller, dated: list[int]) -> None:
    response = woo.call("HEAD", "orders", per_page=1)
    assert (response.data, response.headers["X-WP-Total"]) == (b"", "5")


@pytest.mark.parametrize(
    ("query", "param", "reason"),
    [
        ({"per_page": 101}, "per_page", "per_page must be between 1 (inclusive) and 100 (inclusive)"),
        ({"page": 0}, "page", "page must be greater than or equal to 1"),
        ({"orderby": "nonsense"}, "orderby", "orderby is not one of date, id, include, title, slug, and modified."),
        ({"modified_after": "yesterday"}, "modified_after", "Invalid date."),
        ({"modified_after": "2026-07-10"}, "modified_after", "Invalid date."),
        (
            {"status": "nonsense"},
            "status",
            "status[0] is not one of any, trash, auto-draft, pending, processing, on-hold, completed, cancelled, "
            "refunded, failed, and checkout-draft.",
        ),
    ],
)
def test_what_is_wrong_is_said_as_wordpress_says_it(woo: Caller, query: Any, param: str, reason: str) -> None:
    assert params_error(woo, "orders", **query) == {param: reason}


def test_customers_know_no_date_of_change(woo: Caller) -> None:
    assert woo.total("customers", modified_after="2099-01-01T00:00:00") == 12
    reason = "orderby is not one of id, include, name, and registered_date."
    assert params_error(woo, "customers", orderby="modified") == {"orderby": reason}


def test_naive_gmt_with_the_flag_is_exact_and_strict(woo: Caller, dated: list[int]) -> None:
    def after(seconds: int) -> list[int]:
        at = (AT + timedelta(seconds=seconds)).isoformat()[:19]
        return woo.ids("orders", modified_after=at, dates_are_gmt="true", orderby="id", order="asc")

    assert after(0) == dated[3:]
    assert after(-1) == dated[2:]


def test_a_naive_date_without_the_flag_is_local(woo: Caller, dated: list[int]) -> None:
    local = AT.astimezone(BERLIN).isoformat()[:19]
    assert sorted(woo.ids("orders", modified_after=local)) == dated[3:]
    assert sorted(woo.ids("orders", after=AT.isoformat()[:19])) == dated[1:]  # two hours early


def test_an_offset_without_the_flag_is_right(woo: Caller, dated: list[int]) -> None:
    assert sorted(woo.ids("orders", modified_after="2026-07-10T12:00:00Z")) == dated[3:]
    assert sorted(woo.ids("orders", modified_before="2026-07-10T14:00:00+02:00")) == dated[:2]


def test_an_offset_with_the_flag_is_off_by_the_zone(woo: Caller, dated: list[int]) -> None:
    assert woo.ids("orders", modified_after="2026-07-10T12:00:00Z", dates_are_gmt="true") == []
    assert sorted(woo.ids("orders", after="2026-07-10T10:00:00Z", dates_are_gmt="true")) == dated[3:]


def test_the_thirtieth_of_february_is_a_day_in_march(woo: Caller, dated: list[int]) -> None:
    assert woo.total("orders", modified_after="2026-02-30T00:00:00") == 5


def test_equal_dates_have_no_order_so_only_pages_by_id_are_whole(woo: Caller, small_box: Box) -> None:
    for _ in range(40):
        small_box.place_order([(10, 1)], person_id=2)
    for order in small_box.shop.orders.values():
        order.updated_at = AT

    def all_ids(orderby: str) -> list[int]:
        pages = (woo.ids("orders", orderby=orderby, order="asc", per_page=7, page=page) for page in range(1, 7))
        return [number for page in pages for number in page]

    total = len(small_box.shop.orders)
    assert len(set(all_ids("id"))) == total
    assert len(set(all_ids("modified"))) < total


def test_statuses_are_lists_and_trash_is_not_any(woo: Caller, small_box: Box) -> None:
    small_box.shop.orders.clear()
    paid, pending, binned = (
        small_box.place_order([(10, 1)], person_id=2, payment=how) for how in ("paid", "pending", "paid")
    )
    small_box.trash_order(binned.id)
    assert woo.ids("orders", orderby="id", order="asc") == [paid.id, pending.id]
    assert woo.total("orders", status="any,trash") == 2
    assert woo.ids("orders", status="trash") == [binned.id]
    assert woo.ids("orders", status="pending,failed") == [pending.id]
    assert woo.get(f"orders/{binned.id}")["status"] == "trash"


def test_a_draft_checkout_is_listed_under_any(woo: Caller, small_box: Box) -> None:
    draft = small_box.open_checkout([(10, 1)], email="draft@example.com", as_draft=True)
    small_box.open_checkout([(10, 1)], email="cart@example.com")
    assert woo.ids("orders", status="checkout-draft") == [draft.id]
    assert draft.id in woo.ids("orders")
    body = woo.get(f"orders/{draft.id}")
    assert (body["status"], body["billing"]["email"], body["created_via"]) == (
        "checkout-draft",
        "draft@example.com",
        "store-api",
    )
    order = small_box.complete_checkout(draft.id)
    assert order.id == draft.id
    assert woo.total("orders", status="checkout-draft") == 0


def test_fields_prunes_inside_too(woo: Caller, dated: list[int]) -> None:
    assert woo.get("orders", include=dated[0], _fields="id,billing.email") == [
        {"id": dated[0], "billing": {"email": "bob@example.com"}}
    ]


def test_customers_are_the_registered_and_of_the_role_asked_for(woo: Caller, small_box: Box) -> None:
    small_box.place_order([(10, 1)], email="guest@example.com")
    small_box.person(3).role = "subscriber"
    assert woo.total("customers") == 11
    assert woo.total("customers", role="all") == 12
    assert woo.ids("customers", email="CLEO@example.com", role="all") == [3]
    assert woo.get("customers", per_page=2, _fields="first_name") == [{"first_name": "Ann"}, {"first_name": "Bob"}]


def test_refunds_of_the_whole_shop_are_one_list(woo: Caller, small_box: Box, dated: list[int]) -> None:
    for number in dated[:3]:
        small_box.refund(number)
    refunds = woo.get("refunds", orderby="id", order="asc")
    assert [refund["parent_id"] for refund in refunds] == dated[:3]
    assert woo.total("refunds", after="2099-01-01T00:00:00") == 0
    assert "parent_id" not in woo.get(f"orders/{dated[0]}/refunds")[0]


def test_a_row_that_leaves_shifts_the_next_page_and_an_overlap_finds_it(
    woo: Caller, small_box: Box, dated: list[int]
) -> None:
    query = {"orderby": "id", "order": "asc", "per_page": 2}
    assert woo.ids("orders", page=1, **query) == dated[:2]
    small_box.trash_order(dated[0])
    assert woo.ids("orders", page=2, **query) == dated[3:]
    assert woo.ids("orders", offset=1, **query) == dated[2:4]


def test_counts_per_status_have_drafts_in_and_trash_out(woo: Caller, small_box: Box, dated: list[int]) -> None:
    small_box.open_checkout([(10, 1)], email="draft@example.com", as_draft=True)
    small_box.trash_order(dated[0])
    counts = {row["slug"]: row["total"] for row in woo.get("reports/orders/totals")}
    assert (counts["processing"], counts["checkout-draft"], "trash" in counts) == (4, 1, False)


def test_conditional_headers_are_ignored(woo: Caller, dated: list[int]) -> None:
    basic = {"auth": (woo.options.key, woo.options.secret)}
    headers = {"X-Forwarded-Proto": "https", "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT", "If-None-Match": "*"}
    answer = woo.app.test_client().get("/wp-json/wc/v3/orders", headers=headers, **basic)
    assert (answer.status_code, len(answer.get_json())) == (200, 5)


def test_products_by_their_default_date_lose_rows(woo: Caller, small_box: Box) -> None:
    for number in range(30):
        small_box.add_product(f"Thing {number}", 100)
    for product in small_box.shop.products.values():
        product.created_at = AT
    pages = [woo.ids("products", per_page=7, page=page) for page in range(1, 6)]
    assert len({number for page in pages for number in page}) < woo.total("products") == 34


def test_who_was_never_saved_by_woocommerce_has_no_date_of_change(woo: Caller, small_box: Box) -> None:
    person = small_box.person(3)
    person.role = "administrator"
    assert woo.get("customers/3")["date_modified_gmt"] is None
    small_box.change_customer(3, first_name="Cleopatra")
    assert woo.get("customers/3")["date_modified_gmt"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("orders/99999999", "woocommerce_rest_shop_order_invalid_id"),
        ("customers/99999999", "wc_user_invalid_id"),
        ("products/99999999", "woocommerce_rest_product_invalid_id"),
        ("webhooks/99999999", "woocommerce_rest_shop_webhook_invalid_id"),
    ],
)
def test_what_is_gone_has_its_own_code(woo: Caller, path: str, code: str) -> None:
    response = woo.call("GET", path)
    assert (response.status_code, response.get_json()["code"]) == (404, code)
