"""Webhook topics: what each becomes, which scope it needs, where it is subscribed; which are let be, and why."""

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import msgspec

from connectors.base import ShopFacts, Topic
from connectors.records import Record
from connectors.shopify import baskets, notices, partly, thin
from connectors.shopify.bodies import deletion, hint

Place = Literal["fixed", "api", "law"]


class Line(msgspec.Struct, frozen=True):
    """scope: one of read_<scope> and write_<scope> has to be granted, none where it is empty. place: fixed in the
    configuration of an app that has one (extensions/shopify/shopify.app.toml), else subscribed in each shop; api:
    subscribed in each shop whatever the app has; law: the configuration alone can name it."""

    becomes: Topic
    scope: str = ""
    place: Place = "fixed"

    def __call__(self, body: bytes, facts: ShopFacts) -> Sequence[Record]:
        return self.becomes(body, facts)


# A webhook's body is thinner than GraphQL's answer: an order's lacks what it was placed at before edits, its ledger and
# its journey, a customer's lacks tags, consent and language. So most say what they can, and that there is something to
# read afresh; several of one order, which come in bursts, make one read.
_email = thin.consent("email", "customer_id", "email_address", "email_marketing_consent")
_sms = thin.consent("sms", "id", "phone", "sms_marketing_consent")
_whatsapp = thin.consent("whatsapp", "customer_id", "phone_number", "whats_app_marketing_consent")
TOPICS: Mapping[str, Line] = {
    "orders/create": Line(partly.order, "orders"),
    "orders/updated": Line(partly.order, "orders"),
    "orders/cancelled": Line(partly.order, "orders"),
    "orders/paid": Line(partly.order, "orders"),
    "orders/fulfilled": Line(partly.order, "orders"),
    "orders/partially_fulfilled": Line(partly.order, "orders"),
    "orders/delete": Line(deletion("order"), "orders"),
    "order_transactions/create": Line(hint("order", "order_id"), "orders"),
    "refunds/create": Line(thin.refund, "orders"),
    "checkouts/create": Line(baskets.checkout, "orders"),
    "checkouts/update": Line(baskets.checkout, "orders"),
    "checkouts/delete": Line(deletion("checkout"), "orders"),
    "carts/create": Line(baskets.cart, "orders"),
    "carts/update": Line(baskets.cart, "orders"),
    "customers/create": Line(hint("customer"), "customers"),
    "customers/update": Line(hint("customer"), "customers"),
    "customers/enable": Line(hint("customer"), "customers"),
    "customers/disable": Line(hint("customer"), "customers"),
    "customers/delete": Line(deletion("customer"), "customers"),
    "customers/merge": Line(thin.merge, "customer_merge"),
    "customers/purchasing_summary": Line(notices.purchases, "customers"),
    "customer.tags_added": Line(hint("customer", "customerId"), "customers"),
    "customer.tags_removed": Line(hint("customer", "customerId"), "customers"),
    "customers_email_marketing_consent/update": Line(_email, "customers"),
    "customers_marketing_consent/update": Line(_sms, "customers"),
    "customers_whats_app_marketing_consent/update": Line(_whatsapp, "customers"),
    "customer.joined_segment": Line(notices.membership(is_gone=False), "customers", "api"),
    "customer.left_segment": Line(notices.membership(is_gone=True), "customers", "api"),
    "segments/create": Line(hint("segment"), "customers"),
    "segments/update": Line(hint("segment"), "customers"),
    "segments/delete": Line(hint("segment"), "customers"),
    "products/create": Line(partly.product, "products"),
    "products/update": Line(partly.product, "products"),
    "products/delete": Line(deletion("product"), "products"),
    "inventory_levels/update": Line(thin.stock, "inventory", "api"),
    "discounts/update": Line(notices.discount, "discounts"),
    "discounts/delete": Line(notices.discount, "discounts"),
    "bulk_operations/finish": Line(notices.bulk_finished),
    "app/uninstalled": Line(notices.uninstalled),
    "app/scopes_update": Line(notices.scopes_changed),
    "shop/update": Line(notices.shop_changed),
    "app_subscriptions/update": Line(notices.billing("billing_changed")),
    "app_subscriptions/approaching_capped_amount": Line(notices.billing("cap_approached")),
    "customers/data_request": Line(notices.privacy("data_request", "orders_requested"), place="law"),
    "customers/redact": Line(notices.privacy("customer_redact", "orders_to_redact"), place="law"),
    "shop/redact": Line(notices.privacy("shop_redact"), place="law"),
}

IGNORED: Mapping[str, str] = {
    "orders/edited": "orders/updated follows it",
    "discounts/create": "our own writes answer for themselves",
    "discounts/redeemcode_added": "our own writes answer for themselves",
    "fulfillments/create": "orders/updated carries them; they would need another scope",
    "fulfillments/update": "orders/updated carries them; they would need another scope",
    "draft_orders/create": "not an order until orders/create says so",
    "draft_orders/update": "not an order until orders/create says so",
    "returns/request": "a return counts once it is refunded",
    "subscription_contracts/create": "only an app's own contracts arrive, and there are none",
    "app_purchases_one_time/update": "nothing is sold once",
}

FIXED = tuple(topic for topic, line in TOPICS.items() if line.place == "fixed")
BY_LAW = tuple(topic for topic, line in TOPICS.items() if line.place == "law")
BY_API = tuple(topic for topic, line in TOPICS.items() if line.place == "api")


def wanted(scopes: Collection[str], *, is_configured: bool) -> list[str]:
    """What has to be subscribed in a shop that granted these scopes. is_configured: its app's configuration names the
    fixed topics already, and one that stands in both places is sent twice."""
    topics = BY_API if is_configured else (*FIXED, *BY_API)
    return [topic for topic in topics if _is_granted(TOPICS[topic].scope, scopes)]


def _is_granted(scope: str, scopes: Collection[str]) -> bool:
    return not scope or f"read_{scope}" in scopes or f"write_{scope}" in scopes


def enum_name(topic: str) -> str:
    """ORDERS_CREATE for orders/create, CUSTOMER_TAGS_ADDED for customer.tags_added."""
    return topic.replace("/", "_").replace(".", "_").upper()


_BY_ENUM = {enum_name(topic): topic for topic in [*TOPICS, *IGNORED]}


def topic_name(enum: str) -> str:
    """The topic of an enum value; of one that is not ours, the value itself."""
    return _BY_ENUM.get(enum, enum)
