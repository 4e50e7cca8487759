"""What a platform tells that is no state of a thing: what is gone, changed, merged, asked for."""

from datetime import datetime
from typing import Literal

import msgspec

from connectors.records.parts import Part


class Deletion(Part, frozen=True, tag="deletion"):
    """The platform says that it is gone; checked by a read before anything is removed."""

    kind: Literal["order", "customer", "product", "variant", "checkout", "refund"]
    external_id: str
    is_forgotten: bool = False  # the orders that named it name it no more, and nothing tells of that


class Census(Part, frozen=True, tag="census"):
    """All that there are of a kind, by id, after one and up to another (None: to the end). Whatever else is held here
    between them may be gone."""

    kind: Literal["customer", "product"]
    after: int
    until: int | None
    external_ids: tuple[str, ...]


class Hint(Part, frozen=True, tag="hint"):
    """Something changed, but the body does not say what: read it afresh."""

    kind: Literal["order", "customer", "product", "checkout", "shop", "inventory_item", "segment", "discount"]
    external_id: str


class Merge(Part, frozen=True, tag="merge"):
    """The platform made one customer of two: what the one that is gone had is now the kept one's."""

    kept_external_id: str
    gone_external_id: str


class Fact(Part, frozen=True, tag="fact"):
    """What the platform says of something that is its own and that we only look at; the latest stays. segment: one of
    its customer segments; membership: "<segment>/<customer>"; purchases: its own count and sum for a customer;
    discount: one of its discounts; category: one of its products' categories; shop: its name, currency, zone and plan.
    said: what matters of it; at: None where the body does not say when."""

    kind: Literal["segment", "membership", "purchases", "discount", "category", "shop"]
    external_id: str
    at: datetime | None = None
    said: dict[str, str | int] = msgspec.field(default_factory=dict)
    is_gone: bool = False


class PrivacyRequest(Part, frozen=True, tag="privacy"):
    """What the law lets a person ask of a shop, or what a shop that left is owed. A customer may be named by an email
    alone, a shop by its domain alone. orders: those that are asked for, or to be erased."""

    kind: Literal["data_request", "customer_redact", "shop_redact"]
    shop_domain: str
    shop_external_id: str | None = None
    customer_external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    orders: tuple[str, ...] = ()
    request_external_id: str | None = None


class Lifecycle(Part, frozen=True, tag="lifecycle"):
    """The life of the connection. detail: the bulk operation that finished; said: what the platform said of the shop,
    the scopes (previous, current) or the subscription to the app. at: None where the body does not say when."""

    kind: Literal[
        "uninstalled", "shop_changed", "scopes_changed", "bulk_finished", "billing_changed", "cap_approached"
    ]  # fmt: skip
    at: datetime | None = None
    detail: str = ""
    said: dict[str, str] = msgspec.field(default_factory=dict)
