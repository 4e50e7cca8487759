"""Webhooks: pinged, signed, late, built when sent, never repeated."""

import math
from typing import Any

import pytest
from flask import Flask

from sandbox.changes import Box
from sandbox.woocommerce import Face, Options, register
from tests.sandbox.woocommerce.conftest import HOME, Caller, Receiver
from tests.sandbox.woocommerce.hooks import SECRET, signature


def subscribe(woo: Caller, receiver: Receiver, topic: str, secret: str = SECRET) -> dict[str, Any]:
    wanted = {"name": topic, "topic": topic, "delivery_url": f"{receiver.url}/hook", "secret": secret}
    response = woo.call("POST", "webhooks", json=wanted)
    assert response.status_code == 201, response.data
    body: dict[str, Any] = response.get_json()
    return body


@pytest.fixture
def hooked(woo: Caller, receiver: Receiver) -> dict[str, dict[str, Any]]:
    """Webhooks for orders and customers, their pings forgotten."""
    topics = [f"{what}.{event}" for what in ("order", "customer") for event in ("created", "updated", "deleted")]
    made = {topic: subscribe(woo, receiver, topic) for topic in (*topics, "order.restored", "product.updated")}
    receiver.arrivals.clear()
    return made


def test_a_new_webhook_is_pinged_with_a_form_and_no_signature(woo: Caller, receiver: Receiver) -> None:
    made = subscribe(woo, receiver, "order.created")
    assert made["status"] == "active"
    assert "secret" not in made
    [ping] = receiver.arrivals
    assert ping.body == f"webhook_id={made['id']}".encode()
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not [name for name in ping.headers if name.startswith("X-WC")]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"topic": "order.nonsense", "delivery_url": "https://a.example"}, "invalid_topic"),
        ({"topic": "order.created", "delivery_url": "ftp://a.example"}, "invalid_delivery_url"),
    ],
)
def test_a_bad_webhook_is_refused(woo: Caller, wanted: dict[str, str], code: str) -> None:
    response = woo.call("POST", "webhooks", json=wanted)
    assert (response.status_code, response.get_json()["code"]) == (400, f"woocommerce_rest_shop_webhook_{code}")


def test_a_delivery_is_signed_and_says_where_it_is_from(
    small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    order = small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    created = next(arrival for arrival in receiver.arrivals if arrival.topic == "order.created")
    assert created.headers["X-WC-Webhook-Signature"] == signature(created)
    assert created.headers["X-WC-Webhook-Source"] == f"{HOME}/"
    assert created.headers["X-WC-Webhook-ID"] == str(hooked["order.created"]["id"])
    assert created.headers["User-Agent"] == "WooCommerce/10.0.2 Hookshot (WordPress/6.8.3)"
    assert created.json()["id"] == order.id
    assert b"http:\\/\\/" in created.body


def test_an_order_tells_of_itself_its_customer_and_its_product(
    small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert sorted(map(str, receiver.topics())) == [
        "customer.updated",
        "order.created",
        "order.updated",
        "product.updated",
    ]


def test_several_changes_before_the_run_are_one_delivery_of_the_last_state(
    small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    order = small_box.place_order([(10, 2)], person_id=2, payment="pending")
    small_box.pay_order(order.id)
    small_box.fulfil_order(order.id)
    assert face.deliveries.flush()
    orders = [arrival for arrival in receiver.arrivals if str(arrival.topic).startswith("order")]
    assert [(arrival.topic, arrival.json()["status"]) for arrival in orders] == [
        ("order.created", "completed"),
        ("order.updated", "completed"),
    ]


def test_what_is_gone_when_its_turn_comes_is_a_well_signed_error(
    small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    order = small_box.place_order([(10, 1)], person_id=2)
    small_box.delete_order(order.id)
    assert face.deliveries.flush()
    created = next(arrival for arrival in receiver.arrivals if arrival.topic == "order.created")
    assert created.json()["code"] == "woocommerce_rest_shop_order_invalid_id"
    assert created.headers["X-WC-Webhook-Signature"] == signature(created)


def test_the_bin_is_told_and_force_deletion_only_to_the_action_topic(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    subscribe(woo, receiver, "action.woocommerce_delete_order")
    order = small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    receiver.arrivals.clear()
    small_box.trash_order(order.id)
    small_box.restore_order(order.id)
    small_box.delete_order(order.id)
    assert face.deliveries.flush()
    bodies = {arrival.topic: arrival.json() for arrival in receiver.arrivals}
    assert bodies["order.deleted"] == {"id": order.id}
    assert bodies["action.woocommerce_delete_order"] == {"action": "woocommerce_delete_order", "arg": order.id}
    assert set(bodies) == {"order.deleted", "order.restored", "action.woocommerce_delete_order"}


def test_a_trashed_product_is_told_as_a_coupon_too_and_leaves_its_lines_behind(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    for topic in ("product.deleted", "coupon.deleted"):
        subscribe(woo, receiver, topic)
    receiver.arrivals.clear()
    order = small_box.place_order([(10, 1)], person_id=2)
    small_box.delete_product(1)
    assert face.deliveries.flush()
    assert {arrival.topic: arrival.json() for arrival in receiver.arrivals} == {
        "product.deleted": {"id": 1},
        "coupon.deleted": {"id": 1},
    }
    line = woo.get(f"orders/{order.id}")["line_items"][0]
    assert (line["name"], line["product_id"], line["sku"], line["total"]) == ("Cap", 0, None, "15.97")


def test_guests_are_no_news_until_they_register(
    small_box: Box, face: Face, receiver: Receiver, hooked: dict[str, Any]
) -> None:
    small_box.place_order([(10, 1)], email="guest@example.com")
    assert face.deliveries.flush()
    assert not [topic for topic in receiver.topics() if str(topic).startswith("customer")]
    small_box.register("guest@example.com")
    assert face.deliveries.flush()
    assert [topic for topic in receiver.topics() if str(topic).startswith("customer")] == [
        "customer.created",
        "customer.updated",
    ]


def test_the_seventh_failure_in_a_row_disables_and_switching_on_forgives_nothing(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    made = subscribe(woo, receiver, "order.created")
    receiver.answer = 500

    def fail() -> str:
        small_box.place_order([(10, 1)], person_id=2)
        assert face.deliveries.flush()
        return str(woo.get(f"webhooks/{made['id']}")["status"])

    assert [fail() for _ in range(7)] == ["active"] * 6 + ["disabled"]
    woo.call("PUT", f"webhooks/{made['id']}", json={"status": "active"})
    assert fail() == "disabled"
    assert face.deliveries.counts() == {"queued": 0, "sent": 0, "failed": 8}


def test_a_success_starts_the_count_anew(woo: Caller, small_box: Box, face: Face, receiver: Receiver) -> None:
    made = subscribe(woo, receiver, "order.created")
    for answer in (500, 500, 500, 500, 500, 500, 200, 500, 500, 500):
        receiver.answer = answer
        small_box.place_order([(10, 1)], person_id=2)
        assert face.deliveries.flush()
    assert woo.get(f"webhooks/{made['id']}")["status"] == "active"
    assert face.deliveries.counts() == {"queued": 0, "sent": 1, "failed": 9}


def test_a_ping_that_was_not_answered_200_comes_after_every_delivery(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    receiver.answer = 204
    subscribe(woo, receiver, "order.created")
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert receiver.topics() == [None, "order.created", None]


def test_a_redirect_swallows_the_delivery_and_counts_as_success(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    subscribe(woo, receiver, "order.created")
    receiver.answer = 302
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert face.deliveries.counts()["sent"] == 1


def test_a_webhook_is_deleted_only_by_force(woo: Caller, receiver: Receiver) -> None:
    made = subscribe(woo, receiver, "order.created")
    assert woo.call("DELETE", f"webhooks/{made['id']}").status_code == 501
    assert woo.call("DELETE", f"webhooks/{made['id']}", force="true").status_code == 200
    assert woo.get("webhooks") == []


def test_a_shop_whose_clockwork_sleeps_delivers_when_somebody_wakes_it(
    small_box: Box, receiver: Receiver, app: Flask
) -> None:
    face = register(app, small_box, Options(HOME, delivery_delay=math.inf))
    subscribe(Caller(app, face.options), receiver, "order.created")
    receiver.arrivals.clear()
    small_box.place_order([(10, 1)], person_id=2)
    assert (face.deliveries.counts()["queued"], receiver.arrivals) == (1, [])
    assert face.deliveries.flush()
    assert receiver.topics() == ["order.created"]
