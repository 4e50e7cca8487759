"""What a merchant's tools change over REST: orders, refunds, customers, coupons."""

from typing import Any

import pytest

from sandbox.changes import Box
from sandbox.shop import Order
from tests.sandbox.woocommerce.conftest import Caller


@pytest.fixture
def order(small_box: Box) -> Order:
    return small_box.place_order([(10, 2)], person_id=2)  # two caps at 19.00 and 4.90 of shipping


def done(woo: Caller, method: str, path: str, json: Any = None, **query: Any) -> Any:
    response = woo.call(method, path, json=json, **query)
    assert response.status_code in (200, 201), response.data
    return response.get_json()


def refused(woo: Caller, method: str, path: str, json: Any = None) -> tuple[int, str]:
    response = woo.call(method, path, json=json)
    return response.status_code, response.get_json()["code"]


def test_a_status_is_an_act(woo: Caller, small_box: Box) -> None:
    pending = small_box.place_order([(10, 1)], person_id=2, payment="pending")
    assert done(woo, "PUT", f"orders/{pending.id}", {"status": "completed"})["status"] == "completed"
    assert pending.paid_at is not None
    assert done(woo, "PUT", f"orders/{pending.id}", {"status": "refunded"})["refunds"][0]["total"] == "-23.90"


def test_a_status_that_nobody_knows_is_refused(woo: Caller, order: Order) -> None:
    assert refused(woo, "PUT", f"orders/{order.id}", {"status": "shipped"}) == (400, "rest_invalid_param")


def test_cancelling_pays_nothing_back(woo: Caller, order: Order) -> None:
    body = done(woo, "PUT", f"orders/{order.id}", {"status": "cancelled", "customer_note": "Changed my mind"})
    assert (body["status"], body["refunds"], body["customer_note"]) == ("cancelled", [], "Changed my mind")
    assert done(woo, "PUT", f"orders/{order.id}", {"status": "processing"})["status"] == "processing"


def test_a_batch_does_what_it_can_and_tells_of_the_rest_in_its_place(woo: Caller, order: Order) -> None:
    wanted = {
        "create": [{"line_items": [{"product_id": 1, "quantity": 2}], "status": "on-hold"}],
        "update": [{"id": order.id, "status": "completed"}, {"id": 99999999, "status": "completed"}],
        "delete": [order.id],
    }
    said = done(woo, "POST", "orders/batch", wanted)
    assert [said["create"][0][name] for name in ("status", "total")] == ["on-hold", "38.00"]
    assert said["update"][0]["status"] == "completed"
    assert said["update"][1]["error"]["code"] == "woocommerce_rest_shop_order_invalid_id"
    assert said["delete"][0]["id"] == order.id
    assert woo.call("GET", f"orders/{order.id}").status_code == 404


def test_an_order_goes_to_the_bin_comes_back_and_goes_for_good(woo: Caller, order: Order) -> None:
    done(woo, "DELETE", f"orders/{order.id}")
    assert woo.get(f"orders/{order.id}")["status"] == "trash"
    assert done(woo, "PUT", f"orders/{order.id}", {"status": "processing"})["status"] == "processing"
    done(woo, "DELETE", f"orders/{order.id}", force="true")
    assert woo.call("GET", f"orders/{order.id}").status_code == 404


def test_a_refund_may_differ_from_its_lines(woo: Caller, order: Order) -> None:
    wanted = {"amount": "3.00", "reason": "Goodwill", "line_items": [{"id": order.lines[0].id, "quantity": 1}]}
    made = done(woo, "POST", f"orders/{order.id}/refunds", wanted)
    assert (made["amount"], made["line_items"][0]["quantity"], order.refunded_minor) == ("3.00", -1, 300)


def test_too_much_is_refused_as_a_fault_of_the_server(woo: Caller, order: Order) -> None:
    answer = refused(woo, "POST", f"orders/{order.id}/refunds", {"amount": "1000.00"})
    assert answer == (500, "woocommerce_rest_cannot_create_order_refund")
    assert order.refunds == []


def test_an_email_registers_once(woo: Caller, small_box: Box) -> None:
    made = done(woo, "POST", "customers", {"email": "new@example.com", "first_name": "New"})
    assert woo.get(f"customers/{made['id']}")["first_name"] == "New"
    assert refused(woo, "POST", "customers", {"email": "NEW@example.com"}) == (400, "registration-error-email-exists")


def test_a_customer_is_changed_and_deleted_by_force_only(woo: Caller, order: Order) -> None:
    meta = [{"key": "birthday", "value": "1980-02-29"}]
    changed = done(woo, "PUT", "customers/2", {"first_name": "Bobby", "meta_data": meta})
    assert (changed["first_name"], changed["meta_data"][0]["value"]) == ("Bobby", "1980-02-29")
    assert woo.call("DELETE", "customers/2").status_code == 501
    done(woo, "DELETE", "customers/2", force="true")
    body = woo.get(f"orders/{order.id}")
    assert (body["customer_id"], body["billing"]["email"]) == (0, "bob@example.com")


def test_a_coupon_that_is_made_works_at_the_till(woo: Caller, small_box: Box) -> None:
    wanted = {"code": "THANKS-7", "discount_type": "percent", "amount": "10", "usage_limit": 1}
    made = done(woo, "POST", "coupons", wanted)
    assert (made["code"], made["amount"], made["usage_limit"]) == ("thanks-7", "10.00", 1)
    assert refused(woo, "POST", "coupons", wanted) == (400, "woocommerce_rest_coupon_code_already_exists")
    order = small_box.place_order([(10, 1)], person_id=2, code="thanks-7")
    assert order.placed_minor == 1900 - 190 + 490
    assert woo.get("coupons", code="Thanks-7")[0]["usage_count"] == 1
    done(woo, "DELETE", f"coupons/{made['id']}", force="true")
    assert woo.get("coupons", code="thanks-7") == []
