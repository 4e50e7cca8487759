"""What was sold: orders with their lines, refunds and edits. Amounts are in minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sandbox.money import convert, share
from sandbox.people_and_goods import Address


@dataclass(frozen=True, slots=True)
class TaxRate:
    title: str
    rate: Decimal  # 0.19
    code: str = ""  # DE-VAT-1


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount application; lines and shipping lines point at it by its place in the order."""

    kind: str  # code | automatic | manual
    title: str  # the code itself, or what the shop calls it
    value_type: str  # percentage | fixed_amount | shipping
    value: Decimal


@dataclass(slots=True)
class Line:
    """As sold. `discounts` are (place of the application, minor); `taxes` are parallel to the order's rates."""

    id: int
    product_id: int | None
    variant_id: int | None
    title: str
    sku: str
    quantity: int
    unit_minor: int  # as shown: with tax in where the order says so
    subtotal_minor: int  # quantity x unit before discounts; explicit, since units may be finer than a minor unit
    variant_title: str = ""
    discounts: tuple[tuple[int, int], ...] = ()
    taxes: tuple[int, ...] = ()
    removed: int = 0  # units taken out by edits
    added_at: datetime | None = None  # set when an edit brought the line
    requires_shipping: bool = True
    is_gift_card: bool = False
    duty_minor: int = 0  # on top of its price, for goods that cross a border

    @property
    def discount_minor(self) -> int:
        return sum(minor for _, minor in self.discounts)

    @property
    def total_minor(self) -> int:
        """After discounts, as shown (tax in or out as the order says)."""
        return self.subtotal_minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        return sum(self.taxes)


@dataclass(slots=True)
class ShippingLine:
    id: int
    title: str
    code: str
    minor: int  # before discounts, as shown
    discounts: tuple[tuple[int, int], ...] = ()
    taxes: tuple[int, ...] = ()

    @property
    def discount_minor(self) -> int:
        return sum(minor for _, minor in self.discounts)

    @property
    def total_minor(self) -> int:
        return self.minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        return sum(self.taxes)


@dataclass(slots=True)
class RefundLine:
    line_id: int
    quantity: int
    total_minor: int  # what is paid back, tax in
    taxes: tuple[int, ...] = ()  # of total_minor

    @property
    def tax_minor(self) -> int:
        return sum(self.taxes)


@dataclass(slots=True)
class Refund:
    """total = lines + shipping + duties + adjustment, all with tax in. Lines may be none and an adjustment negative."""

    id: int
    created_at: datetime
    lines: list[RefundLine]
    shipping_minor: int = 0
    shipping_taxes: tuple[int, ...] = ()
    duty_minor: int = 0
    adjustment_minor: int = 0
    note: str = ""
    gateway: str = ""
    restock: bool = True
    shop_minor: int = 0  # set by Order.add_refund

    @property
    def total_minor(self) -> int:
        parts = (self.shipping_minor, self.duty_minor, self.adjustment_minor)
        return sum(line.total_minor for line in self.lines) + sum(parts)


@dataclass(slots=True)
class Edit:
    """Lines taken out and put in after the order was placed; `delta_minor` is what that did to its total."""

    id: int
    at: datetime
    removed: tuple[tuple[int, int], ...]  # (line id, units)
    added: tuple[int, ...]  # line ids
    delta_minor: int
    note: str = ""
    shop_minor: int = 0  # set by Order.add_edit


@dataclass(slots=True)
class Transaction:
    id: int
    kind: str  # sale | refund | void
    status: str  # success | failure | pending
    gateway: str
    minor: int
    at: datetime
    refund_id: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """How somebody came to the shop."""

    at: datetime
    landing_page: str
    referrer: str = ""
    source: str = "direct"
    utm: dict[str, str] = field(default_factory=dict)  # source medium campaign content term


@dataclass(slots=True)
class Order:
    """`placed_minor` is what was charged when placing it; edits and refunds come after and never change it."""

    id: int
    number: str
    name: str
    person_id: int | None
    email: str | None
    placed_at: datetime
    created_at: datetime
    updated_at: datetime
    currency: str
    lines: list[Line]
    placed_minor: int
    placed_shop_minor: int
    rate: Decimal | None = None  # shop currency per unit of the order's; None in the shop's own currency
    shop_currency: str = ""  # set with a rate
    as_guest: bool = False  # bought without logging in, though the person may have registered later
    taxes_included: bool = False
    tax_rates: tuple[TaxRate, ...] = ()
    shipping: list[ShippingLine] = field(default_factory=list)
    discounts: tuple[Discount, ...] = ()
    tip_minor: int = 0
    gift_minor: int = 0  # what a gift card paid of it
    payment: str = "paid"  # paid | pending | on_hold | failed
    paid_at: datetime | None = None
    fulfilled_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None  # customer | declined | fraud | inventory | other
    trashed_at: datetime | None = None
    told_total: str = ""  # WooCommerce's, where it is finer than the currency
    held_status: str = ""  # WooCommerce's, where it is not what happened: a plugin's own, or its reason is gone
    test: bool = False
    source_name: str = "web"  # web | pos | shopify_draft_order | an app
    gateway: str = "card"
    locale: str = "en"
    note: str = ""
    tags: tuple[str, ...] = ()
    meta: dict[str, object] = field(default_factory=dict)  # what plugins keep with it
    phone: str = ""
    billing: Address | None = None
    shipping_address: Address | None = None
    refunds: list[Refund] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    checkout_id: int | None = None
    checkout_token: str | None = None
    cart_token: str | None = None
    first_visit: Visit | None = None
    last_visit: Visit | None = None

    @property
    def duty_minor(self) -> int:
        return sum(line.duty_minor for line in self.lines)

    @property
    def adjusted_minor(self) -> int:
        return sum(edit.delta_minor for edit in self.edits)

    @property
    def refunded_minor(self) -> int:
        return sum(refund.total_minor for refund in self.refunds)

    @property
    def current_minor(self) -> int:
        return self.placed_minor + self.adjusted_minor - self.refunded_minor

    @property
    def refunded_shop_minor(self) -> int:
        return sum(refund.shop_minor for refund in self.refunds)

    @property
    def adjusted_shop_minor(self) -> int:
        return sum(edit.shop_minor for edit in self.edits)

    @property
    def current_shop_minor(self) -> int:
        return self.placed_shop_minor + self.adjusted_shop_minor - self.refunded_shop_minor

    @property
    def is_paid(self) -> bool:
        return self.payment == "paid"

    @property
    def is_fully_refunded(self) -> bool:
        return bool(self.refunds) and self.current_minor == 0

    def to_shop(self, minor: int) -> int:
        """An amount of this order in shop currency."""
        return minor if self.rate is None else convert(minor, self.rate, self.currency, self.shop_currency)

    def charged(self, line: Line | ShippingLine) -> int:
        """What a line cost the customer, tax in."""
        return line.total_minor + (0 if self.taxes_included else line.tax_minor)

    def charged_now(self, line: Line) -> int:
        """The same for the units that edits left."""
        taxes = 0 if self.taxes_included else sum(remaining(line, tax) for tax in line.taxes)
        return remaining(line, line.total_minor) + taxes

    def line(self, line_id: int) -> Line:
        return next(line for line in self.lines if line.id == line_id)

    def refunded_units(self, line_id: int) -> int:
        return sum(piece.quantity for refund in self.refunds for piece in refund.lines if piece.line_id == line_id)

    def add_refund(self, refund: Refund) -> None:
        """Takes the refund in; its shop amount is what it does to the converted total, so parts sum to the whole."""
        before = self.to_shop(self.current_minor)
        self.refunds.append(refund)
        refund.gateway = refund.gateway or self.gateway
        refund.shop_minor = before - self.to_shop(self.current_minor)
        paid_back = (refund.gateway, refund.total_minor, refund.created_at, refund.id)
        self.transactions.append(Transaction(refund.id, "refund", "success", *paid_back))

    def drop_refund(self, refund: Refund) -> None:
        """As if it had never been."""
        self.refunds.remove(refund)
        self.transactions = [each for each in self.transactions if each.refund_id != refund.id]

    def add_edit(self, edit: Edit) -> None:
        before = self.to_shop(self.current_minor)
        self.edits.append(edit)
        edit.shop_minor = self.to_shop(self.current_minor) - before


def remaining(line: Line, minor: int) -> int:
    """An amount of a line less the part of the units that edits removed."""
    return minor - share(minor, line.removed, line.quantity) if line.removed else minor
