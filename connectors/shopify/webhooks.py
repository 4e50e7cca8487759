"""Webhook deliveries: whose they are, which is which, and what their bodies say."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from app.errors import BadInput
from connectors import records
from connectors.base import ShopFacts, Topic
from connectors.records import Deletion, Hint, Lifecycle, Record
from connectors.shopify.goods import plain
from connectors.shopify.normalise import Minor, number, utc
from connectors.shopify.types import Moment

T = TypeVar("T")


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by name, whatever the case of either; empty where there is none."""
    value = headers.get(name)
    if value is None:
        value = next((found for key, found in headers.items() if key.lower() == name.lower()), "")
    return value


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    given = header(headers, "X-Shopify-Hmac-Sha256").encode(errors="replace")
    digests = [base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)) for secret in secrets if secret]
    return any([hmac.compare_digest(given, digest) for digest in digests])  # noqa: C419  all are compared


def topic_of(headers: Mapping[str, str]) -> str:
    return header(headers, "X-Shopify-Topic")


def delivery_key(headers: Mapping[str, str], body: bytes) -> str:
    """X-Shopify-Webhook-Id. X-Shopify-Event-Id will not do: two topics of one action share it."""
    return (
        header(headers, "X-Shopify-Webhook-Id") or hashlib.sha256(topic_of(headers).encode() + b"\n" + body).hexdigest()
    )


def hint(kind: Literal["order", "customer", "product"], field: str) -> Topic:
    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        return [Hint(kind, _id(body, field))]

    return read


def deletion(kind: Literal["order", "customer", "product", "checkout"], field: str) -> Topic:
    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        return [Deletion(kind, _id(body, field))]

    return read


def lifecycle(kind: Literal["uninstalled", "shop_changed", "scopes_changed", "bulk_finished"]) -> Topic:
    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        said = _decode(body, Happened)
        detail = said.admin_graphql_api_id if kind == "bulk_finished" else None
        at = said.completed_at or said.updated_at
        return [Lifecycle(kind, utc(at) if at else None, detail or "")]

    return read


def merge(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """Both are read afresh: the one that is kept, and the one that is gone."""
    fields = ("admin_graphql_api_customer_kept_id", "admin_graphql_api_customer_deleted_id")
    return [Hint("customer", _id(body, field)) for field in fields]


class Happened(msgspec.Struct):
    admin_graphql_api_id: str | None = None
    completed_at: Moment | None = None
    updated_at: Moment | None = None


class Buyer(msgspec.Struct):
    id: int


class Item(msgspec.Struct):
    quantity: int
    line_price: str
    title: str | None = None
    variant_title: str | None = None
    sku: str | None = None
    product_id: int | None = None
    variant_id: int | None = None


class Basket(msgspec.Struct):
    token: str
    name: str
    created_at: Moment
    updated_at: Moment
    presentment_currency: str
    total_price: str
    line_items: list[Item]
    email: str | None = None
    customer: Buyer | None = None
    abandoned_checkout_url: str | None = None
    completed_at: Moment | None = None
    customer_locale: str | None = None
    buyer_accepts_marketing: bool = False
    cart_token: str | None = None


def checkout(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """The one body that says all: GraphQL lists a checkout only once there is somebody to write to."""
    basket = _decode(body, Basket)
    minor = Minor(basket.presentment_currency)
    return [
        records.CheckoutRecord(
            external_id=basket.token,
            updated_at=utc(basket.updated_at),
            created_at=utc(basket.created_at),
            currency=minor.currency,
            total=minor(basket.total_price),
            email=basket.email or None,
            customer_external_id=str(basket.customer.id) if basket.customer else None,
            items=tuple(_item(item, minor) for item in basket.line_items),
            url=basket.abandoned_checkout_url or None,
            completed_at=utc(basket.completed_at) if basket.completed_at else None,
            is_emptied=not basket.line_items,
            locale=basket.customer_locale or None,
            consent=_consent(basket),
            tokens=tuple(name for name in (plain(basket.name), basket.cart_token) if name),
        )
    ]


def _item(item: Item, minor: Minor) -> records.CheckoutItem:
    return records.CheckoutItem(
        title=item.title or "",
        quantity=item.quantity,
        total=minor(item.line_price),
        product_external_id=None if item.product_id is None else str(item.product_id),
        variant_external_id=None if item.variant_id is None else str(item.variant_id),
        sku=item.sku or None,
        variant_title=item.variant_title or None,
    )


def _consent(basket: Basket) -> records.ConsentRecord | None:
    """A ticked box is a yes as of the checkout's beginning, so that a refusal since then outweighs its repetitions; an
    unticked one says nothing about an earlier yes."""
    if not basket.buyer_accepts_marketing or not basket.email:
        return None
    return records.ConsentRecord("email", basket.email, "granted", at=utc(basket.created_at), source="checkout")


def _id(body: bytes, field: str) -> str:
    found = _fields(body).get(field)
    if not isinstance(found, int | str) or not found:
        raise BadInput(f"{found!r} is not an id", f"$.{field}")
    return number(str(found))


def _fields(body: bytes) -> dict[str, Any]:
    return _decode(body, dict[str, Any])


def _decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise BadInput(str(error), "the delivery's body") from error
