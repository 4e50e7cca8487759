"""Which events are delivered, to which topics, with what body; and what is told of nothing."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.changes import Box
from sandbox.people_and_goods import Product, Variant
from sandbox.woocommerce import Face
from sandbox.woocommerce.topics import topics
from tests.sandbox.woocommerce.conftest import Caller, Receiver

Told = Callable[[Callable[[], object]], list[tuple[str, int]]]


@pytest.fixture
def told(small_box: Box, face: Face) -> Told:
    found: list[tuple[str, int]] = []
    small_box.listen(lambda event: found.extend(topics(event, face.house)))

    def of(change: Callable[[], object]) -> list[tuple[str, int]]:
        found.clear()
        change()
        return list(found)

    return of


def subscribe(woo: Caller, receiver: Receiver, topic: str, secret: str = "ab") -> int:
    wanted = {"topic": topic, "delivery_url": receiver.url, "secret": secret}
    response = woo.call("POST", "webhooks", json=wanted)
    assert (response.status_code, response.get_json()["status"]) == (201, "active")
    receiver.arrivals.clear()
    return int(response.get_json()["id"])


def test_an_order_note_is_told_to_its_action_only(woo: Caller, small_box: Box, told: Told) -> None:
    number = next(iter(small_box.shop.orders))
    said = told(lambda: woo.call("POST", f"orders/{number}/notes", json={"note": "Packed"}))
    assert said == [("action.woocommerce_order_note_added", woo.get(f"orders/{number}/notes")[0]["id"])]


def test_a_trashed_coupon_is_told_as_a_product_too_and_a_forced_one_not_at_all(woo: Caller, told: Told) -> None:
    first, second = (
        woo.call("POST", "coupons", json={"code": code, "amount": "5"}).get_json()["id"] for code in ("one", "two")
    )
    binned = told(lambda: woo.call("DELETE", f"coupons/{first}"))
    assert sorted(binned) == [("coupon.deleted", first), ("product.deleted", first)]
    assert woo.get(f"coupons/{first}")["status"] == "trash"
    assert woo.ids("coupons") == [second]
    assert told(lambda: woo.call("DELETE", f"coupons/{second}", force="true")) == []


def test_a_coupon_changed_is_told(woo: Caller, told: Told) -> None:
    made = woo.call("POST", "coupons", json={"code": "one", "amount": "5"}).get_json()["id"]
    assert told(lambda: woo.call("PUT", f"coupons/{made}", json={"amount": "7"})) == [("coupon.updated", made)]
    assert woo.get(f"coupons/{made}")["amount"] == "7.00"


def test_a_product_deleted_by_force_is_told_as_an_action_alone(small_box: Box, told: Told) -> None:
    assert told(lambda: small_box.delete_product(1, by_force=True)) == [("action.woocommerce_delete_product", 1)]


def test_a_variation_is_told_by_its_own_number(woo: Caller, small_box: Box, told: Told) -> None:
    at = small_box.now()
    variants = [Variant(700 + n, 70, size, f"T-{size}", 1500, {"Size": size}) for n, size in enumerate("SM")]
    small_box.shop.add_product(Product(70, "Shirt", "shirt", at, at, variants, option_names=("Size",)))
    assert told(lambda: small_box.set_stock(701, 5)) == [("product.updated", 701)]
    assert woo.get("products/701")["type"] == "variation"


def test_a_customer_of_any_role_is_told_when_new_and_only_one_proper_when_gone(small_box: Box, told: Told) -> None:
    assert told(lambda: small_box.register("new@example.com"))[0][0] == "customer.created"
    small_box.person(3).role = "subscriber"
    assert told(lambda: small_box.delete_customer(3)) == []
    assert told(lambda: small_box.delete_customer(4)) == [("customer.deleted", 4)]


def test_the_orders_of_a_deleted_customer_go_to_nobody_in_silence(woo: Caller, small_box: Box, told: Told) -> None:
    number = woo.ids("orders", customer=1)[0]
    assert told(lambda: small_box.delete_customer(1)) == [("customer.deleted", 1)]
    body = woo.get(f"orders/{number}")
    assert (body["customer_id"], body["billing"]["email"]) == (0, "ann@example.com")


def test_deliveries_of_one_second_share_their_id(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(woo, receiver, "order.created")
    monkeypatch.setattr("sandbox.woocommerce.delivery.time.time", lambda: 1_800_000_000.5)
    for _ in range(3):
        small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert len({arrival.headers["X-WC-Webhook-Delivery-ID"] for arrival in receiver.arrivals}) == 1
    assert len({arrival.body for arrival in receiver.arrivals}) == 3


@pytest.mark.parametrize(("user", "status"), [("customer", 403), ("gone", 401)])
def test_a_webhook_whose_user_lost_his_rights_delivers_a_refusal_and_stays_active(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver, user: Any, status: int
) -> None:
    number = subscribe(woo, receiver, "order.created")
    face.keys.all()[0].user = user
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    body = receiver.arrivals[0].json()
    assert (body["code"], body["data"]["status"]) == ("woocommerce_rest_cannot_view", status)
    assert face.webhooks.all[number].status == "active"


def test_a_change_of_the_address_pings_again(woo: Caller, receiver: Receiver) -> None:
    number = subscribe(woo, receiver, "order.created")
    woo.call("PUT", f"webhooks/{number}", json={"name": "Other"})
    assert receiver.arrivals == []
    woo.call("PUT", f"webhooks/{number}", json={"delivery_url": f"{receiver.url}/elsewhere"})
    assert [(arrival.path, arrival.body) for arrival in receiver.arrivals] == [
        ("/elsewhere", f"webhook_id={number}".encode())
    ]


def test_an_address_where_nobody_is_makes_an_active_webhook_all_the_same(woo: Caller, small_box: Box) -> None:
    wanted = {"topic": "order.created", "delivery_url": "http://127.0.0.1:1/nobody", "secret": "ab"}
    response = woo.call("POST", "webhooks", json=wanted)
    assert (response.status_code, response.get_json()["status"]) == (201, "active")


@pytest.mark.parametrize(
    ("topic", "status"),
    [
        ("action.woocommerce_add_to_cart", 201),
        ("action.wc_anything", 201),
        ("action.init", 400),
        ("order.restored", 201),
        ("order.trashed", 400),
    ],
)
def test_any_action_of_woocommerces_own_is_a_topic(woo: Caller, receiver: Receiver, topic: str, status: int) -> None:
    wanted = {"topic": topic, "delivery_url": receiver.url, "secret": "ab"}
    assert woo.call("POST", "webhooks", json=wanted).status_code == status


def test_without_a_secret_one_is_set_that_nobody_can_read_back(woo: Caller, face: Face, receiver: Receiver) -> None:
    made = woo.call("POST", "webhooks", json={"topic": "order.created", "delivery_url": receiver.url}).get_json()
    assert "secret" not in made
    assert len(face.webhooks.all[made["id"]].secret) > 20


def test_entities_of_a_secret_are_decoded_before_it_signs(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    subscribe(woo, receiver, "order.created", secret="a&amp;b")
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    [arrival] = receiver.arrivals
    digest = hmac.new(b"a&b", arrival.body, hashlib.sha256).digest()
    assert arrival.headers["X-WC-Webhook-Signature"] == base64.b64encode(digest).decode()


def test_a_ping_follows_a_redirect_and_a_delivery_does_not(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    receiver.moved = "/"
    woo.call("POST", "webhooks", json={"topic": "order.created", "delivery_url": receiver.url, "secret": "ab"})
    assert [arrival.path for arrival in receiver.arrivals] == ["/", "/moved-to"]
    small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert [(arrival.path, arrival.topic) for arrival in receiver.arrivals[2:]] == [("/", "order.created")]
    assert face.deliveries.counts()["failed"] == 1
