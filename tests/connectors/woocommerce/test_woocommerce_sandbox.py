"""Against the sandbox's shop: keys, backfill, changes, webhooks and the proof, over HTTP."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from msgspec.structs import replace

from app.errors import AuthLost
from connectors.base import Page, Resource
from connectors.records import CheckoutRecord, Deletion, OrderRecord, ProductRecord, Record, RefundRecord
from connectors.woocommerce import WooCommerceConnector, subscriptions
from connectors.woocommerce.webhooks import SUBSCRIBED, TOPICS

SECRET = hashlib.sha256(b"webhooks").hexdigest()
connector = WooCommerceConnector()


def everything(client: Any, resource: Resource) -> list[Record]:
    found: dict[str, Record] = {}
    for page in client.backfill(resource, None):
        assert isinstance(page, Page)
        assert not page.failures
        found |= {getattr(record, "external_id", ""): record for record in page.records}
    return list(found.values())


def test_the_shop_is_found_and_its_facts_are_read(woocommerce_shop: Any) -> None:
    domain, home_url = connector.locate(woocommerce_shop.url.removeprefix("http://"), woocommerce_shop.session)
    assert (domain, home_url) == (woocommerce_shop.info["domain"], woocommerce_shop.url)
    facts = woocommerce_shop.client().facts()
    assert (facts.currency, facts.timezone) == (woocommerce_shop.info["currency"], woocommerce_shop.info["timezone"])


def test_a_wrong_secret_is_the_merchants_matter(woocommerce_shop: Any) -> None:
    with pytest.raises(AuthLost, match="signature does not match"):
        woocommerce_shop.client(consumer_secret="cs_wrong").facts()


def test_the_backfill_has_what_the_books_say(woocommerce_shop: Any) -> None:
    client, books = woocommerce_shop.client(), woocommerce_shop.books()
    orders = [record for record in everything(client, "orders") if isinstance(record, OrderRecord)]
    heads = [(record, record.head) for record in orders if record.head and record.head.is_counted]
    own = [head.shop_sums for _, head in heads if head.shop_sums]
    assert {
        "customers": len(everything(client, "customers")),
        "products": sum(isinstance(record, ProductRecord) for record in everything(client, "products")),
        "orders": len(heads),
        "line_items": sum(len(record.lines or ()) for record, _ in heads),
        "refunds": sum(len(record.refunds or ()) for record, _ in heads),
        "placed_minor": sum(sums.placed for sums in own),
        "refunded_minor": sum(sums.refunded for sums in own),
        "net_minor": sum(sums.net for sums in own),
        "not_converted": len(heads) - len(own),
    }.items() <= books.items()


def test_refunds_say_the_same_in_both_lists(woocommerce_shop: Any) -> None:
    client = woocommerce_shop.client()
    orders = [record for record in everything(client, "orders") if isinstance(record, OrderRecord)]
    named = {refund.external_id: refund for order in orders for refund in order.refunds or ()}
    full = [record for record in everything(client, "refunds") if isinstance(record, RefundRecord)]
    assert {refund.external_id for refund in full} == set(named)
    for refund in full:
        assert refund.created_at is not None
        assert (refund.total, refund.order_external_id) == (
            named[refund.external_id].total, named[refund.external_id].order_external_id,
        )  # fmt: skip


def test_the_audit_reads_the_same_sums_by_another_way(woocommerce_shop: Any) -> None:
    client = woocommerce_shop.client()
    orders = {r.external_id: r.head for r in everything(client, "orders") if isinstance(r, OrderRecord) and r.head}
    audited = {row.external_id: row for row in client.auditor().orders(None, None)}
    assert audited.keys() == orders.keys()
    for external_id, row in audited.items():
        sums, digits = orders[external_id].sums, {"JPY": 0, "KWD": 3}.get(row.currency, 2)
        said = [int(Decimal(text).scaleb(digits)) for text in (row.placed, row.refunded, row.net)]
        assert said == [sums.placed, sums.refunded, sums.net]
        assert (row.is_counted, row.placed_at) == (orders[external_id].is_counted, orders[external_id].placed_at)
    counts, books = client.auditor().counts(), woocommerce_shop.books()
    assert (counts.orders, counts.customers, counts.products) == (len(orders), books["customers"], books["products"])


def test_an_old_order_that_changes_is_pulled(woocommerce_shop: Any) -> None:
    """R5: by modified time, not by created."""
    client = woocommerce_shop.client()
    oldest = min(
        (r for r in everything(client, "orders") if isinstance(r, OrderRecord) and r.head and not r.refunds),
        key=lambda record: record.updated_at,
    )
    before = datetime.now(UTC) - timedelta(seconds=2)
    woocommerce_shop.act(act="refund", order_id=int(oldest.external_id), lines=[], amount_minor=1)
    pulled = {
        getattr(record, "external_id", ""): record
        for page in client.pull("orders", before, None)
        if isinstance(page, Page)
        for record in page.records
    }
    fresh = pulled[oldest.external_id]
    assert isinstance(fresh, OrderRecord)
    assert len(fresh.refunds or ()) == 1
    assert [fresh] == list(client.fetch("order", [oldest.external_id]))


def test_what_is_gone_is_a_deletion(woocommerce_shop: Any) -> None:
    client = woocommerce_shop.client()
    for kind in ("order", "customer", "product"):
        [record] = client.fetch(kind, ["99999999"])
        assert isinstance(record, Deletion)
        assert (record.kind, record.external_id) == (kind, "99999999")


@dataclass
class Receiver:
    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.got.append((dict(self.headers.items()), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Many tests at once make any shop slow."""
    monkeypatch.setattr(subscriptions, "_PATIENCE", 60.0)
    return monkeypatch


def test_a_shop_that_takes_long_for_each_webhook_is_not_waited_for(
    woocommerce_shop: Any, receiver: Receiver, patience: pytest.MonkeyPatch
) -> None:
    client, address = woocommerce_shop.client(), f"{receiver.url}/webhooks/woocommerce/1"
    patience.setattr(subscriptions, "_PATIENCE", 0.001)  # every one takes longer
    first = client.subscribe(address, SECRET)
    assert 0 < len([webhook for webhook in first if webhook.is_active]) < len(SUBSCRIBED)
    assert {webhook.is_due for webhook in first if not webhook.is_active} == {True}
    for _ in SUBSCRIBED:
        latest = client.subscribe(address, SECRET)
    assert all(webhook.is_active and not webhook.is_due for webhook in latest)
    assert {webhook.topic for webhook in latest} == set(SUBSCRIBED)
    assert len(client.webhooks()) == len(SUBSCRIBED)
    client.unsubscribe(address)


def test_deliveries_say_what_a_fresh_read_says(woocommerce_shop: Any, receiver: Receiver) -> None:
    client, address = woocommerce_shop.client(), f"{receiver.url}/webhooks/woocommerce/1"
    made = client.subscribe(address, SECRET)
    assert {webhook.topic for webhook in made} == set(SUBSCRIBED)
    assert all(webhook.is_new for webhook in made)
    again = client.subscribe(address, SECRET)  # safe to repeat
    assert again == [replace(webhook, is_new=False) for webhook in made]
    assert client.announce("1", receiver.url, SECRET) == "connected"
    try:
        done = woocommerce_shop.act(act="place_order")
        woocommerce_shop.act(act="abandon")
        woocommerce_shop.session.post(f"{woocommerce_shop.url}/_sandbox/webhooks/flush")
        signed = [(headers, body) for headers, body in receiver.got if not body.startswith(b"webhook_id=")]
        assert all(connector.verify(headers, body, [SECRET]) for headers, body in signed)
        found = [
            record for headers, body in signed for record in TOPICS[connector.topic_of(headers)](body, client.facts())
        ]
        assert [r for r in found if isinstance(r, OrderRecord)][:1] == client.fetch("order", [str(done["order_id"])])
        assert any(isinstance(record, CheckoutRecord) and record.url for record in found)
    finally:
        client.unsubscribe(address)
    assert client.webhooks() == []


def test_webhooks_with_another_secret_are_made_anew(woocommerce_shop: Any, receiver: Receiver) -> None:
    client, address = woocommerce_shop.client(), f"{receiver.url}/webhooks/woocommerce/1"
    before = {webhook.external_id for webhook in client.subscribe(address, SECRET)}
    after = {webhook.external_id for webhook in client.subscribe(address, "another")}
    assert not before & after
    assert {webhook.external_id for webhook in client.webhooks()} == after
    client.unsubscribe(address)


def test_a_disabled_webhook_is_made_anew(woocommerce_shop: Any, receiver: Receiver) -> None:
    """R16: WooCommerce switches a webhook off after failures, and keeps the count when it is switched on again."""
    client, address = woocommerce_shop.client(), f"{receiver.url}/webhooks/woocommerce/1"
    first = client.subscribe(address, SECRET)[0]
    client._transport.send("PUT", f"wc/v3/webhooks/{first.external_id}", body={"status": "disabled"})
    assert [webhook.is_active for webhook in client.webhooks()].count(False) == 1
    again = client.subscribe(address, SECRET)
    assert all(webhook.is_active for webhook in again)
    assert first.external_id not in {webhook.external_id for webhook in again}
    client.unsubscribe(address)


def test_bodies_of_the_sandbox_are_json(woocommerce_shop: Any) -> None:
    answer = woocommerce_shop.client()._transport.get("wc/v3/orders", {"per_page": 1, "status": "processing,completed"})
    assert len(json.loads(answer.content)) == 1  # a comma list survives the signature
