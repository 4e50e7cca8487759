"""Records: what a platform said, before anything else looks at it. Frozen, typed, hashed.

A record says which parts it carries: a part that is None is absent, and absent is not empty: it never overwrites.
All money is in minor units; all times are aware UTC; all ids are the platform's own, as strings.
"""

from datetime import datetime
from typing import Literal

import msgspec
from xxhash import xxh3_64_intdigest

Consent = Literal["granted", "refused", "pending", "unknown"]


class Part(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The base of all records and their parts."""


class Sums(Part, frozen=True):
    """The money of an order in one currency. placed: charged when placed, tax and shipping in; refunded: positive;
    net = placed + adjusted - refunded, where adjusted is what neither placing nor refunding explains."""

    currency: str
    placed: int
    refunded: int
    net: int
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    tip: int = 0
    duties: int = 0
    fees: int = 0


class Address(Part, frozen=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    zip: str = ""
    country_code: str = ""
    phone: str = ""


class Attribute(Part, frozen=True):
    key: str
    value: str


class Line(Part, frozen=True):
    """unit and total are in the order's shop currency on Shopify, in the order's own currency on WooCommerce: the same
    currency as `OrderRecord.shop_sums`, or `sums` where that is absent. total is after discounts, before tax where
    prices are without tax. present_total is in the order's presentment currency, None where it is the same."""

    external_id: str
    title: str
    quantity: int
    unit: int
    total: int
    tax: int = 0
    discount: int = 0
    current_quantity: int | None = None  # after edits and removals; None: as ordered
    present_total: int | None = None
    product_external_id: str | None = None
    variant_external_id: str | None = None
    sku: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    is_gift_card: bool = False
    selling_plan: str | None = None
    attributes: tuple[Attribute, ...] = ()


class RefundLine(Part, frozen=True):
    """Amounts positive, in the currency of the order's lines."""

    external_id: str
    line_external_id: str | None
    quantity: int
    total: int
    tax: int = 0


class RefundRecord(Part, frozen=True, tag="refund"):
    """One refund of an order: total positive, in the currency of the order's lines. created_at, reason and lines may be
    absent where the platform named the refund without them."""

    external_id: str
    order_external_id: str
    total: int
    created_at: datetime | None = None
    reason: str | None = None
    lines: tuple[RefundLine, ...] | None = None
    shipping: int | None = None
    present_total: int | None = None


class Discount(Part, frozen=True):
    """kind: code, automatic, manual, script or coupon; amount in the currency of the lines, where it is given."""

    kind: str
    code: str | None = None
    title: str | None = None
    amount: int | None = None
    percentage: str | None = None


class ShippingLine(Part, frozen=True):
    title: str
    code: str | None
    total: int
    tax: int = 0


class TaxLine(Part, frozen=True):
    title: str
    total: int
    rate: str | None = None


class Transaction(Part, frozen=True):
    external_id: str
    kind: str
    status: str
    gateway: str
    amount: int
    processed_at: datetime | None = None
    test: bool = False


class Visit(Part, frozen=True):
    landing_page: str | None = None
    referrer: str | None = None
    source: str | None = None
    occurred_at: datetime | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None
    utm_term: str | None = None


class Journey(Part, frozen=True):
    first: Visit | None = None
    last: Visit | None = None


class Sale(Part, frozen=True):
    """One row of the platform's own ledger of an order: action ORDER, UPDATE or RETURN; total with tax."""

    action: str
    line_type: str
    quantity: int | None
    total: int
    tax: int = 0
    line_external_id: str | None = None


class Agreement(Part, frozen=True):
    """What the platform booked at one moment: an order placed, edited or refunded."""

    external_id: str
    happened_at: datetime
    reason: str
    refund_external_id: str | None = None
    sales: tuple[Sale, ...] = ()


class OrderHead(Part, frozen=True):
    """What is said of an order as a whole. status is the platform's own word (Shopify: financial status, lower case);
    is_counted is the connector's reading of its platform's table of counted statuses. rate: units of shop currency for
    one of `sums.currency`, where the platform or its plugin names it."""

    number: str
    placed_at: datetime
    created_at: datetime
    status: str
    is_counted: bool
    sums: Sums
    shop_sums: Sums | None = None  # in the shop's currency; None where the platform cannot say
    rate: str | None = None
    rate_source: str | None = None
    customer_external_id: str | None = None  # None: a guest, or nobody (a till)
    email: str | None = None
    phone: str | None = None
    fulfilment: str | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    is_test: bool = False
    is_rounded: bool = False  # an amount was finer than its currency
    made_by: str | None = None  # checkout, staff, api …
    source: str | None = None  # the platform's name of the channel
    gateways: tuple[str, ...] = ()
    locale: str | None = None
    company: str | None = None
    location: str | None = None
    note: str | None = None
    taxes_included: bool = False
    checkout_token: str | None = None
    cart_token: str | None = None


class OrderRecord(Part, frozen=True, tag="order"):
    external_id: str
    updated_at: datetime
    head: OrderHead | None = None
    lines: tuple[Line, ...] | None = None
    refunds: tuple[RefundRecord, ...] | None = None  # all of them: one that is missing here is gone
    discounts: tuple[Discount, ...] | None = None
    shipping_lines: tuple[ShippingLine, ...] | None = None
    tax_lines: tuple[TaxLine, ...] | None = None
    transactions: tuple[Transaction, ...] | None = None
    billing: Address | None = None
    shipping: Address | None = None
    journey: Journey | None = None
    agreements: tuple[Agreement, ...] | None = None
    attributes: tuple[Attribute, ...] | None = None
    tags: tuple[str, ...] | None = None


class CustomerHead(Part, frozen=True):
    created_at: datetime | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str = ""
    last_name: str = ""
    locale: str | None = None
    note: str | None = None
    state: str | None = None
    is_email_verified: bool | None = None


class ConsentRecord(Part, frozen=True):
    """Consent of one address on one channel, as the platform states it. at: when it was given, None where unsaid."""

    channel: Literal["email", "sms", "whatsapp"]
    address: str
    state: Consent
    at: datetime | None = None
    level: str | None = None
    source: str = ""
    text: str | None = None


class CustomerRecord(Part, frozen=True, tag="customer"):
    external_id: str
    updated_at: datetime | None  # None: the platform does not say (WooCommerce, never saved)
    head: CustomerHead | None = None
    address: Address | None = None
    consents: tuple[ConsentRecord, ...] | None = None
    tags: tuple[str, ...] | None = None


class VariantRecord(Part, frozen=True):
    external_id: str
    title: str
    sku: str | None = None
    price: int | None = None
    compare_at: int | None = None
    stock: int | None = None
    options: tuple[Attribute, ...] = ()


class ProductHead(Part, frozen=True):
    title: str
    status: str
    handle: str | None = None
    kind: str | None = None  # product type
    vendor: str | None = None
    url: str | None = None
    image: str | None = None
    price: int | None = None  # the lowest, in shop currency
    created_at: datetime | None = None


class ProductRecord(Part, frozen=True, tag="product"):
    external_id: str
    updated_at: datetime | None
    head: ProductHead | None = None
    variants: tuple[VariantRecord, ...] | None = None
    categories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None


class CheckoutItem(Part, frozen=True):
    title: str
    quantity: int
    total: int
    product_external_id: str | None = None
    variant_external_id: str | None = None
    sku: str | None = None
    image: str | None = None
    variant_title: str | None = None


class CheckoutRecord(Part, frozen=True, tag="checkout"):
    """A basket on its way to an order, joined by its token (Shopify's checkout token, the plugin's session,
    `order:<id>` for a WooCommerce checkout-draft). Money in `currency`, the shopper's."""

    external_id: str
    updated_at: datetime
    created_at: datetime
    currency: str
    total: int
    email: str | None = None
    customer_external_id: str | None = None
    items: tuple[CheckoutItem, ...] | None = None
    url: str | None = None  # restores the basket
    completed_at: datetime | None = None
    order_external_id: str | None = None
    is_emptied: bool = False
    locale: str | None = None
    rate: str | None = None
    consent: ConsentRecord | None = None
    tokens: tuple[str, ...] = ()  # other names it goes by: cart token, checkout number


class Deletion(Part, frozen=True, tag="deletion"):
    """The platform says that it is gone; checked by a read before anything is removed."""

    kind: Literal["order", "customer", "product", "checkout", "refund"]
    external_id: str


class Hint(Part, frozen=True, tag="hint"):
    """Something changed, but the body does not say what: read it afresh."""

    kind: Literal["order", "customer", "product", "checkout", "shop", "inventory_item", "segment"]
    external_id: str


class Merge(Part, frozen=True, tag="merge"):
    """The platform made one customer of two: what the one that is gone had is now the kept one's."""

    kept_external_id: str
    gone_external_id: str


class Fact(Part, frozen=True, tag="fact"):
    """What the platform says of something that is its own and that we only look at; the latest stays. segment: one of
    its customer segments; membership: "<segment>/<customer>"; purchases: its own count and sum for a customer;
    discount: one of its discounts; shop: its name, currency, zone and plan. said: what matters of it; at: None where
    the body does not say when."""

    kind: Literal["segment", "membership", "purchases", "discount", "shop"]
    external_id: str
    at: datetime | None = None
    said: dict[str, str | int] = {}
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
    said: dict[str, str] = {}


Record = (
    OrderRecord | RefundRecord | CustomerRecord | ProductRecord | CheckoutRecord | Deletion | Hint | Merge | Fact
    | PrivacyRequest | Lifecycle
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


def digest(part: msgspec.Struct | tuple[msgspec.Struct, ...] | tuple[str, ...]) -> int:
    """A 63-bit hash of a part's content: equal parts have equal digests, in any process."""
    return digest_of(_encode(part))


def digest_of(encoded: bytes) -> int:
    """The same of a part as JSON. It tells changes, it proves nothing: a fast hash is enough."""
    return xxh3_64_intdigest(encoded) >> 1
