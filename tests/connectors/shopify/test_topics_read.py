"""Samples of Shopify's topics, changed: what is read of what they tell."""

import json
from typing import Any

import pytest

from app.errors import BadInput
from connectors.records import (
    Attribute,
    CheckoutRecord,
    ConsentRecord,
    CustomerRecord,
    Discount,
    Hint,
    Merge,
    OrderRecord,
    PrivacyRequest,
    ProductRecord,
    RefundRecord,
    TaxLine,
)
from connectors.shopify.topics import TOPICS
from tests.connectors.shopify.samples import FACTS, NEW_YEAR, ROUNDED_ORDER, sample


@pytest.mark.parametrize(
    ("topic", "said", "consent"),
    [
        ("customers_email_marketing_consent/update",
         {"email_marketing_consent": {"state": "unsubscribed", "opt_in_level": "SINGLE_OPT_IN",
                                      "consent_updated_at": "2022-01-01T01:00:00+01:00"}},
         ConsentRecord("email", "bob@biller.com", "refused", NEW_YEAR, "single_opt_in")),
        ("customers_marketing_consent/update",
         {"phone": "+491701234567", "sms_marketing_consent": {
             "state": "subscribed", "opt_in_level": "confirmed_opt_in", "consent_updated_at": "2022-01-01T00:00:00Z",
             "consent_collected_from": "SHOPIFY"}},
         ConsentRecord("sms", "+491701234567", "granted", NEW_YEAR, "confirmed_opt_in", "shopify")),
        ("customers_whats_app_marketing_consent/update",
         {"phone_number": "+491701234567", "whats_app_marketing_consent": {
             "state": "pending", "updated_at": "2022-01-01T00:00:00Z", "collected_from": "other"}},
         ConsentRecord("whatsapp", "+491701234567", "pending", NEW_YEAR, source="other")),
    ],
)  # fmt: skip
def test_consent_is_kept_at_first_sight_and_read_afresh(
    topic: str, said: dict[str, Any], consent: ConsentRecord
) -> None:
    found = TOPICS[topic](sample(topic, **said), FACTS)
    assert found == [CustomerRecord("706405506930370000", None, consents=(consent,)), found[1]]
    assert found[1] == Hint("customer", "706405506930370000")


def test_an_odd_time_of_a_consent_is_named() -> None:
    topic = "customers_email_marketing_consent/update"
    body = sample(topic, email_marketing_consent={"state": "subscribed", "consent_updated_at": "yesterday"})
    with pytest.raises(BadInput, match="consent_updated_at"):
        TOPICS[topic](body, FACTS)


def test_a_refund_in_another_currency_is_only_read_afresh() -> None:
    body = json.loads(sample("refunds/create"))
    body["total_duties_set"]["presentment_money"]["currency_code"] = "CAD"
    assert TOPICS["refunds/create"](json.dumps(body).encode(), FACTS) == [Hint("order", ROUNDED_ORDER)]


def test_a_refund_that_has_not_gone_through_counts_nothing_yet() -> None:
    body = json.loads(sample("refunds/create"))
    body["transactions"][0]["status"] = "pending"
    (refund, _) = TOPICS["refunds/create"](json.dumps(body).encode(), FACTS)
    assert isinstance(refund, RefundRecord)
    assert refund.total == 1000


def test_a_merge_that_went_through_names_who_is_kept_and_who_is_gone() -> None:
    """R28."""
    assert TOPICS["customers/merge"](sample("customers/merge", status="completed"), FACTS) == [Merge("1", "2")]


def test_an_emptied_cart_is_in_the_shop_s_currency() -> None:
    (cart,) = TOPICS["carts/update"](sample("carts/update", line_items=[]), FACTS)
    assert cart == CheckoutRecord("exampleCartId", NEW_YEAR, NEW_YEAR, "USD", 0, items=(), is_emptied=True)


def test_a_person_may_be_named_by_an_email_alone_and_a_shop_by_its_domain_alone() -> None:
    body = sample("customers/redact", customer={"email": "john@example.com"}, orders_to_redact=[], shop_id=None)
    (found,) = TOPICS["customers/redact"](body, FACTS)
    assert found == PrivacyRequest("customer_redact", "{shop}.myshopify.com", email="john@example.com")


def test_a_product_of_which_only_the_first_variants_are_told_tells_none() -> None:
    body = json.loads(sample("products/update"))
    body["variant_gids"].append({"admin_graphql_api_id": "gid://shopify/ProductVariant/1"})
    (product, _) = TOPICS["products/update"](json.dumps(body).encode(), FACTS)
    assert isinstance(product, ProductRecord)
    assert (product.variants, product.categories) == (None, ("Shirts",))


def test_a_variant_s_choices_are_named_by_the_product_s_options() -> None:
    body = sample("products/update", options=[{"name": "Size", "position": 1}])
    (product, _) = TOPICS["products/update"](body, FACTS)
    assert isinstance(product, ProductRecord)
    assert [variant.options for variant in product.variants or ()] == [
        (Attribute("Size", "Small"),), (Attribute("Size", "Medium"),)]  # fmt: skip


def test_discounts_and_taxes_of_an_order_are_summed_in_the_shop_s_currency() -> None:
    body = json.loads(sample("orders/create"))
    five = {"shop_money": {"amount": "5.00"}, "presentment_money": {"amount": "4.50"}}
    body["discount_applications"] = [
        {"type": "discount_code", "code": "TEN", "value": "10.0", "value_type": "percentage"},
        {"type": "manual", "title": "Sorry", "value": "5.0", "value_type": "fixed_amount"},
    ]
    for line in body["line_items"][:2]:
        line["discount_allocations"] = [{"amount": "4.50", "amount_set": five, "discount_application_index": 0}]
    body["tax_lines"] = [{"title": "VAT", "price": "4.50", "price_set": five, "rate": 0.19}]
    (order, _) = TOPICS["orders/create"](json.dumps(body).encode(), FACTS)
    assert isinstance(order, OrderRecord)
    code = Discount("code", code="TEN", amount=1000, percentage="10.0")
    assert order.discounts == (code, Discount("manual", title="Sorry", amount=0))
    assert order.tax_lines == (TaxLine("VAT", 500, "0.19"),)


def test_an_order_of_several_parcels_leaves_them_to_the_read() -> None:
    """GraphQL tells one."""
    body = json.loads(sample("orders/create"))
    body["shipping_lines"] *= 2
    (order, _) = TOPICS["orders/create"](json.dumps(body).encode(), FACTS)
    assert isinstance(order, OrderRecord)
    assert order.shipping_lines is None
