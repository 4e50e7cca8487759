"""A basket on its way to an order. Amounts are in minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.money import convert
from sandbox.people_and_goods import Address, Consent
from sandbox.sales import Discount, Line, ShippingLine, TaxRate, Visit


@dataclass(slots=True)
class Checkout:
    """A basket on its way to an order. `session` is WooCommerce's key of a cart."""

    id: int
    token: str
    cart_token: str
    session: str
    restore_token: str
    email: str | None
    person_id: int | None
    currency: str
    lines: list[Line]
    total_minor: int  # tax and shipping in
    created_at: datetime
    updated_at: datetime
    rate: Decimal | None = None  # shop currency per unit of the checkout's
    shop_currency: str = ""
    taxes_included: bool = False
    tax_rates: tuple[TaxRate, ...] = ()
    shipping: list[ShippingLine] = field(default_factory=list)
    discounts: tuple[Discount, ...] = ()
    consent: Consent | None = None  # as given at this checkout; None: not asked
    locale: str = "en"
    phone: str = ""
    address: Address | None = None
    state: str = "open"  # open | completed | emptied
    completed_at: datetime | None = None
    order_id: int | None = None
    as_draft: bool = False  # an older block checkout, which WooCommerce lists as a checkout-draft order
    source_name: str = "web"
    first_visit: Visit | None = None
    last_visit: Visit | None = None

    def to_shop(self, minor: int) -> int:
        return minor if self.rate is None else convert(minor, self.rate, self.currency, self.shop_currency)
