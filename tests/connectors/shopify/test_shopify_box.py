"""The connector against a shop in a box, over HTTP: what it reads is what the box's own books say."""

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.auditing import AuditOrder
from connectors.base import Page, Resource, Wait
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    Deletion,
    OrderRecord,
    ProductRecord,
    Record,
    RefundRecord,
    digest,
)
from connectors.shopify.client import ShopifyClient
from connectors.shopify.transport import Answer
from tests.connectors.shopify.conftest import Box

RESOURCES: Sequence[Resource] = ("products", "customers", "orders", "checkouts")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
Named = OrderRecord | CustomerRecord | ProductRecord | CheckoutRecord


@pytest.fixture
def client(box: Box, tmp_path: Path) -> ShopifyClient:
    return box.client(tmp_path)


def pages(steps: Iterable[Page | Wait]) -> list[Page]:
    found = []
    for step in steps:
        if isinstance(step, Wait):
            time.sleep(step.seconds)
        else:
            found.append(step)
    return found


def records(found: Iterable[Page]) -> dict[str, Any]:
    by_id: dict[str, Record] = {}
    for page in found:
        assert list(page.failures) == []
        by_id |= {record.external_id: record for record in page.records if isinstance(record, Named)}
    return by_id


def backfilled(client: ShopifyClient, resource: Resource) -> dict[str, Any]:
    return records(pages(client.backfill(resource, None)))


def test_a_backfill_agrees_with_the_box_s_books(box: Box, client: ShopifyClient) -> None:
    books = box.get("/_sandbox/books")
    found = backfilled(client, "orders")
    counted = [order for order in found.values() if order.head.is_counted]
    assert {
        "orders": len(counted),
        "line_items": sum(len(order.lines) for order in counted),
        "refunds": sum(len(order.refunds) for order in counted),
        "placed_minor": sum(order.head.shop_sums.placed for order in counted),
        "refunded_minor": sum(order.head.shop_sums.refunded for order in counted),
        "net_minor": sum(order.head.shop_sums.net for order in counted),
        "customers": len(backfilled(client, "customers")),
        "products": len(backfilled(client, "products")),
    } == {name: books[name] for name in books.keys() & set(BOOKED)}


BOOKED = (
    "orders", "line_items", "refunds", "placed_minor", "refunded_minor", "net_minor", "customers", "products"
)  # fmt: skip


def test_the_box_holds_what_makes_this_hard(client: ShopifyClient) -> None:
    orders = backfilled(client, "orders").values()
    heads = [order.head for order in orders]
    assert {head.sums.currency for head in heads} > {"JPY", "KWD"}
    assert any(head.sums.net != head.sums.placed - head.sums.refunded for head in heads)
    assert any(head.is_test for head in heads)
    assert any(head.cancelled_at and not head.is_counted for head in heads)
    assert any(refund.shipping for order in orders for refund in order.refunds)
    assert any(len(order.refunds[0].lines or ()) > 0 for order in orders if order.refunds)
    assert any(discount.kind == "code" and discount.amount for order in orders for discount in order.discounts)


def test_an_order_s_ledger_adds_up_to_its_net(client: ShopifyClient) -> None:
    for order in backfilled(client, "orders").values():
        assert sum(sale.total for agreement in order.agreements for sale in agreement.sales) == order.head.shop_sums.net


def test_a_refund_s_lines_and_shipping_explain_its_total_unless_it_was_of_an_amount(client: ShopifyClient) -> None:
    for order in backfilled(client, "orders").values():
        sales = {each.refund_external_id: each.sales for each in order.agreements if each.refund_external_id}
        for refund in order.refunds:
            assert isinstance(refund, RefundRecord)
            free = sum(-sale.total for sale in sales[refund.external_id] if sale.line_type == "ADJUSTMENT")
            assert sum(line.total for line in refund.lines or ()) + (refund.shipping or 0) + free == refund.total


@pytest.mark.parametrize("resource", RESOURCES)
def test_pages_and_bulk_files_give_equal_records(client: ShopifyClient, resource: Resource) -> None:
    by_bulk = backfilled(client, resource)
    by_pages = records(pages(client.pull(resource, LONG_AGO, None)))
    assert by_bulk
    assert by_pages == by_bulk
    parts = ("head", "lines", "refunds", "agreements", "journey")
    for external_id, record in by_bulk.items():
        for part in parts:
            if getattr(record, part, None) is not None:
                assert digest(getattr(record, part)) == digest(getattr(by_pages[external_id], part))


@pytest.mark.parametrize("kind", ["order", "customer", "product"])
def test_a_read_by_id_gives_the_same_record(client: ShopifyClient, kind: str) -> None:
    resource: Resource = {"order": "orders", "customer": "customers", "product": "products"}[kind]  # type: ignore[assignment]
    some = dict(list(backfilled(client, resource).items())[:12])
    fetched = client.fetch(kind, list(some))
    assert {record.external_id: record for record in fetched if isinstance(record, Named)} == some


def test_what_is_gone_is_a_deletion(client: ShopifyClient) -> None:
    assert client.fetch("order", ["999999999"]) == [Deletion("order", "999999999")]


@pytest.mark.parametrize("resource", ["orders", "customers"])
def test_a_worker_that_starts_again_at_any_cursor_misses_nothing(
    box: Box, client: ShopifyClient, tmp_path: Path, resource: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.shopify.history.SLICE", 60)
    whole = backfilled(client, resource)
    found: dict[str, Any] = {}
    cursor: str | None = None
    for restart in range(50):
        other = box.client(tmp_path / str(restart % 2))  # every second one finds no file and fetches it again
        (tmp_path / str(restart % 2)).mkdir(exist_ok=True)
        steps = other.backfill(resource, cursor)
        step = next(steps)
        while isinstance(step, Wait):
            time.sleep(step.seconds)
            step = next(steps)
        found |= records([step])
        cursor = step.cursor
        if not step.records:
            break
    assert restart > 1
    assert found == whole


def test_a_pull_sees_what_changed_and_only_that(box: Box, client: ShopifyClient) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    made = box.act("place_order", email="new@example.com")
    (order,) = records(pages(client.pull("orders", before, None))).values()
    assert order.external_id == str(made["order_id"])
    assert order.head.sums.placed == made["placed_minor"]
    (customer,) = records(pages(client.pull("customers", before, None))).values()
    assert customer.head.email == "new@example.com"


def test_a_pull_with_nothing_new_is_one_request(client: ShopifyClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = client._transport.ask

    def noted(name: str, variables: dict[str, Any] | None = None) -> Answer:
        asked.append(name)
        return ask(name, variables)

    monkeypatch.setattr(client._transport, "ask", noted)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    for resource in RESOURCES:
        assert [page.records for page in pages(client.pull(resource, tomorrow, None))] == [[]]
    assert asked == list(RESOURCES)


def test_a_refund_and_an_edit_arrive_with_their_lines_and_dates(box: Box, client: ShopifyClient) -> None:
    variant = int(next(iter(backfilled(client, "products").values())).variants[0].external_id)
    made = box.act("place_order", email="r@example.com", items=[[variant, 3]])
    (line_id, _), order_id = made["lines"][0], made["order_id"]
    refund = box.act("refund", order_id=order_id, lines=[[line_id, 1]])
    box.act("edit", order_id=order_id, remove=[[line_id, 1]])
    (order,) = client.fetch("order", [str(order_id)])
    assert isinstance(order, OrderRecord)
    assert order.refunds is not None
    assert order.lines is not None
    assert order.agreements is not None
    assert order.head is not None
    (only,) = order.refunds
    assert only.total == refund["total_minor"]
    assert [(line.line_external_id, line.quantity) for line in only.lines or ()] == [(str(line_id), 1)]
    assert order.lines[0].current_quantity == 1
    ledger = {agreement.reason: agreement for agreement in order.agreements}
    assert ledger.keys() == {"ORDER", "REFUND", "ORDER_EDIT"}
    assert ledger["REFUND"].refund_external_id == only.external_id
    edit = order.head.sums.net - order.head.sums.placed + order.head.sums.refunded
    assert edit < 0
    assert sum(sale.total for sale in ledger["ORDER_EDIT"].sales) == edit


def test_an_order_with_more_lines_than_a_page_shows_is_whole(box: Box, client: ShopifyClient) -> None:
    variants = [
        int(each.external_id) for product in backfilled(client, "products").values() for each in product.variants
    ]
    items = [[variant, 1] for variant in variants[:130]]
    made = box.act("place_order", email="many@example.com", items=items)
    box.act("edit", order_id=made["order_id"], remove=[[made["lines"][0][0], 1]])
    (order,) = client.fetch("order", [str(made["order_id"])])
    assert isinstance(order, OrderRecord)
    assert len(order.lines or ()) == 130
    assert [len(agreement.sales) >= 1 for agreement in order.agreements or ()] == [True, True]
    assert order.agreements is not None
    assert len(order.agreements[0].sales) >= 130
    assert order == backfilled(client, "orders")[order.external_id]


def test_the_audit_s_own_reader_agrees(client: ShopifyClient) -> None:
    audited = {}
    for step in client.auditor().orders(None, None):
        if isinstance(step, AuditOrder):
            audited[step.external_id] = step
        else:
            time.sleep(step.seconds)
    found = backfilled(client, "orders")
    assert audited.keys() == found.keys()
    for external_id, row in audited.items():
        head = found[external_id].head
        money = [Decimal(amount).scaleb(2) for amount in (row.placed, row.refunded, row.net)]
        assert money == [head.shop_sums.placed, head.shop_sums.refunded, head.shop_sums.net]
        assert (row.is_counted, row.placed_at, row.currency) == (head.is_counted, head.placed_at, "EUR")
        assert len(row.refunds) == len(found[external_id].refunds)
    assert client.auditor().counts().orders == len(audited)


def test_the_oldest_order_is_the_oldest_of_the_history(client: ShopifyClient) -> None:
    """R2."""
    placed = [order.head.placed_at for order in backfilled(client, "orders").values()]
    assert client.oldest_order_at() == min(placed)


def test_fields_that_the_app_is_not_approved_for_are_told_and_all_else_comes(box: Box, client: ShopifyClient) -> None:
    requests.post(f"{box.url}/_sandbox/faults", json={"fields": ["Order.email", "Customer.note"]}, timeout=60)
    try:
        found = records(pages(client.pull("orders", LONG_AGO, None)))
        people = records(pages(client.pull("customers", LONG_AGO, None)))
    finally:
        requests.post(f"{box.url}/_sandbox/faults", json={}, timeout=60)
    assert {order.head.email for order in found.values()} == {None}
    assert all(order.lines for order in found.values())
    assert people
    assert {refusal.field for refusal in client.refused()} == {"Order.email", "Customer.note"}


def test_the_facts_of_the_shop(client: ShopifyClient) -> None:
    facts = client.facts()
    assert (facts.domain, facts.currency, facts.timezone) == ("regulars-demo.myshopify.com", "EUR", "Europe/Berlin")
    assert (facts.taxes_included, facts.decimals) == (True, 2)


def test_subscribing_twice_makes_each_topic_once_and_makes_again_what_is_missing(client: ShopifyClient) -> None:
    address = "http://127.0.0.1:9/webhooks/shopify"
    first = client.subscribe(address, "")
    again = client.subscribe(address, "")
    assert {each.topic for each in first} == {each.topic for each in again}
    assert {each.external_id for each in first} == {each.external_id for each in again}
    lost = next(each for each in first if each.topic == "orders/create")
    client._transport.ask("webhook_delete", {"id": f"gid://shopify/WebhookSubscription/{lost.external_id}"})
    assert "orders/create" in {each.topic for each in client.subscribe(address, "")}
    client.unsubscribe(address)
    assert list(client.webhooks()) == []
