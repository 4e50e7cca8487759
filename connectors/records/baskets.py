"""Baskets on their way to an order."""

from datetime import datetime

from connectors.records.parts import Part
from connectors.records.people import ConsentRecord


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
