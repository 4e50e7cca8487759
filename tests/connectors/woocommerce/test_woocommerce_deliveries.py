"""Recorded deliveries: the topic is the file's name."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import AuthLost, BadInput
from connectors.base import ShopFacts
from connectors.records import CheckoutRecord, CustomerRecord, Deletion, Fact, Hint, OrderRecord, ProductRecord, Record
from connectors.woocommerce import WooCommerceConnector
from connectors.woocommerce.webhooks import IGNORED, SUBSCRIBED, TOPICS

SECRET = "local-webhook-secret"
NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "fixtures" / "woocommerce").glob("*__*.json"))
SIGNED = [name for name in NAMES if not name.startswith("ping__")]
OURS = [name for name in SIGNED if not name.startswith("action.")]  # that one was signed with a secret of its own
connector = WooCommerceConnector()


@pytest.mark.parametrize("name", OURS)
def test_a_delivery_is_verified_over_its_raw_bytes(name: str, delivered: Callable[[str], Any]) -> None:
    said = delivered(name)
    assert connector.verify(said.headers, said.body, ["another", SECRET])
    assert not connector.verify(said.headers, said.body + b" ", [SECRET])
    assert not connector.verify(said.headers, said.body, ["another"])
    assert not connector.verify({}, said.body, [SECRET])
    assert not connector.verify(said.headers, said.body, [])


@pytest.mark.parametrize("name", SIGNED)
def test_every_recorded_topic_is_handled_or_ignored_for_a_reason(name: str, delivered: Callable[[str], Any]) -> None:
    said = delivered(name)
    named = connector.topic_of({key.lower(): value for key, value in said.headers.items()})
    assert named == said.topic
    assert (named in TOPICS) != (named in IGNORED)


@pytest.mark.parametrize(
    ("name", "kind", "external_id"),
    [
        ("order.created__by_the_api", OrderRecord, "186"),
        ("order.updated__by_the_api", OrderRecord, "186"),
        ("order.restored__from_the_trash", OrderRecord, "186"),
        ("order.updated__checkout_draft", CheckoutRecord, "order:200"),
        ("customer.created__by_the_api", CustomerRecord, "42"),
        ("customer.updated__by_the_api", CustomerRecord, "42"),
        ("product.created__simple", ProductRecord, None),
        ("product.updated__stock", ProductRecord, "11"),
        ("order.deleted__to_the_trash", Deletion, "186"),
        ("action.woocommerce_delete_order__forced", Deletion, "204"),
        ("customer.deleted__by_the_api", Deletion, None),
        ("product.deleted__to_the_trash", Deletion, None),
        ("coupon.created__by_the_api", Fact, None),
        ("coupon.updated__by_the_api", Fact, None),
        ("coupon.deleted__of_a_product", Hint, None),
    ],
)
def test_a_delivery_becomes_one_record(
    name: str, kind: type, external_id: str | None, delivered: Callable[[str], Any], facts: ShopFacts
) -> None:
    said = delivered(name)
    [record] = TOPICS[said.topic](said.body, facts)
    assert isinstance(record, kind)
    assert external_id in (None, getattr(record, "external_id", ""))


@pytest.mark.parametrize(
    ("action", "record"),
    [
        ("woocommerce_delete_order", Deletion("order", "204")),
        ("woocommerce_delete_order_refund", Deletion("refund", "204")),
        ("woocommerce_refund_deleted", Deletion("refund", "204")),
        ("woocommerce_delete_product", Deletion("product", "204")),
        ("woocommerce_delete_product_variation", Deletion("variant", "204")),
        ("woocommerce_delete_coupon", Hint("discount", "204")),
    ],
)
def test_actions_tell_of_what_is_deleted_in_silence(action: str, record: Record, facts: ShopFacts) -> None:
    """R17: none of these sends a *.deleted."""
    topic = f"action.{action}"
    assert topic in SUBSCRIBED
    assert list(TOPICS[topic](json.dumps({"action": action, "arg": 204}).encode(), facts)) == [record]


@pytest.mark.parametrize("topic", ["order.restored", "product.restored", "coupon.restored"])
def test_what_is_told_of_as_another_kind_is_nothing(topic: str, facts: ShopFacts) -> None:
    """Posts storage: an order that leaves the trash is also told as a product and a coupon, with error bodies."""
    kind = {"order": "shop_order", "product": "product", "coupon": "shop_coupon"}[topic.partition(".")[0]]
    body = {"code": f"woocommerce_rest_{kind}_invalid_id", "message": "Invalid ID.", "data": {"status": 404}}
    assert TOPICS[topic](json.dumps(body).encode(), facts) == ()


def test_all_topics_of_one_state_say_the_same(delivered: Callable[[str], Any], facts: ShopFacts) -> None:
    created, updated = delivered("order.created__by_the_api"), delivered("order.updated__by_the_api")
    assert created.body == updated.body
    assert TOPICS["order.created"](created.body, facts) == TOPICS["order.updated"](updated.body, facts)


def test_an_order_gone_before_its_delivery_is_nothing(delivered: Callable[[str], Any], facts: ShopFacts) -> None:
    assert TOPICS["order.created"](delivered("order.created__gone_meanwhile").body, facts) == ()


def test_a_webhook_whose_user_lost_his_rights_says_who_must_act(facts: ShopFacts) -> None:
    body = b'{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot view.","data":{"status":403}}'
    with pytest.raises(AuthLost, match="user who made the shop's webhooks"):
        TOPICS["order.updated"](body, facts)
    with pytest.raises(BadInput, match="delivered an error"):
        TOPICS["order.updated"](b'{"code":"internal","message":"Oops"}', facts)


def test_an_odd_body_says_what_and_where(facts: ShopFacts) -> None:
    with pytest.raises(BadInput, match=r"order: .*`status`"):
        TOPICS["order.updated"](b'{"id": 7}', facts)
    with pytest.raises(BadInput, match="malformed"):
        TOPICS["order.updated"](b"webhook_id=1", facts)


def test_a_changed_variation_is_a_hint_at_its_product(facts: ShopFacts) -> None:
    body = {"id": 47, "name": "L", "status": "publish", "type": "variation", "parent_id": 41}
    raw = json.dumps(body | {"date_created_gmt": None, "date_modified_gmt": None}).encode()
    assert TOPICS["product.updated"](raw, facts) == (Hint("product", "41"),)


def test_a_variable_product_comes_without_its_variations(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    [record] = TOPICS["product.updated"](json.dumps(recorded("product_variable")).encode(), facts)
    assert isinstance(record, ProductRecord)
    assert record.variants is None  # absent, not empty


def test_two_deliveries_of_one_second_are_told_apart_by_their_bodies(delivered: Callable[[str], Any]) -> None:
    said = delivered("order.created__by_the_api")
    key = connector.delivery_key(said.headers, said.body)
    assert key == connector.delivery_key(dict(said.headers), bytes(said.body))
    assert key != connector.delivery_key(said.headers, said.body.replace(b"186", b"187"))
    assert key != connector.delivery_key({**said.headers, "X-WC-Webhook-ID": "9"}, said.body)


def test_what_we_subscribe_to_we_can_read() -> None:
    assert set(SUBSCRIBED) == set(TOPICS) - {"regulars.cart"}


def test_a_cart_message_becomes_a_checkout_with_its_consent(facts: ShopFacts) -> None:
    [record] = TOPICS["regulars.cart"](CART.encode(), facts)
    assert isinstance(record, CheckoutRecord)
    assert (record.external_id, record.email, record.currency, record.total) == ("t_abc", "a@example.com", "JPY", 3300)
    assert (record.url, record.rate, record.locale) == ("https://shop.test/?regulars-cart=t_abc.x", "0.0061", "de")
    assert record.items is not None
    assert (record.items[0].title, record.items[0].total, record.items[0].variant_external_id) == (
        "Mug & Cup",
        3000,
        None,
    )
    assert record.consent is not None
    assert (record.consent.state, record.consent.at, record.consent.text) == (
        "granted", datetime(2026, 11, 22, 9, 59, tzinfo=UTC), "Write to me",
    )  # fmt: skip
    assert record.completed_at is None
    assert not record.is_emptied


def test_a_completed_cart_names_its_order(facts: ShopFacts) -> None:
    body = CART.replace('"open"', '"completed"').replace('"order_id": null', '"order_id": 123')
    [record] = TOPICS["regulars.cart"](body.encode(), facts)
    assert isinstance(record, CheckoutRecord)
    assert (record.order_external_id, record.completed_at) == ("123", record.updated_at)
    [emptied] = TOPICS["regulars.cart"](CART.replace('"open"', '"emptied"').encode(), facts)
    assert isinstance(emptied, CheckoutRecord)
    assert emptied.is_emptied


def test_consent_that_was_not_asked_for_is_not_carried(facts: ShopFacts) -> None:
    [record] = TOPICS["regulars.cart"](CART.replace('"granted"', '"unknown"').encode(), facts)
    assert isinstance(record, CheckoutRecord)
    assert record.consent is None


def test_a_cart_message_of_another_version_is_refused_in_words(facts: ShopFacts) -> None:
    with pytest.raises(BadInput, match="version 2"):
        TOPICS["regulars.cart"](CART.replace('"version": 1', '"version": 2').encode(), facts)
    with pytest.raises(BadInput, match="state"):
        TOPICS["regulars.cart"](CART.replace('"open"', '"odd"').encode(), facts)


CART = """{"version": 1, "session": "t_abc", "email": "a@example.com", "customer_id": 0,
 "items": [{"product_id": 1, "variation_id": 0, "name": "Mug &amp; Cup", "sku": "M", "quantity": 2,
   "total": "3000", "image": null}],
 "totals": {"total": "3300", "subtotal": "2727", "tax": "300", "shipping": "273", "discount": "0"}, "currency": "JPY",
 "rate": "0.0061", "language": "de",
 "consent": {"state": "granted", "at": "2026-11-22T09:59:00Z", "text": "Write to me"},
 "restore_url": "https://shop.test/?regulars-cart=t_abc.x", "state": "open", "order_id": null,
 "updated_at": "2026-11-22T10:00:00Z"}"""
