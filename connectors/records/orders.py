"""Orders, with all that hangs on them."""

from datetime import datetime

from connectors.records.parts import Address, Attribute, Part, Sums


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
    withheld: tuple[str, ...] = ()  # no part: "head.email", fields that are empty only because we may not read them
