"""Webhook topics: what each becomes, and which are let be, with the reason."""

from collections.abc import Mapping

from connectors.base import Topic
from connectors.shopify import webhooks

# A webhook's body is thinner than GraphQL's answer: an order's lacks what it was placed at before edits, its ledger and
# its journey, a customer's lacks tags, consent and language. So these say only that there is something to read afresh;
# several of one order, which come in bursts, make one read.
TOPICS: Mapping[str, Topic] = {
    "orders/create": webhooks.hint("order", "id"),
    "orders/updated": webhooks.hint("order", "id"),
    "orders/cancelled": webhooks.hint("order", "id"),
    "orders/paid": webhooks.hint("order", "id"),
    "orders/fulfilled": webhooks.hint("order", "id"),
    "orders/partially_fulfilled": webhooks.hint("order", "id"),
    "orders/delete": webhooks.deletion("order", "id"),
    "refunds/create": webhooks.hint("order", "order_id"),
    "order_transactions/create": webhooks.hint("order", "order_id"),
    "customers/create": webhooks.hint("customer", "id"),
    "customers/update": webhooks.hint("customer", "id"),
    "customers/enable": webhooks.hint("customer", "id"),
    "customers/disable": webhooks.hint("customer", "id"),
    "customers/delete": webhooks.deletion("customer", "id"),
    "customers/merge": webhooks.merge,
    "customer.tags_added": webhooks.hint("customer", "customerId"),
    "customer.tags_removed": webhooks.hint("customer", "customerId"),
    "customers_email_marketing_consent/update": webhooks.hint("customer", "customer_id"),
    "customers_marketing_consent/update": webhooks.hint("customer", "id"),
    "customers_whats_app_marketing_consent/update": webhooks.hint("customer", "customer_id"),
    "products/create": webhooks.hint("product", "id"),
    "products/update": webhooks.hint("product", "id"),
    "products/delete": webhooks.deletion("product", "id"),
    "checkouts/create": webhooks.checkout,
    "checkouts/update": webhooks.checkout,
    "checkouts/delete": webhooks.deletion("checkout", "id"),
    "app/uninstalled": webhooks.lifecycle("uninstalled"),
    "app/scopes_update": webhooks.lifecycle("scopes_changed"),
    "shop/update": webhooks.lifecycle("shop_changed"),
    "bulk_operations/finish": webhooks.lifecycle("bulk_finished"),
}

_CONFIGURED = "sent only where an app's own configuration names it, as a public app's does"
_NO_CODES = "says something of discount codes, and none are made yet"
_NO_SEGMENTS = "Shopify's own segments are not read"
IGNORED: Mapping[str, str] = {
    "orders/edited": "orders/updated follows it",
    "carts/create": "a cart names nobody; checkouts/create follows once there is somebody to write to",
    "carts/update": "a cart names nobody; checkouts/update follows once there is somebody to write to",
    "customers/purchasing_summary": "spend and counts are our own, made from the orders",
    "customer.joined_segment": _NO_SEGMENTS,
    "customer.left_segment": _NO_SEGMENTS,
    "segments/create": _NO_SEGMENTS,
    "segments/update": _NO_SEGMENTS,
    "segments/delete": _NO_SEGMENTS,
    "inventory_levels/update": "stock is read with its product",
    "discounts/create": _NO_CODES,
    "discounts/update": _NO_CODES,
    "discounts/delete": _NO_CODES,
    "discounts/redeemcode_added": _NO_CODES,
    "fulfillments/create": "orders/updated carries them",
    "fulfillments/update": "orders/updated carries them",
    "draft_orders/create": "not an order until orders/create says so",
    "draft_orders/update": "not an order until orders/create says so",
    "returns/request": "a return counts once it is refunded",
    "subscription_contracts/create": "only an app's own contracts arrive, and there are none",
    "app_purchases_one_time/update": "nothing is sold through Shopify's billing",
    "app_subscriptions/update": "nothing is sold through Shopify's billing",
    "app_subscriptions/approaching_capped_amount": "nothing is sold through Shopify's billing",
    "customers/data_request": _CONFIGURED,
    "customers/redact": _CONFIGURED,
    "shop/redact": _CONFIGURED,
}

SUBSCRIBED = tuple(TOPICS)


def enum_name(topic: str) -> str:
    """ORDERS_CREATE for orders/create, CUSTOMER_TAGS_ADDED for customer.tags_added."""
    return topic.replace("/", "_").replace(".", "_").upper()


_BY_ENUM = {enum_name(topic): topic for topic in [*TOPICS, *IGNORED]}


def topic_name(enum: str) -> str:
    """The topic of an enum value; of one that is not ours, the value itself."""
    return _BY_ENUM.get(enum, enum)
