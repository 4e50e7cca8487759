"""Shopify's own sample of each topic goes through the connector: what it becomes, to the id, the amount and the time.

The samples went through JavaScript, so ids above 2^53 are rounded in them: those of the things themselves are read from
the global id beside them; those of an order in the body of something else have none, and are compared as they stand.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from app.errors import BadInput
from connectors.records import (
    CheckoutItem,
    CheckoutRecord,
    ConsentRecord,
    CustomerRecord,
    Deletion,
    Fact,
    Hint,
    Lifecycle,
    OrderRecord,
    PrivacyRequest,
    ProductRecord,
    Record,
    RefundRecord,
    ShippingLine,
    VariantRecord,
)
from connectors.shopify.topics import BY_API, BY_LAW, FIXED, IGNORED, TOPICS, wanted
from tests.connectors.shopify.samples import (
    FACTS,
    NEW_YEAR,
    ROUNDED_CHECKOUT,
    ROUNDED_ORDER,
    ROUNDED_PRODUCT,
    metadata,
    sample,
)

MAY = datetime(2005, 5, 5, 5, tzinfo=UTC)
ORDER, CUSTOMER, PRODUCT = "820982911946154508", "706405506930370084", "788032119674292922"
SHIRT = CheckoutItem("Example T-Shirt - Small", 3, 5997, ROUNDED_PRODUCT, "704912205188288500", "example-shirt-s")
CART = CheckoutRecord("exampleCartId", NEW_YEAR, NEW_YEAR, "USD", 5997, items=(SHIRT,))
IPOD = CheckoutItem("IPod Nano - 8GB", 1, 19900, "632910392", "808950810", "IPOD2008PINK", variant_title="Pink")
CHECKOUT = CheckoutRecord(
    "123123123", NEW_YEAR, NEW_YEAR, "USD", 42188, email="example@email.com", items=(IPOD, IPOD),
    customer_external_id="603851970716743426", tokens=("981820079255243537", "eeafa272cebfd4b22385bc4b645e762c"),
    url="https://checkout.local/548380009/checkouts/123123123/recover?key=example-secret-token",
)  # fmt: skip
SOLD = OrderRecord(
    ORDER, NEW_YEAR, discounts=(), shipping_lines=(ShippingLine("Generic Shipping", None, 0),), tax_lines=(),
    attributes=(), tags=("tag1", "tag2"),
)  # fmt: skip
SMALL = VariantRecord("642667041472713922", "Small", None, 1999, 2499, 75)
MEDIUM = VariantRecord("757650484644203962", "Medium", None, 1999, 2499, 50)
TAGS = ("example", "mens", "t-shirt")
TSHIRT = ProductRecord(PRODUCT, NEW_YEAR, variants=(SMALL, MEDIUM), categories=("Shirts",), tags=TAGS)
REFUND = RefundRecord("890088186047892319", ROUNDED_ORDER, 8500, NEW_YEAR, "Things were damaged")
EMAIL = ConsentRecord("email", "bob@biller.com", "unknown")
SHOP = {"name": "Super Toys", "currency": "USD", "plan": "enterprise", "email": "super@supertoys.com"}
PLAN = {
    "id": "gid://shopify/AppSubscription/1029266977", "name": "Webhook Test", "status": "PENDING", "plan": "plan-123",
    "price": "10.00", "interval": "every_30_days", "currency": "USD", "capped_amount": "20.0",
}  # fmt: skip
CAP = {
    "id": "gid://shopify/AppSubscription/1029266968", "name": "Webhook Test", "currency": "USD",
    "capped_amount": "20.0", "balance_used": "0",
}  # fmt: skip
PERSON: dict[str, Any] = {
    "shop_domain": "{shop}.myshopify.com", "shop_external_id": "954889", "customer_external_id": "191167",
    "email": "john@example.com", "phone": "555-625-1199", "orders": ("299938", "280263", "220458"),
}  # fmt: skip
FREE = "Automatic free shipping"


def discount(title: str) -> Fact:
    said: dict[str, str | int] = {"id": "gid://shopify/DiscountAutomaticNode/1", "title": title, "status": "active"}
    return Fact("discount", "1", datetime(2016, 8, 29, 17, tzinfo=UTC), said)


BECOMES: dict[str, Sequence[Record]] = {
    "orders/create": [SOLD, Hint("order", ORDER)],
    "orders/updated": [SOLD, Hint("order", ORDER)],
    "orders/cancelled": [SOLD, Hint("order", ORDER)],
    "orders/paid": [SOLD, Hint("order", ORDER)],
    "orders/fulfilled": [SOLD, Hint("order", ORDER)],
    "orders/partially_fulfilled": [SOLD, Hint("order", ORDER)],
    "orders/delete": [Deletion("order", ROUNDED_ORDER)],
    "order_transactions/create": [Hint("order", ROUNDED_ORDER)],
    "refunds/create": [REFUND, Hint("order", ROUNDED_ORDER)],
    "checkouts/create": [CHECKOUT],
    "checkouts/update": [CHECKOUT],
    "checkouts/delete": [Deletion("checkout", ROUNDED_CHECKOUT)],
    "carts/create": [CART],
    "carts/update": [CART],
    "customers/create": [Hint("customer", CUSTOMER)],
    "customers/update": [Hint("customer", CUSTOMER)],
    "customers/enable": [Hint("customer", CUSTOMER)],
    "customers/disable": [Hint("customer", CUSTOMER)],
    "customers/delete": [Deletion("customer", CUSTOMER)],
    "customers/merge": [Hint("customer", "1"), Hint("customer", "2")],  # the sample is of one that failed
    "customers/purchasing_summary": [
        Fact("purchases", "1", MAY, {"orders": 1, "spent_minor": 10000, "currency": "USD", "last_order": "1"})],
    "customer.tags_added": [Hint("customer", "1")],
    "customer.tags_removed": [Hint("customer", "1")],
    "customers_email_marketing_consent/update": [
        CustomerRecord("706405506930370000", None, consents=(EMAIL,)), Hint("customer", "706405506930370000")],
    "customers_marketing_consent/update": [Hint("customer", "706405506930370000")],
    "customers_whats_app_marketing_consent/update": [Hint("customer", "706405506930370000")],
    "customer.joined_segment": [Fact("membership", "3/2", None, {"segment": "3", "customer": "2"})],
    "customer.left_segment": [Fact("membership", "3/2", None, {"segment": "3", "customer": "2"}, is_gone=True)],
    "segments/create": [Hint("segment", "1")],
    "segments/update": [Hint("segment", "1")],
    "segments/delete": [Hint("segment", "1")],
    "products/create": [TSHIRT, Hint("product", PRODUCT)],
    "products/update": [TSHIRT, Hint("product", PRODUCT)],
    "products/delete": [Deletion("product", ROUNDED_PRODUCT)],
    "inventory_levels/update": [Hint("inventory_item", "271878346596884015")],
    "discounts/update": [discount(f"{FREE} updated")],
    "discounts/delete": [
        Fact("discount", "1", datetime(2018, 8, 29, 17, tzinfo=UTC), {"id": "gid://shopify/DiscountAutomaticNode/1"},
             is_gone=True)],
    "bulk_operations/finish": [
        Lifecycle("bulk_finished", datetime(2024, 1, 1, 12, 34, 56, tzinfo=UTC), "gid://shopify/BulkOperation/147595010")],
    "app/uninstalled": [Lifecycle("uninstalled")],
    "app/scopes_update": [
        Lifecycle("scopes_changed", datetime(2024, 6, 25, tzinfo=UTC),
                  said={"previous": "read_products", "current": "read_products,write_products"})],
    "shop/update": [Lifecycle("shop_changed", said=SHOP), Fact("shop", "548380009", None, {**SHOP})],
    "app_subscriptions/update": [Lifecycle("billing_changed", NEW_YEAR, said=PLAN)],
    "app_subscriptions/approaching_capped_amount": [Lifecycle("cap_approached", NEW_YEAR, said=CAP)],
    "customers/data_request": [PrivacyRequest("data_request", **PERSON, request_external_id="9999")],
    "customers/redact": [PrivacyRequest("customer_redact", **PERSON)],
    "shop/redact": [PrivacyRequest("shop_redact", "{shop}.myshopify.com", "954889")],
}  # fmt: skip
LET_BE = {
    "orders/edited", "discounts/create", "discounts/redeemcode_added", "fulfillments/create", "fulfillments/update",
    "draft_orders/create", "draft_orders/update", "returns/request", "subscription_contracts/create",
    "app_purchases_one_time/update",
}  # fmt: skip


def test_fifty_six_topics_are_either_read_or_let_be_for_a_reason() -> None:
    assert TOPICS.keys() == BECOMES.keys()
    assert IGNORED.keys() == LET_BE
    assert len(TOPICS) + len(IGNORED) == 56
    assert all(len(reason) > 10 for reason in IGNORED.values())


@pytest.mark.parametrize("topic", sorted(BECOMES))
def test_a_sample_becomes_what_it_says(topic: str) -> None:
    assert list(TOPICS[topic](sample(topic), FACTS)) == list(BECOMES[topic])


@pytest.mark.parametrize("topic", sorted(LET_BE))
def test_what_is_let_be_is_a_topic_that_there_is(topic: str) -> None:
    assert metadata(topic)["name"] == topic


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_line_has_the_scope_and_the_place_of_the_platform_s_own_list(topic: str) -> None:
    told, line = metadata(topic), TOPICS[topic]
    assert line.scope in (told.get("access_scopes") or [""])
    needs = {"fixed": {"toml", "graphql"}, "api": {"graphql"}, "law": {"toml"}}[line.place]
    assert needs <= set(told["available_on"])
    assert line.place != "law" or told["available_on"] == ["toml"]


@pytest.mark.parametrize("topic", sorted(TOPICS))
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"id": null}', b'{"id": true}', b'{"id": 1.5}'])
def test_a_body_that_cannot_be_read_says_so(topic: str, body: bytes) -> None:
    with pytest.raises(BadInput):
        TOPICS[topic](body, FACTS)


def test_the_app_s_configuration_and_the_shop_s_own_subscriptions_share_no_topic() -> None:
    """A topic in both is sent twice."""
    assert sorted([*FIXED, *BY_API, *BY_LAW]) == sorted(TOPICS)
    assert sorted(BY_API) == ["customer.joined_segment", "customer.left_segment", "inventory_levels/update"]
    assert wanted({"write_customers", "read_inventory"}, is_configured=True) == list(BY_API)
    assert wanted({"write_customers"}, is_configured=True) == list(BY_API)[:2]


def test_a_shop_s_own_app_subscribes_to_all_that_its_scopes_allow() -> None:
    everything = {f"read_{line.scope}" for line in TOPICS.values()}
    assert wanted(everything, is_configured=False) == [*FIXED, *BY_API]
    few = wanted({"read_orders", "write_orders"}, is_configured=False)
    assert {TOPICS[topic].scope for topic in few} == {"orders", ""}
    assert "app/uninstalled" in few
