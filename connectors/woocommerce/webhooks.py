"""Deliveries: who signed them, which they are, and the records they become."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from app.errors import AuthLost, BadInput
from connectors.base import ShopFacts, Topic
from connectors.records import Deletion, Hint, Record
from connectors.woocommerce import baskets, catalogue, coupons, normalise, types
from connectors.woocommerce.errors import error_body
from connectors.woocommerce.rows import one

Gone = Literal["order", "refund", "customer", "product", "variant"]


class Action(types.Body):
    """{"action": "woocommerce_delete_order", "arg": 204}"""

    action: str
    arg: int | str


def _whole(make: Callable[[bytes, ShopFacts], Record | None]) -> Topic:
    """The body is built when it is delivered: what is gone by then comes as an error, well signed."""

    def topic(body: bytes, facts: ShopFacts) -> Sequence[Record]:
        error = error_body(body)
        if error is None:
            record = make(body, facts)
            return () if record is None else (record,)
        if error.code.endswith("_invalid_id"):
            return ()  # gone meanwhile, or of another kind; a deletion is told by its own topic
        if error.code.startswith("woocommerce_rest_cannot"):
            raise AuthLost(f"The user who made the shop's webhooks may no longer read it: {error.message}")
        raise BadInput(f"the shop delivered an error: {error.message} ({error.code})")

    return topic


def _deleted(kind: Gone) -> Topic:
    """Only says so: a product in the trash is also told as a coupon, an order as a product. Whoever gets this asks."""
    return lambda body, facts: (Deletion(kind, str(one(body, types.Id).id)),)


def _force_deleted(kind: Gone) -> Topic:
    """What is deleted for good sends no *.deleted, and a refund or a variation never does: actions are what remains."""
    return lambda body, facts: (Deletion(kind, str(one(body, Action).arg)),)


def _coupon_deleted(body: bytes, facts: ShopFacts) -> Sequence[Record]:
    return (Hint("discount", str(one(body, types.Id).id)),)


def _coupon_force_deleted(body: bytes, facts: ShopFacts) -> Sequence[Record]:
    return (Hint("discount", str(one(body, Action).arg)),)


_order = _whole(lambda body, facts: normalise.order(one(body, types.Order), facts))
_customer = _whole(lambda body, facts: catalogue.customer(one(body, types.Customer)))
_product = _whole(lambda body, facts: catalogue.product(one(body, types.Product), facts))
_coupon = _whole(lambda body, facts: coupons.fact(one(body, types.Coupon)))
_cart = _whole(lambda body, facts: baskets.cart(one(body, types.Cart)))

TOPICS: Mapping[str, Topic] = {
    "order.created": _order,
    "order.updated": _order,
    "order.restored": _order,
    "order.deleted": _deleted("order"),
    "action.woocommerce_delete_order": _force_deleted("order"),
    "action.woocommerce_delete_order_refund": _force_deleted("refund"),  # orders kept as posts: however it was done
    "action.woocommerce_refund_deleted": _force_deleted("refund"),  # any shop: by wp-admin's button
    "customer.created": _customer,
    "customer.updated": _customer,
    "customer.deleted": _deleted("customer"),
    "product.created": _product,
    "product.updated": _product,
    "product.restored": _product,
    "product.deleted": _deleted("product"),
    "action.woocommerce_delete_product": _force_deleted("product"),
    "action.woocommerce_delete_product_variation": _force_deleted("variant"),
    "coupon.created": _coupon,
    "coupon.updated": _coupon,
    "coupon.restored": _coupon,
    "coupon.deleted": _coupon_deleted,
    "action.woocommerce_delete_coupon": _coupon_force_deleted,
    "regulars.cart": _cart,
}
IGNORED: Mapping[str, str] = {
    "action.woocommerce_order_note_added": "it names a note and no order; nothing here shows notes",
}
SUBSCRIBED = tuple(topic for topic in TOPICS if topic != "regulars.cart")  # the companion plugin's own


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Over the raw bytes: WooCommerce escapes slashes and letters in its own way."""
    given = header(headers, "X-WC-Webhook-Signature").encode()
    return any(hmac.compare_digest(given, _signature(body, secret)) for secret in secrets if secret)


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def topic_of(headers: Mapping[str, str]) -> str:
    return header(headers, "X-WC-Webhook-Topic")


def delivery_key(headers: Mapping[str, str], body: bytes) -> str:
    """A delivery id is only a webhook and a second: orders of one second share it, so the body is part of the key."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    return f"{header(headers, 'X-WC-Webhook-ID')}:{header(headers, 'X-WC-Webhook-Delivery-ID')}:{digest}"


def triggered_at(headers: Mapping[str, str]) -> None:
    """WooCommerce does not say: a body is what is so when it is delivered."""


def header(headers: Mapping[str, str], name: str) -> str:
    found = headers.get(name)
    if found is None:
        found = next((value for key, value in headers.items() if key.lower() == name.lower()), "")
    return found
