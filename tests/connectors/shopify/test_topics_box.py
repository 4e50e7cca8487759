"""All that happens in a shop in a box: each delivery verifies, is read, and what it points at is found."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from connectors import CONNECTORS
from connectors.base import ShopFacts
from connectors.changes import MakeDiscount
from connectors.records import CheckoutRecord, Deletion, Fact, Hint, Merge, ProductRecord, Record
from connectors.shopify.client import ShopifyClient
from connectors.shopify.topics import BY_LAW, IGNORED, TOPICS, wanted
from tests.connectors.shopify.conftest import SECRETS, Box

SHOPIFY = CONNECTORS["shopify"]
FACTS = ShopFacts("demo.myshopify.com", "Demo", "EUR", "UTC", "https://demo.myshopify.com")
SCOPES = [f"read_{scope}" for scope in sorted({line.scope for line in TOPICS.values()} - {""})]
# without a happening in the box: orders go out whole, nobody has WhatsApp, no plan has a cap
NEVER = {
    "orders/partially_fulfilled", "customers_whats_app_marketing_consent/update",
    "app_subscriptions/approaching_capped_amount", *BY_LAW,
}  # fmt: skip


@pytest.fixture(scope="module")
def told(box: Box, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Record]]]:
    """What the connector read, by topic."""
    got: list[tuple[dict[str, str], bytes]] = []
    server = HTTPServer(("127.0.0.1", 0), _keeping(got))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    client = box.client(tmp_path_factory.mktemp("bulk"))
    address = f"http://127.0.0.1:{server.server_port}/webhooks/shopify"
    before = box.get("/_sandbox/info")
    box.post(f"/_sandbox/shopify/scopes?granted={','.join(SCOPES)}")
    try:
        made = client.subscribe(address, "")
        assert [hook.topic for hook in made] == wanted(SCOPES, is_configured=False)
        _have_everything_happen(box)
        _have_discounts_end(box, client)
        for _ in client.backfill("products", None):
            pass  # a bulk operation, which finishes
        box.post("/_sandbox/webhooks/flush")
        assert before["currency"] == FACTS.currency
    finally:
        client.unsubscribe(address)
        server.shutdown()
        server.server_close()
        thread.join()
    yield _read(got)
    box.post("/_sandbox/shopify/install")  # with the scopes that it has by itself


def _keeping(got: list[tuple[dict[str, str], bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler


def _have_everything_happen(box: Box) -> None:
    one, two = (box.act("register", email=f"{name}@topics.example")["person_id"] for name in ("one", "two"))
    box.act("change_customer", person_id=one, first_name="One")
    segment = box.act("create_segment", name="VIP", query="customer_tags CONTAINS 'topics'")["segment_id"]
    box.act("change_customer", person_id=one, tags=["topics"])
    box.act("change_segment", segment_id=segment, name="Very important")
    box.act("change_customer", person_id=one, tags=[])
    box.act("consent", person_id=one, state="unsubscribed")
    box.act("change_customer", person_id=one, phone="+491701234567")
    box.act("sms_consent", person_id=one, consent="subscribed")
    box.act("disable_customer", person_id=two)
    product = box.act("add_product", title="Hat of topics", price_minor=2900, stock=50)
    variant = product["variants"][0][0]
    order = box.act("place_order", items=[[variant, 2]], person_id=one, payment="pending")["order_id"]
    box.act("pay", order_id=order)
    box.act("fulfil", order_id=order)
    box.act("refund", order_id=order)
    gone = box.act("place_order", items=[[variant, 1]], person_id=two)["order_id"]
    box.act("cancel", order_id=gone)
    box.act("delete", order_id=gone)
    basket = box.act("abandon", items=[[variant, 1]], email="one@topics.example")["checkout_id"]
    box.act("change_checkout", checkout_id=basket, items=[[variant, 2]])
    box.act("delete_checkout", checkout_id=basket)
    box.act("set_stock", variant_id=variant, stock=7)
    box.act("merge_customers", kept_id=one, gone_id=two)
    box.act("change_shop", name="Topics & Sons")
    box.act("delete_product", product_id=box.act("add_product", title="Cap of topics", price_minor=900)["product_id"])
    box.act("delete_segment", segment_id=box.act("create_segment", name="Gone", query="x = 1")["segment_id"])
    box.post("/_sandbox/shopify/plan?name=Basic")
    box.post(f"/_sandbox/shopify/scopes?granted={','.join(SCOPES)}")


def _have_discounts_end(box: Box, client: ShopifyClient) -> None:
    for place, act in enumerate(("end_discount", "delete_discount")):
        wish = MakeDiscount(
            code=f"TOPICS{place}", title="Topics", starts_at=datetime(2026, 1, 1, tzinfo=UTC), percentage="0.1"
        )
        made = client.write(wish, {}).answer
        box.act(act, discount_id=int(str(made["discount"]).rpartition("/")[2]))


def _read(got: list[tuple[dict[str, str], bytes]]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for headers, body in got:
        assert SHOPIFY.verify(headers, body, [SECRETS["client_secret"]])
        assert SHOPIFY.triggered_at(headers) is not None
        topic = SHOPIFY.topic_of(headers)
        found[topic] += SHOPIFY.topics[topic](body, FACTS)
    keys = [SHOPIFY.delivery_key(headers, body) for headers, body in got]
    assert len(set(keys)) == len(keys)
    return found


def test_every_topic_of_what_can_happen_came(told: dict[str, list[Record]]) -> None:
    assert set(told) - {"app/uninstalled"} == set(TOPICS) - NEVER - {"app/uninstalled"}
    assert not set(told) & set(IGNORED)
    assert all(told.values())


def test_what_was_hinted_at_is_found(told: dict[str, list[Record]], box: Box, tmp_path: Path) -> None:
    client = box.client(tmp_path)
    hints: dict[str, dict[str, None]] = defaultdict(dict)
    for record in (record for records in told.values() for record in records if isinstance(record, Hint)):
        hints[record.kind][record.external_id] = None
    assert set(hints) == {"order", "customer", "product", "inventory_item", "segment"}
    for kind, ids in hints.items():
        read = client.fetch(kind, list(ids))
        assert kind in ("inventory_item", "segment") or len(read) == len(ids)


def test_stock_is_read_with_the_product_of_its_item(told: dict[str, list[Record]], box: Box, tmp_path: Path) -> None:
    last = told["inventory_levels/update"][-1]
    assert isinstance(last, Hint)
    items = [record.external_id for record in told["inventory_levels/update"] if isinstance(record, Hint)]
    found = {record.external_id: record for record in box.client(tmp_path).fetch("inventory_item", items)}
    stocks = [v.stock for one in found.values() if isinstance(one, ProductRecord) for v in one.variants or ()]
    assert 7 in stocks


def test_segments_are_read_again_and_one_that_is_gone_is_said_to_be(
    told: dict[str, list[Record]], box: Box, tmp_path: Path
) -> None:
    (gone,) = [record.external_id for record in told["segments/delete"] if isinstance(record, Hint)]
    facts: dict[str, Any] = {one.external_id: one for one in box.client(tmp_path).fetch("segment", [gone])
                             if isinstance(one, Fact)}  # fmt: skip
    assert facts.pop(gone).is_gone
    assert [fact.said["name"] for fact in facts.values()] == ["Very important"]
    joined, left = told["customer.joined_segment"], told["customer.left_segment"]
    assert isinstance(joined[0], Fact)
    assert isinstance(left[0], Fact)
    assert (joined[0].external_id, left[0].is_gone) == (left[0].external_id, True)


def test_what_became_of_a_discount_is_noted(told: dict[str, list[Record]]) -> None:
    (ended,), (gone,) = told["discounts/update"], told["discounts/delete"]
    assert isinstance(ended, Fact)
    assert isinstance(gone, Fact)
    assert (ended.said["status"], ended.is_gone, gone.is_gone) == ("expired", False, True)


def test_a_cart_is_named_by_its_checkout_and_a_merge_names_both(told: dict[str, list[Record]]) -> None:
    (cart,), (checkout,) = told["carts/create"], told["checkouts/create"]
    assert isinstance(cart, CheckoutRecord)
    assert isinstance(checkout, CheckoutRecord)
    assert cart.external_id in checkout.tokens
    assert cart.email is None
    assert cart.items == checkout.items or [item.total for item in cart.items or ()] == [
        item.total for item in checkout.items or ()]  # fmt: skip
    (merge,) = told["customers/merge"]
    assert isinstance(merge, Merge)
    assert Deletion("customer", merge.gone_external_id) in told["customers/delete"]
