"""Money, statuses and texts, with the oddities that real shops showed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sandbox.changes import Box
from sandbox.shop import Address, Order
from tests.sandbox.woocommerce.conftest import Caller, Street

Made = Callable[..., Street]


@pytest.fixture
def order(small_box: Box) -> Order:
    return small_box.place_order([(10, 3)], person_id=2)  # three caps at 19.00, and shipping


def put(woo: Caller, order: Order, **wanted: Any) -> Any:
    response = woo.call("PUT", f"orders/{order.id}", json=wanted)
    assert response.status_code == 200, response.data
    return response.get_json()


# refunds


@pytest.mark.parametrize("payment", ["paid", "pending"])
def test_the_status_refunded_makes_one_refund_of_the_rest_without_lines(
    woo: Caller, small_box: Box, payment: str
) -> None:
    order = small_box.place_order([(10, 1)], person_id=2, payment=payment)
    body = put(woo, order, status="refunded")
    assert [row["total"] for row in body["refunds"]] == [f"-{body['total']}"]
    assert woo.get(f"orders/{order.id}/refunds")[0]["line_items"] == []
    assert len(put(woo, order, status="refunded")["refunds"]) == 1


def test_a_refund_of_nothing_is_minus_nothing(woo: Caller, order: Order) -> None:
    assert woo.call("POST", f"orders/{order.id}/refunds", json={"amount": "0.00"}).status_code == 201
    assert woo.get(f"orders/{order.id}")["refunds"][0]["total"] == "-0.00"


def test_what_is_refused_of_a_refund_says_500_twice(woo: Caller, order: Order) -> None:
    answer = woo.call("POST", f"orders/{order.id}/refunds", json={"amount": "1000.00"})
    assert (answer.status_code, answer.get_json()["data"]) == (500, 500)


def test_refunds_of_an_order_are_not_in_time_order(woo: Caller, small_box: Box, order: Order) -> None:
    made = [small_box.refund(order.id, [], amount_minor=100).id for _ in range(3)]
    assert [row["id"] for row in woo.get(f"orders/{order.id}")["refunds"]] == made[::-1]


def test_refunds_have_no_currency_and_no_modified_date(woo: Caller, small_box: Box, order: Order) -> None:
    small_box.refund(order.id)
    assert {"currency", "date_modified", "date_modified_gmt"} & woo.get("refunds")[0].keys() == set()


# amounts


@pytest.mark.parametrize(("decimals", "total"), [(0, "62"), (2, "61.90"), (4, "61.9000")])
def test_amounts_follow_the_shops_display_decimals(shop_of: Made, decimals: int, total: str) -> None:
    street = shop_of(decimals=decimals)
    made = street.box.place_order([(10, 3)], person_id=2)
    body = street.woo.get(f"orders/{made.id}")
    assert (body["total"], body["line_items"][0]["price"]) == (total, pytest.approx(15.9667, abs=0.001))
    said = street.woo.get("system_status", _fields="settings")["settings"]
    assert said["number_of_decimals"] == decimals


def test_a_quantity_put_alone_leaves_the_total_and_the_line(woo: Caller, order: Order) -> None:
    before = woo.get(f"orders/{order.id}")
    after = put(woo, order, line_items=[{"id": order.lines[0].id, "quantity": 7}])
    assert after["line_items"][0]["quantity"] == 7
    assert (after["total"], after["line_items"][0]["total"]) == (before["total"], before["line_items"][0]["total"])


def test_a_price_is_net_with_a_floats_noise(woo: Caller, order: Order) -> None:
    line = woo.get(f"orders/{order.id}")["line_items"][0]
    assert isinstance(line["price"], float)
    assert len(str(line["price"])) > 10
    assert Decimal(str(line["price"])) * 3 != Decimal(line["total"])


def test_a_coupon_over_the_total_gives_nothing_and_is_paid(woo: Caller) -> None:
    woo.call("POST", "coupons", json={"code": "all", "discount_type": "fixed_cart", "amount": "500"})
    wanted = {
        "line_items": [{"product_id": 1, "quantity": 1}], "coupon_lines": [{"code": "all"}], "set_paid": True,
    }  # fmt: skip
    body = woo.call("POST", "orders", json=wanted).get_json()
    assert (body["total"], body["date_paid"] is None) == ("0.00", False)


def test_amounts_are_not_held_to_the_currency(shop_of: Made) -> None:
    street = shop_of()
    street.box.shop.currency = "JPY"
    made = street.box.place_order([(10, 1)], person_id=2)
    street.box.set_total(made.id, "33.33")
    assert (street.woo.get(f"orders/{made.id}")["total"], made.placed_minor) == ("33.33", 33)
    assert made.id in street.woo.ids("orders")


# statuses


def statuses(woo: Caller, **wanted: bool) -> None:
    assert woo.app.test_client().post("/_sandbox/woocommerce/statuses", json=wanted).status_code == 200


def test_a_plugins_status_is_listed_while_the_plugin_is_there(woo: Caller, order: Order) -> None:
    statuses(woo, shipped=True)
    assert put(woo, order, status="shipped")["status"] == "shipped"
    assert order.id in woo.ids("orders")
    assert woo.ids("orders", status="shipped") == [order.id]
    assert {row["slug"]: row["total"] for row in woo.get("reports/orders/totals")}["shipped"] == 1


def test_when_the_plugin_goes_its_orders_vanish_from_any_and_answer_by_id(woo: Caller, order: Order) -> None:
    statuses(woo, shipped=True)
    put(woo, order, status="shipped")
    statuses(woo)
    assert order.id not in woo.ids("orders")
    assert woo.call("GET", "orders", status="shipped").status_code == 400
    assert woo.get(f"orders/{order.id}")["status"] == "shipped"


def test_a_status_that_is_not_public_is_left_out_of_any(woo: Caller, order: Order) -> None:
    statuses(woo, packed=False)
    put(woo, order, status="packed")
    assert order.id not in woo.ids("orders")
    assert woo.ids("orders", status="packed") == [order.id]


def test_options_say_which_statuses_there_are(woo: Caller) -> None:
    statuses(woo, shipped=True)
    said = woo.call("OPTIONS", "orders").get_json()
    assert "shipped" in said["schema"]["properties"]["status"]["enum"]
    assert "shipped" in said["endpoints"][0]["args"]["status"]["items"]["enum"]


# texts


def test_names_of_products_and_lines_are_encoded_and_an_orders_billing_is_raw(woo: Caller, small_box: Box) -> None:
    small_box.change_product(1, title="Salt & Pepper")
    home = Address("<script>alert(1)</script>", "O'Brien & מאיר", country_code="DE", phone="+49 (0)30 / 12")
    made = small_box.place_order([(10, 1)], email="Mixed.Case@Example.com", address=home)
    body = woo.get(f"orders/{made.id}")
    assert woo.get("products/1")["name"] == body["line_items"][0]["name"] == "Salt &amp; Pepper"
    assert (body["billing"]["first_name"], body["billing"]["last_name"], body["billing"]["phone"]) == (
        "<script>alert(1)</script>", "O'Brien & מאיר", "+49 (0)30 / 12",
    )  # fmt: skip
    assert body["billing"]["email"] == "Mixed.Case@Example.com"


def test_an_email_finds_whatever_its_case_and_admins_with_role_all_only(woo: Caller, small_box: Box) -> None:
    small_box.person(3).role = "administrator"
    assert woo.ids("customers", email="BOB@example.com") == [2]
    assert woo.ids("customers", email="cleo@example.com") == []
    assert woo.ids("customers", email="CLEO@example.com", role="all") == [3]


def test_meta_collapses_drops_null_and_makes_true_a_one(woo: Caller, order: Order) -> None:
    meta = [("a", "first"), ("a", "last"), ("b", None), ("c", True), ("d", {"deep": [1]}), ("_e", "under")]
    body = put(woo, order, meta_data=[{"key": key, "value": value} for key, value in meta])
    kept = {row["key"]: row["value"] for row in body["meta_data"]}
    assert kept == {"a": "last", "c": "1", "d": {"deep": [1]}, "_e": "under"}


def test_notes_are_not_paged(woo: Caller, order: Order) -> None:
    for number in range(12):
        assert woo.call("POST", f"orders/{order.id}/notes", json={"note": f"Note {number}"}).status_code == 201
    assert len(woo.get(f"orders/{order.id}/notes", per_page=5)) == 12
