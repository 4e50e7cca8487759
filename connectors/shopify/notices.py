"""Deliveries about the app, the shop and what the shop keeps for itself become records; each has its own spelling."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from app.errors import BadInput
from connectors.base import ShopFacts, Topic
from connectors.records import Fact, Lifecycle, PrivacyRequest, Record
from connectors.shopify.amounts import Minor
from connectors.shopify.bodies import decode, fields, identity, part
from connectors.shopify.reading import number, utc
from connectors.shopify.types import Moment


def uninstalled(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """The body is the shop, its time that of the shop's last change: when the app went stands beside it alone."""
    identity(fields(body), "id")
    return [Lifecycle("uninstalled")]


_OF_SHOP = {"name": "name", "currency": "currency", "iana_timezone": "timezone", "plan_name": "plan", "email": "email"}


class Changed(msgspec.Struct):
    updated_at: Moment | None = None

    @property
    def at(self) -> datetime | None:
        return utc(self.updated_at) if self.updated_at else None


def shop_changed(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """Its facts are read afresh; the plan stands nowhere else."""
    told, at = fields(body), decode(body, Changed).at
    said = _words(told, _OF_SHOP)
    return [Lifecycle("shop_changed", at, said=said), Fact("shop", identity(told, "id"), at, {**said})]


class Scopes(Changed, kw_only=True):
    previous: list[str]
    current: list[str]


def scopes_changed(body: bytes, _: ShopFacts) -> Sequence[Record]:
    said = decode(body, Scopes)
    scopes = {"previous": ",".join(said.previous), "current": ",".join(said.current)}
    return [Lifecycle("scopes_changed", said.at, said=scopes)]


class Finished(msgspec.Struct):
    admin_graphql_api_id: str
    completed_at: Moment | None = None


def bulk_finished(body: bytes, _: ShopFacts) -> Sequence[Record]:
    said = decode(body, Finished)
    at = utc(said.completed_at) if said.completed_at else None
    return [Lifecycle("bulk_finished", at, said.admin_graphql_api_id)]


_OF_BILLING = {
    "admin_graphql_api_id": "id", "name": "name", "status": "status", "plan_handle": "plan", "price": "price",
    "interval": "interval", "currency": "currency", "currency_code": "currency", "capped_amount": "capped_amount",
    "balance_used": "balance_used",
}  # fmt: skip


def billing(kind: Literal["billing_changed", "cap_approached"]) -> Topic:
    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        told = fields(body)
        said = part(told, "app_subscription", dict[str, Any])
        identity(said, "id")
        return [Lifecycle(kind, part(told, "app_subscription", Changed).at, said=_words(said, _OF_BILLING))]

    return read


def membership(*, is_gone: bool) -> Topic:
    """A customer is in one of Shopify's segments, or no longer; the body does not say since when."""

    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        said = fields(body)
        segment, customer = identity(said, "segment_id"), identity(said, "customer_id")
        about: dict[str, str | int] = {"segment": segment, "customer": customer}
        return [Fact("membership", f"{segment}/{customer}", None, about, is_gone)]

    return read


class Spent(msgspec.Struct, rename="camel"):
    amount: str
    currency_code: str


class Purchases(msgspec.Struct, rename="camel"):
    customer_id: str
    number_of_orders: int
    amount_spent: Spent
    occurred_at: Moment
    last_order_id: str | None = None


def purchases(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """Shopify's own figures of a customer: ours are made from the orders, and the audit holds them to these."""
    said = decode(body, Purchases)
    minor = Minor(said.amount_spent.currency_code)
    about: dict[str, str | int] = {
        "orders": said.number_of_orders, "spent_minor": minor[said.amount_spent.amount], "currency": minor.currency,
    }  # fmt: skip
    if said.last_order_id:
        about["last_order"] = number(said.last_order_id)
    return [Fact("purchases", number(said.customer_id), utc(said.occurred_at), about)]


class DiscountNode(msgspec.Struct):
    admin_graphql_api_id: str
    title: str = ""
    status: str = ""
    updated_at: Moment | None = None
    deleted_at: Moment | None = None


def discount(body: bytes, _: ShopFacts) -> Sequence[Record]:
    said = decode(body, DiscountNode)
    at = said.deleted_at or said.updated_at
    about: dict[str, str | int] = {"id": said.admin_graphql_api_id}
    if said.deleted_at is None:
        about |= {"title": said.title, "status": said.status.lower()}
    is_gone = said.deleted_at is not None
    return [Fact("discount", number(said.admin_graphql_api_id), utc(at) if at else None, about, is_gone)]


def privacy(kind: Literal["data_request", "customer_redact", "shop_redact"], orders: str = "") -> Topic:
    """orders: the field that lists them. Whatever else is missing, the shop's domain is there."""

    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        said = fields(body)
        person, request = said.get("customer") or {}, said.get("data_request") or {}
        if not said.get("shop_domain"):
            raise BadInput("names no shop", "$.shop_domain")
        return [
            PrivacyRequest(
                kind=kind,
                shop_domain=said["shop_domain"],
                shop_external_id=_text(said.get("shop_id")),
                customer_external_id=_text(person.get("id")),
                email=person.get("email") or None,
                phone=person.get("phone") or None,
                orders=tuple(str(one) for one in said.get(orders) or ()),
                request_external_id=_text(request.get("id")),
            )
        ]

    return read


def _words(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """What is there of these fields, as text, by our names."""
    return {ours: str(said[theirs]) for theirs, ours in names.items() if said.get(theirs) not in (None, "")}


def _text(found: object) -> str | None:
    return None if found in (None, "") else str(found)
