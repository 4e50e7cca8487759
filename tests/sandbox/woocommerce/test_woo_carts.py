"""The plugin's carts: told to whom it was connected, signed and whole."""

from typing import Any

import pytest

from sandbox.changes import Box
from sandbox.shop import Consent
from sandbox.sources.generated import RATES
from sandbox.woocommerce import Face
from tests.sandbox.woocommerce.conftest import HOME, Caller, Receiver
from tests.sandbox.woocommerce.hooks import SECRET, signature


@pytest.fixture
def connected(woo: Caller, receiver: Receiver, face: Face) -> Receiver:
    answer = connect(woo, {"shop": "sh_1", "url": receiver.url, "secret": SECRET})
    assert answer.get_json() == {"version": 1}
    return receiver


def connect(woo: Caller, facts: dict[str, str]) -> Any:
    params = {"consumer_key": woo.options.key, "consumer_secret": woo.options.secret}
    https = {"X-Forwarded-Proto": "https"}
    address = "/wp-json/wc-regulars/v1/connection"
    return woo.app.test_client().post(address, query_string=params, json=facts, headers=https)


def test_a_stranger_connects_nothing(woo: Caller, face: Face) -> None:
    response = woo.app.test_client().post("/wp-json/wc-regulars/v1/connection", json={"url": "http://evil.example"})
    assert response.status_code == 401
    assert face.connection() is None
    assert connect(woo, {"shop": "sh_1", "url": "", "secret": SECRET}).status_code == 400


def test_nothing_is_told_of_carts_before_the_connection(small_box: Box, face: Face) -> None:
    small_box.open_checkout([(10, 1)], email="a@example.com")
    assert face.deliveries.counts()["queued"] == 0


def test_a_cart_is_told_signed_and_whole(small_box: Box, face: Face, connected: Receiver) -> None:
    checkout = small_box.open_checkout([(10, 2)], email="cart@example.com", locale="de")
    small_box.update_checkout(checkout.id, consent=Consent("subscribed", small_box.now(), text="Write to me"))
    assert face.deliveries.flush()
    [arrival] = connected.arrivals
    assert arrival.path == "/webhooks/woocommerce/sh_1"
    assert (arrival.topic, arrival.headers["X-WC-Webhook-Signature"]) == ("regulars.cart", signature(arrival))
    cart = arrival.json()
    assert (cart["version"], cart["session"], cart["email"], cart["state"]) == (
        1, checkout.session, "cart@example.com", "open",
    )  # fmt: skip
    assert cart["session"].startswith("t_")
    assert len(cart["session"]) == 32
    assert cart["items"] == [
        {
            "product_id": 1,
            "variation_id": 0,
            "name": "Cap",
            "sku": "SKU-1",
            "quantity": 2,
            "total": "38.00",
            "image": None,
        }
    ]
    assert cart["totals"] == {
        "total": "42.90",
        "subtotal": "31.93",
        "tax": "6.85",
        "shipping": "4.12",
        "discount": "0.00",
    }
    assert (cart["consent"]["state"], cart["consent"]["text"]) == ("granted", "Write to me")
    assert cart["restore_url"] == f"{HOME}/?regulars-cart={checkout.session}.{checkout.restore_token}"
    assert "rate" not in cart


def test_a_foreign_cart_carries_the_plugins_rate(small_box: Box, face: Face, connected: Receiver) -> None:
    small_box.shop.rates.update(RATES)
    small_box.open_checkout([(10, 2)], email="jp@example.com", currency="JPY")
    assert face.deliveries.flush()
    cart = connected.arrivals[0].json()
    assert (cart["currency"], cart["rate"]) == ("JPY", "0.0061")


def test_a_cart_that_was_bought_or_emptied_says_so(small_box: Box, face: Face, connected: Receiver) -> None:
    bought, emptied = (small_box.open_checkout([(10, 1)], email=f"{name}@example.com") for name in ("a", "b"))
    order = small_box.complete_checkout(bought.id)
    small_box.update_checkout(emptied.id, items=[])
    assert face.deliveries.flush()
    last = {arrival.json()["session"]: arrival.json() for arrival in connected.arrivals}
    assert (last[bought.session]["state"], last[bought.session]["order_id"]) == ("completed", order.id)
    assert (last[emptied.session]["state"], last[emptied.session]["items"]) == ("emptied", [])
