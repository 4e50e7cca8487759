"""What depends on where a shop keeps its orders: in tables of their own (HPOS), or as posts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sandbox.shop import Order
from sandbox.woocommerce.topics import topics
from tests.sandbox.woocommerce.conftest import Caller, Street

Made = Callable[..., Street]
STORAGES = ("hpos", "posts")


def old_order(street: Street) -> Order:
    """Of an hour ago, so that a date that moves is seen to."""
    order = street.box.place_order([(10, 2)], person_id=2)
    order.updated_at -= timedelta(hours=1)
    return order


def moves(street: Street, change: Callable[[Order], object]) -> bool:
    order = old_order(street)
    before = street.woo.get(f"orders/{order.id}")["date_modified_gmt"]
    change(order)
    return bool(street.woo.get(f"orders/{order.id}")["date_modified_gmt"] != before)


def done(woo: Caller, method: str, path: str, json: Any = None, **query: Any) -> Any:
    response = woo.call(method, path, json=json, **query)
    assert response.status_code in (200, 201), response.data
    return response.get_json()


def told(street: Street, change: Callable[[], object]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    street.box.listen(lambda event: found.extend(topics(event, street.face.house)))
    change()
    return found


@pytest.mark.parametrize("storage", STORAGES)
def test_status_customer_note_refund_and_trash_move_the_date_on_both(shop_of: Made, storage: str) -> None:
    street = shop_of(storage=storage)
    box, woo = street.box, street.woo
    assert moves(street, lambda order: done(woo, "PUT", f"orders/{order.id}", {"status": "completed"}))
    assert moves(street, lambda order: done(woo, "PUT", f"orders/{order.id}", {"customer_note": "Ring twice"}))
    assert moves(street, lambda order: box.refund(order.id, [], amount_minor=100))
    assert moves(street, lambda order: box.trash_order(order.id))


@pytest.mark.parametrize(("storage", "is_moved"), [("hpos", True), ("posts", False)])
def test_lines_totals_email_customer_and_an_empty_put_move_it_on_hpos_only(
    shop_of: Made, storage: str, is_moved: bool
) -> None:
    street = shop_of(storage=storage)
    box, woo = street.box, street.woo
    for change in (
        lambda order: box.edit_order(order.id, remove=[(order.lines[0].id, 1)]),
        lambda order: done(
            woo, "PUT", f"orders/{order.id}", {"line_items": [{"id": order.lines[0].id, "quantity": 5}]}
        ),
        lambda order: done(woo, "PUT", f"orders/{order.id}", {"billing": {"email": "new@example.com"}}),
        lambda order: done(woo, "PUT", f"orders/{order.id}", {}),
    ):
        assert moves(street, change) is is_moved
    assert moves(street, lambda order: box.delete_customer(2)) is is_moved


@pytest.mark.parametrize("storage", STORAGES)
def test_what_moves_no_date_is_told_all_the_same(shop_of: Made, storage: str) -> None:
    street = shop_of(storage=storage)
    order = old_order(street)
    said = told(street, lambda: street.box.edit_order(order.id, remove=[(order.lines[0].id, 1)]))
    assert ("order.updated", order.id) in said


_POSTS_TELL, _BUTTON_TELLS = "action.woocommerce_delete_order_refund", "action.woocommerce_refund_deleted"


@pytest.mark.parametrize(("storage", "topics_told"), [("hpos", []), ("posts", [_POSTS_TELL])], ids=STORAGES)
def test_a_refund_deleted_by_rest_moves_nothing_leaves_the_status_and_is_an_action_on_posts_only(
    shop_of: Made, storage: str, topics_told: list[str]
) -> None:
    street = shop_of(storage=storage)
    order = old_order(street)
    refund = street.box.refund(order.id)
    order.updated_at -= timedelta(hours=1)
    before = street.woo.get(f"orders/{order.id}")
    said = told(street, lambda: done(street.woo, "DELETE", f"orders/{order.id}/refunds/{refund.id}", force="true"))
    after = street.woo.get(f"orders/{order.id}")
    assert said == [(topic, refund.id) for topic in topics_told]
    assert (after["status"], after["refunds"]) == ("refunded", [])
    assert [after[name] for name in ("total", "date_modified_gmt")] == [
        before[name] for name in ("total", "date_modified_gmt")
    ]
    assert refund.id not in street.woo.ids("refunds")


@pytest.mark.parametrize(
    ("storage", "topics_told"), [("hpos", [_BUTTON_TELLS]), ("posts", [_POSTS_TELL, _BUTTON_TELLS])], ids=STORAGES
)
def test_the_offices_button_tells_of_the_refund_it_deletes_on_both(
    shop_of: Made, storage: str, topics_told: list[str]
) -> None:
    street = shop_of(storage=storage)
    order = old_order(street)
    refund = street.box.refund(order.id)
    said = told(street, lambda: street.box.delete_refund(order.id, refund.id))
    assert said == [(topic, refund.id) for topic in topics_told]


def test_the_trash_of_posts_is_told_as_product_and_coupon_too(shop_of: Made) -> None:
    street = shop_of(storage="posts")
    order = old_order(street)
    said = told(street, lambda: done(street.woo, "DELETE", f"orders/{order.id}"))
    assert sorted(said) == [(f"{kind}.deleted", order.id) for kind in ("coupon", "order", "product")]


@pytest.mark.parametrize(
    ("storage", "said", "refunds"), [("hpos", [], 1), ("posts", ["order.updated"], 0)], ids=STORAGES
)
def test_brought_back_by_put_is_told_on_posts_only_which_lose_the_refunds(
    shop_of: Made, storage: str, said: list[str], refunds: int
) -> None:
    street = shop_of(storage=storage)
    order = old_order(street)
    street.box.refund(order.id, [], amount_minor=100)
    street.box.trash_order(order.id)
    found = told(street, lambda: done(street.woo, "PUT", f"orders/{order.id}", {"status": "completed"}))
    body = street.woo.get(f"orders/{order.id}")
    assert [topic for topic, _ in found] == said
    assert (body["status"], len(body["refunds"])) == ("completed", refunds)


@pytest.mark.parametrize("storage", STORAGES)
def test_the_office_brings_an_order_back_whole(shop_of: Made, storage: str) -> None:
    street = shop_of(storage=storage)
    order = old_order(street)
    street.box.refund(order.id, [], amount_minor=100)
    street.box.trash_order(order.id)
    said = told(street, lambda: street.box.restore_order(order.id))
    assert ("order.restored", order.id) in said
    assert len(street.woo.get(f"orders/{order.id}")["refunds"]) == 1


@pytest.mark.parametrize(("storage", "is_hpos"), [("hpos", True), ("posts", False)])
def test_the_status_page_says_which_it_is(shop_of: Made, storage: str, is_hpos: bool) -> None:
    settings = shop_of(storage=storage).woo.get("system_status", _fields="settings")["settings"]
    assert settings["HPOS_enabled"] is is_hpos


@pytest.mark.parametrize(("storage", "count"), [("hpos", 0), ("posts", 3)])
def test_auto_draft_lists_everything_on_posts(shop_of: Made, storage: str, count: int) -> None:
    street = shop_of(storage=storage)
    street.box.trash_order(old_order(street).id)
    assert street.woo.total("orders", status="auto-draft") == count


@pytest.mark.parametrize("storage", STORAGES)
def test_any_wins_over_whatever_is_named_beside_it(shop_of: Made, storage: str) -> None:
    street = shop_of(storage=storage, version="11.0.1")
    left = {"line_items": [{"product_id": 1}], "coupon_lines": [{"code": "nope"}]}
    assert street.woo.call("POST", "orders", json=left).status_code == 400
    street.box.trash_order(old_order(street).id)
    assert (
        street.woo.total("orders", status="any,checkout-draft") == street.woo.total("orders", status="any,trash") == 2
    )
    assert street.woo.total("orders", status="checkout-draft") == street.woo.total("orders", status="trash") == 1
