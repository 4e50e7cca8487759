"""Parts of an order with the order they belong to, since a line alone knows neither its currency nor its refunds."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.money import share
from sandbox.shop import Checkout, Line, Order, Refund, RefundLine, ShippingLine, Transaction
from sandbox.shopify.ledger import is_void


@dataclass(slots=True)
class OrderLine:
    order: Order
    line: Line

    @property
    def current_quantity(self) -> int:
        """Neither removed nor refunded."""
        if is_void(self.order):
            return 0
        taken = self.order.refunded_units(self.line.id) if self.order.refunds else 0
        return self.line.quantity - self.line.removed - taken

    def discounted(self, with_codes: bool) -> int:
        """The line's total; without codes, only what automatic and manual discounts took off."""
        if with_codes or not self.line.discounts:
            return self.line.total_minor
        kinds = self.order.discounts
        off = sum(minor for place, minor in self.line.discounts if kinds[place].kind != "code")
        return self.line.subtotal_minor - off

    @property
    def discounted_unit(self) -> int:
        return share(self.discounted(False), 1, self.line.quantity)

    @property
    def name(self) -> str:
        return f"{self.line.title} - {self.line.variant_title}" if self.line.variant_title else self.line.title


@dataclass(slots=True)
class OrderShipping:
    order: Order
    line: ShippingLine


@dataclass(slots=True)
class OrderTax:
    """One rate's tax over some parts of an order."""

    order: Order
    place: int
    parts: Sequence[Line | ShippingLine]

    @property
    def minor(self) -> int:
        return sum(part.taxes[self.place] for part in self.parts if part.taxes)


def parts(bought: Order | Checkout) -> list[Line | ShippingLine]:
    """All that has a price, a discount and a tax."""
    return [*bought.lines, *bought.shipping]


def order_taxes(order: Order) -> list[OrderTax]:
    """The tax of each rate over the whole order."""
    return [OrderTax(order, place, parts(order)) for place in range(len(order.tax_rates))]


@dataclass(slots=True)
class OrderRefund:
    order: Order
    refund: Refund

    def transactions(self) -> list["OrderTransaction"]:
        mine = (each for each in self.order.transactions if each.refund_id == self.refund.id)
        return [OrderTransaction(self.order, each) for each in mine]


@dataclass(slots=True)
class OrderRefundLine:
    order: Order
    refund: Refund
    piece: RefundLine
    place: int

    @property
    def number(self) -> int:
        return self.refund.id * 1_000 + self.place

    @property
    def subtotal(self) -> int:
        """As shown: with tax in where the order has it in."""
        return self.piece.total_minor - (0 if self.order.taxes_included else self.piece.tax_minor)


@dataclass(slots=True)
class OrderTransaction:
    order: Order
    transaction: Transaction

    @property
    def refund(self) -> Refund | None:
        wanted = self.transaction.refund_id
        return next((each for each in self.order.refunds if each.id == wanted), None) if wanted else None
