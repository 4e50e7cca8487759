"""What differs between WooCommerce 8.9, 10.0 and 11.0."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.woocommerce.topics import topics
from tests.sandbox.woocommerce.conftest import Caller, Street

Made = Callable[..., Street]
OLD, NOW, NEW = "8.9.3", "10.0.2", "11.0.1"
AT = datetime(2026, 7, 10, 12, 0, 0, tzinfo=UTC)


def refused(woo: Caller, path: str, json: Any = None) -> tuple[int, Any]:
    response = woo.call("POST" if json else "GET", path, json=json)
    return response.status_code, response.get_json()


def all_ids(woo: Caller, **query: Any) -> list[int]:
    pages = (woo.ids("orders", per_page=7, page=page, **query) for page in range(1, 7))
    return [number for page in pages for number in page]


@pytest.mark.parametrize(("version", "is_there"), [(OLD, False), (NOW, True), (NEW, True)])
def test_the_list_of_all_refunds_is_absent_on_8_9(shop_of: Made, version: str, is_there: bool) -> None:
    street = shop_of(version=version)
    order = street.box.place_order([(10, 1)], person_id=2)
    street.box.refund(order.id)
    status, body = refused(street.woo, "refunds")
    assert (status == 200, isinstance(body, list)) == (is_there, is_there)
    assert is_there or (status, body["code"]) == (404, "rest_no_route")
    assert len(street.woo.get(f"orders/{order.id}/refunds")) == 1


@pytest.mark.parametrize(("version", "code"), [(OLD, "woocommerce_rest_invalid_id"), (NOW, "wc_user_invalid_id")])
def test_a_customer_that_is_not_there_has_another_code_on_8_9(shop_of: Made, version: str, code: str) -> None:
    status, body = refused(shop_of(version=version).woo, "customers/99999999")
    assert (status, body["code"]) == (404, code)


@pytest.mark.parametrize("storage", ["hpos", "posts"])
@pytest.mark.parametrize(("version", "is_whole"), [(OLD, False), (NOW, False), (NEW, True)])
def test_rows_of_one_second_are_lost_by_modified_until_11_breaks_ties_by_id(
    shop_of: Made, storage: str, version: str, is_whole: bool
) -> None:
    street = shop_of(version=version, storage=storage)
    for _ in range(40):
        street.box.place_order([(10, 1)], person_id=2)
    for order in street.box.shop.orders.values():
        order.updated_at = AT
    found = set(all_ids(street.woo, orderby="modified", order="asc"))
    assert (len(found) == 42) is is_whole
    assert len(set(all_ids(street.woo, orderby="id", order="asc"))) == 42


@pytest.mark.parametrize(("version", "is_listed"), [(OLD, True), (NOW, True)])
def test_any_lists_checkout_drafts_before_11(shop_of: Made, version: str, is_listed: bool) -> None:
    street = shop_of(version=version)
    draft = street.box.open_checkout([(10, 1)], email="draft@example.com", as_draft=True)
    assert (draft.id in street.woo.ids("orders")) is is_listed
    assert street.woo.ids("orders", status="checkout-draft") == [draft.id]


def test_on_11_no_draft_exists_before_place_order(shop_of: Made) -> None:
    street = shop_of(version=NEW)
    draft = street.box.open_checkout([(10, 1)], email="draft@example.com", as_draft=True)
    assert street.woo.ids("orders", status="checkout-draft") == []
    assert street.woo.call("GET", f"orders/{draft.id}").status_code == 404


@pytest.mark.parametrize(("version", "state", "in_any"), [
    (OLD, "pending", True), (NOW, "checkout-draft", True), (NEW, "checkout-draft", False),
])  # fmt: skip
def test_an_order_refused_for_its_coupon_stays_behind(shop_of: Made, version: str, state: str, in_any: bool) -> None:
    woo = shop_of(version=version).woo
    wanted = {"line_items": [{"product_id": 1, "quantity": 1}], "coupon_lines": [{"code": "nope"}], "set_paid": True}
    status, body = refused(woo, "orders", wanted)
    assert (status, body["code"]) == (400, "woocommerce_rest_invalid_coupon")
    [left] = woo.get("orders", status=state)
    assert (left["created_via"], left["total"], left["id"] in woo.ids("orders")) == ("rest-api", "19.00", in_any)
    assert body["data"].get("new_draft_order_id") == (left["id"] if version != OLD else None)
    assert (left["date_paid"] is not None) or version != OLD


@pytest.mark.parametrize(("version", "status"), [(NOW, 201), (NEW, 400)])
def test_a_line_without_a_product_is_refused_by_11(shop_of: Made, version: str, status: int) -> None:
    found, body = refused(shop_of(version=version).woo, "orders", {"line_items": [{"name": "Gift", "total": "3.00"}]})
    assert found == status
    assert found == 201 or body["code"] == "woocommerce_rest_required_product_reference"


@pytest.mark.parametrize(("version", "at_draft", "when_placed"), [
    (OLD, ["order.created", "order.updated"], ["order.updated"]),
    (NOW, ["order.updated"], ["order.created", "order.updated"]),
    (NEW, [], ["order.created", "order.updated"]),
])  # fmt: skip
def test_a_block_checkout_is_told_at_its_draft_and_when_it_is_placed(
    shop_of: Made, version: str, at_draft: list[str], when_placed: list[str]
) -> None:
    street, said = shop_of(version=version), list[str]()
    street.box.listen(lambda event: said.extend(topic for topic, _ in topics(event, street.face.house)))
    draft = street.box.open_checkout([(10, 1)], person_id=2, as_draft=True)
    assert said == at_draft
    said.clear()
    street.box.complete_checkout(draft.id)
    assert [topic for topic in said if topic.startswith("order")] == when_placed


def test_orders_gain_keys_in_11(shop_of: Made) -> None:
    bodies = {}
    for version in (NOW, NEW):
        street = shop_of(version=version)
        order = street.box.place_order([(10, 1)], person_id=2)
        street.box.refund(order.id)
        bodies[version] = street.woo.get(f"orders/{order.id}")
        assert bodies[version]["version"] == version
    assert bodies[NEW]["line_items"][0].keys() - bodies[NOW]["line_items"][0].keys() == {"global_unique_id"}
    assert bodies[NEW]["refunds"][0]["total_tax"] == "-3.81"
    assert "total_tax" not in bodies[NOW]["refunds"][0]


@pytest.mark.parametrize(("version", "status"), [(NOW, 404), (NEW, 200)])
def test_the_list_of_all_variations_came_with_11(shop_of: Made, version: str, status: int) -> None:
    assert shop_of(version=version).woo.call("GET", "variations").status_code == status


_REFUND_GONE = "action.woocommerce_refund_deleted"


@pytest.mark.parametrize(("version", "said"), [(NEW, [_REFUND_GONE]), ("11.2.0", [_REFUND_GONE, "order.updated"])])
def test_a_deleted_refund_is_told_by_its_order_since_11_2(shop_of: Made, version: str, said: list[str]) -> None:
    street, found = shop_of(version=version), list[str]()
    order = street.box.place_order([(10, 1)], person_id=2)
    refund = street.box.refund(order.id)
    street.box.listen(lambda event: found.extend(topic for topic, _ in topics(event, street.face.house)))
    street.box.delete_refund(order.id, refund.id)
    assert found == said


@pytest.mark.parametrize(("version", "status"), [(OLD, 500), (NOW, 200)])
def test_a_note_too_long_is_cut_and_on_8_9_fails(shop_of: Made, version: str, status: int) -> None:
    street = shop_of(version=version)
    number = next(iter(street.box.shop.orders))
    answer = street.woo.call("PUT", f"orders/{number}", json={"customer_note": "äbcd" * 25_000})
    assert answer.status_code == status
    assert status == 500 or len(answer.get_json()["customer_note"]) == 52_428


@pytest.mark.parametrize("version", [OLD, NOW, NEW])
def test_status_all_is_refused(shop_of: Made, version: str) -> None:
    assert shop_of(version=version).woo.call("GET", "orders", status="all").status_code == 400
