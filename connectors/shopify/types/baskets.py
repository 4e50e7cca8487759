"""Abandoned checkouts."""

from connectors.shopify.types.parts import Amount, Gid, Moment, Nodes, Part, Price, Row
from connectors.shopify.types.people import EmailAddress


class PresentmentPrice(Part):
    presentment_money: Price


class PresentmentAmount(Part):
    presentment_money: Amount


class CheckoutLine(Part):
    quantity: int
    original_total_price_set: PresentmentAmount
    title: str | None = None
    variant_title: str | None = None
    sku: str | None = None
    product: Gid | None = None
    variant: Gid | None = None


class CheckoutCustomer(Part):
    id: str
    default_email_address: EmailAddress | None = None


class CheckoutRow(Row):
    name: str
    created_at: Moment
    updated_at: Moment
    abandoned_checkout_url: str
    total_price_set: PresentmentPrice
    line_items: Nodes[CheckoutLine]
    completed_at: Moment | None = None
    customer: CheckoutCustomer | None = None
