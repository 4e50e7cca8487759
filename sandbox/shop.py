"""One shop as the sandbox knows it; all that it holds can be had from here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from sandbox.baskets import Checkout
from sandbox.discounts import CodeDiscount
from sandbox.people_and_goods import Address, Consent, Person, Product, Variant
from sandbox.sales import (
    Discount,
    Edit,
    Line,
    Order,
    Refund,
    RefundLine,
    ShippingLine,
    TaxRate,
    Transaction,
    Visit,
    remaining,
)
from sandbox.segments import Segment

__all__ = [
    "Address",
    "Checkout",
    "Consent",
    "Discount",
    "Edit",
    "Line",
    "Order",
    "Person",
    "Product",
    "Refund",
    "RefundLine",
    "Segment",
    "ShippingLine",
    "Shop",
    "TaxRate",
    "Transaction",
    "Variant",
    "Visit",
    "remaining",
]


@dataclass(slots=True)
class Shop:
    """The whole shop. Dicts are by id, in order of making."""

    name: str
    domain: str
    currency: str
    timezone: str
    country_code: str = "DE"
    email: str = "shop@example.com"
    taxes_included: bool = True
    locale: str = "en"
    source: str = "generated"
    rates: dict[str, Decimal] = field(default_factory=dict)  # shop currency per unit of another currency
    codes: dict[str, Discount] = field(default_factory=dict)  # upper-case code -> what it takes off
    discounts: dict[int, CodeDiscount] = field(default_factory=dict)  # made by apps, each with codes of its own
    people: dict[int, Person] = field(default_factory=dict)
    segments: dict[int, Segment] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    checkouts: dict[int, Checkout] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1_000_001))  # of all that is made later
    notes: dict[str, int] = field(default_factory=dict)  # what a source counted on the way

    def next_id(self) -> int:
        return next(self.ids)

    def add_product(self, product: Product) -> Product:
        self.products[product.id] = product
        self.variants.update((variant.id, variant) for variant in product.variants)
        return product

    def data_end(self) -> datetime | None:
        """When the last thing happened in the shop."""
        times = [order.updated_at for order in self.orders.values()] + [c.updated_at for c in self.checkouts.values()]
        return max(times, default=None)
