"""Deliveries of Shopify's topics, worked through: what is kept of them, what is asked for, what is old news."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.commerce.ingest import ingest
from app.commerce.models import Checkout, Customer, Order, PlatformFact
from app.consent.models import ConsentEntry
from app.db.scope import shop_scope
from app.jobs.base import Job
from app.journal.models import Delivery, PendingFetch
from app.journal.queries import failed_deliveries
from app.shops.clients import connector_of
from app.shops.models import Shop
from connectors.records import CustomerHead, CustomerRecord, Deletion, OrderHead, OrderRecord, Sums
from sync.timetable import tidy
from tests.webhooks.conftest import Counter, shopify_headers
from webhooks.process import process, retry

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHECKOUT = {
    "token": "checkout-1", "name": "#77", "cart_token": "cart-1", "presentment_currency": "EUR", "total_price": "20.00",
    "created_at": "2026-03-01T12:00:00Z", "updated_at": "2026-03-01T12:00:00Z", "email": "ann@example.com",
    "line_items": [{"quantity": 1, "line_price": "20.00"}],
}  # fmt: skip
CART = {
    "token": "cart-1", "created_at": "2026-03-01T11:00:00Z", "updated_at": "2026-03-01T11:00:00Z", "line_items": [],
}  # fmt: skip
Deliver = Callable[..., str]


@pytest.fixture
def deliver(counter: Counter, shop: Shop) -> Deliver:
    """Take in a delivery and work through it; the state that it is in then."""
    numbers = iter(range(1000))

    def take(topic: str, body: object, at: datetime = NOON) -> str:
        raw = json.dumps(body).encode()
        headers = shopify_headers(raw, "s1", f"w{next(numbers)}") | {
            "X-Shopify-Topic": topic, "X-Shopify-Triggered-At": at.isoformat()}  # fmt: skip
        assert counter.client.post("/webhooks/shopify", data=raw, headers=headers).status_code == 200
        process(counter.context, Job(id=1, shop_id=shop.id, name="deliveries", key="", lane="ingest", attempts=0))
        return counter.kept()[-1].state

    return take


def asked(counter: Counter, shop: Shop) -> set[tuple[str, str]]:
    with shop_scope(counter.context.engine, shop.id) as scope:
        return {(row.kind, row.external_id) for row in scope.all(select(PendingFetch))}


def test_facts_of_the_platform_keep_the_latest_whatever_the_order_of_arrival(
    counter: Counter, shop: Shop, deliver: Deliver
) -> None:
    """R18."""
    member = {"shop_id": "gid://shopify/Shop/1", "customer_id": "gid://shopify/Customer/2",
              "segment_id": "gid://shopify/Segment/3"}  # fmt: skip
    assert deliver("customer.left_segment", member, NOON + timedelta(hours=1)) == "done"
    assert deliver("customer.joined_segment", member, NOON) == "done"
    spent = {"customerId": "gid://shopify/Customer/2", "numberOfOrders": 3, "occurredAt": "2026-03-01T12:00:00Z",
             "amountSpent": {"amount": "12.30", "currencyCode": "EUR"}, "lastOrderId": None}  # fmt: skip
    deliver("customers/purchasing_summary", spent)
    deliver("customers/purchasing_summary", spent | {"numberOfOrders": 2, "occurredAt": "2026-03-01T11:00:00Z"})
    with shop_scope(counter.context.engine, shop.id) as scope:
        membership, purchases = scope.get(PlatformFact, "membership", "3/2"), scope.get(PlatformFact, "purchases", "2")
    assert (membership.is_gone, membership.at) == (True, NOON + timedelta(hours=1))
    assert purchases.said == {"orders": 3, "spent_minor": 1230, "currency": "EUR"}


def test_a_cart_becomes_its_checkout_whichever_is_told_of_first(counter: Counter, shop: Shop, deliver: Deliver) -> None:
    deliver("carts/create", CART)
    with shop_scope(counter.context.engine, shop.id) as scope:
        (cart,) = scope.all(select(Checkout))
    assert (cart.external_id, cart.email, cart.state) == ("cart-1", None, "emptied")
    deliver("checkouts/create", CHECKOUT)
    deliver("carts/update", CART | {"updated_at": "2026-03-01T13:00:00Z"})
    with shop_scope(counter.context.engine, shop.id) as scope:
        (checkout,) = scope.all(select(Checkout))
    assert (checkout.external_id, checkout.email, checkout.state) == ("checkout-1", "ann@example.com", "open")


def test_a_cart_that_nobody_took_further_is_forgotten_after_a_month(
    counter: Counter, shop: Shop, deliver: Deliver
) -> None:
    deliver("carts/create", CART)
    deliver("checkouts/create", CHECKOUT | {"token": "another", "cart_token": "cart-2", "email": "bob@example.com"})
    with shop_scope(counter.context.engine, shop.id, write=True) as scope:
        tidy(scope, NOON + timedelta(days=29))
        assert len(scope.all(select(Checkout))) == 2
        tidy(scope, NOON + timedelta(days=31))
        assert [checkout.email for checkout in scope.all(select(Checkout))] == ["bob@example.com"]


def test_a_burst_about_one_order_makes_one_read_and_its_oldest_news_change_nothing(
    counter: Counter, shop: Shop, deliver: Deliver
) -> None:
    """R18."""
    sums = Sums("EUR", 1000, 0, 1000)
    head = OrderHead("#1", NOON, NOON, "paid", is_counted=True, sums=sums, shop_sums=sums)
    with shop_scope(counter.context.engine, shop.id, write=True) as scope:
        known = OrderRecord("100", NOON, head, lines=(), refunds=(), tags=("as read",))
        ingest(scope, [known], NOON, live=False, keyring=counter.context.keyring)
    for minute, tag in ((2, "newest"), (1, "late"), (-1, "oldest")):
        deliver("orders/updated", order_body(NOON + timedelta(minutes=minute), tag))
    deliver("orders/paid", order_body(NOON + timedelta(minutes=2), "newest"))
    assert asked(counter, shop) == {("order", "100")}
    with shop_scope(counter.context.engine, shop.id) as scope:
        (order,) = scope.all(select(Order))
    assert (order.tags, order.number, order.updated_at) == (["newest"], "#1", NOON + timedelta(minutes=2))


def order_body(at: datetime, tag: str) -> dict[str, Any]:
    lists = dict.fromkeys(("line_items", "shipping_lines", "discount_applications", "tax_lines", "note_attributes"), ())
    return {"id": 100, "updated_at": at.isoformat(), "currency": "EUR", "tags": tag, **lists}


def test_a_checkout_that_is_deleted_is_found_by_its_number(counter: Counter, shop: Shop, deliver: Deliver) -> None:
    """The deletion names no token, the checkout's own body no number but in its name."""
    deliver("checkouts/create", CHECKOUT)
    deliver("checkouts/delete", {"id": 77, "cart_token": "cart-1"})
    assert ("deleted:checkout", "77") in asked(counter, shop)
    with shop_scope(counter.context.engine, shop.id, write=True) as scope:
        ingest(scope, [Deletion("checkout", "77")], NOON, live=True, fresh=True, keyring=counter.context.keyring)
        (checkout,) = scope.all(select(Checkout))
    assert checkout.state == "emptied"


def test_a_merge_has_both_customers_and_the_orders_of_the_one_that_is_gone_read_afresh(
    counter: Counter, shop: Shop, deliver: Deliver
) -> None:
    sums = Sums("EUR", 1000, 0, 1000)
    head = OrderHead("#1", NOON, NOON, "paid", is_counted=True, sums=sums, shop_sums=sums, customer_external_id="2")
    gone = CustomerRecord("2", NOON, CustomerHead(email="old@example.com"))
    order = OrderRecord("100", NOON, head, lines=(), refunds=())
    with shop_scope(counter.context.engine, shop.id, write=True) as scope:
        ingest(scope, [gone, order], NOON, live=False, keyring=counter.context.keyring)
    said = {"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
            "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2", "status": "completed"}  # fmt: skip
    deliver("customers/merge", said)
    assert asked(counter, shop) == {("customer", "1"), ("deleted:customer", "2"), ("order", "100")}
    with shop_scope(counter.context.engine, shop.id) as scope:
        (customer,), (order_row,) = scope.all(select(Customer)), scope.all(select(Order))
    assert customer.deleted_at is None  # not before the platform was asked
    assert order_row.customer_id == customer.id


def test_a_refusal_is_kept_before_its_customer_is_known(counter: Counter, shop: Shop, deliver: Deliver) -> None:
    said = {"customer_id": 5, "email_address": "bob@example.com", "email_marketing_consent": {
        "state": "unsubscribed", "opt_in_level": None, "consent_updated_at": "2026-03-01T12:00:00Z"}}  # fmt: skip
    deliver("customers_email_marketing_consent/update", said)
    with shop_scope(counter.context.engine, shop.id) as scope:
        (entry,) = scope.all(select(ConsentEntry))
    assert (entry.address, entry.state, entry.at) == ("bob@example.com", "refused", NOON)
    assert asked(counter, shop) == {("customer", "5")}


def test_the_stock_of_a_variant_is_asked_for_by_its_item(counter: Counter, shop: Shop, deliver: Deliver) -> None:
    deliver("inventory_levels/update", {"inventory_item_id": 8, "location_id": 1, "available": 3})
    deliver("segments/delete", {"id": 4})
    assert asked(counter, shop) == {("inventory_item", "8"), ("segment", "4")}


@pytest.mark.parametrize(("at", "state"), [(-1, "active"), (1, "uninstalled")])
def test_an_uninstallation_from_before_the_installation_undoes_nothing(
    counter: Counter, shop: Shop, deliver: Deliver, at: int, state: str
) -> None:
    """R18. The body is the shop, whose own time is that of its last change."""
    body = {"id": 1, "updated_at": "2019-01-01T00:00:00Z"}
    assert deliver("app/uninstalled", body, shop.installed_at + timedelta(minutes=at)) == "done"
    with shop_scope(counter.context.engine, shop.id) as scope:
        assert scope.shop.state == state


def test_a_topic_that_nobody_knows_is_kept_and_shown(counter: Counter, shop: Shop, deliver: Deliver) -> None:
    assert deliver("orders/teleported", {"id": 1}) == "unknown"
    assert deliver("orders/edited", {"order_edit": {"id": 1}}) == "ignored"
    with shop_scope(counter.context.engine, shop.id) as scope:
        (shown,) = failed_deliveries(scope, 10)
        ignored = scope.first(select(Delivery).where(Delivery.topic == "orders/edited"))
    assert (shown.topic, shown.body is not None) == ("orders/teleported", True)
    assert ignored is not None
    assert ignored.error == "orders/updated follows it"


def test_a_failed_delivery_is_tried_again_when_it_is_asked_for(
    counter: Counter, shop: Shop, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that could not be read stays, and is read once the fault is mended; pressed twice is pressed once."""

    def broken(*_: object) -> None:
        raise ValueError("a fault of ours")

    topics = connector_of("shopify").topics
    with monkeypatch.context() as patch:
        patch.setitem(topics, "checkouts/create", broken)
        assert deliver("checkouts/create", CHECKOUT) == "failed"
    delivery = counter.kept()[-1]
    assert delivery.error == "a fault of ours"
    for _ in range(2):
        with shop_scope(counter.context.engine, shop.id, write=True) as scope:
            retry(scope, delivery.id, NOON)
        process(counter.context, Job(id=1, shop_id=shop.id, name="deliveries", key="", lane="ingest", attempts=0))
    with shop_scope(counter.context.engine, shop.id) as scope:
        (checkout,) = scope.all(select(Checkout))
    again = counter.kept()[-1]
    assert (checkout.external_id, again.state, again.error, again.attempts) == ("checkout-1", "done", None, 2)
