"""An order's agreements and sales: what was sold when it was placed, edited, refunded or cancelled unpaid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sandbox.money import share
from sandbox.shop import Edit, Line, Order, Refund, RefundLine, ShippingLine
from sandbox.shopify.values import gid

LINE_TYPES = {
    "ProductSale": "PRODUCT",
    "GiftCardSale": "GIFT_CARD",
    "ShippingLineSale": "SHIPPING",
    "DutySale": "DUTY",
    "TipSale": "TIP",
    "AdjustmentSale": "ADJUSTMENT",
}


@dataclass(slots=True)
class Sale:
    """One entry: an amount with tax, the tax in it, and its part in shop money, which add up to the agreement's."""

    typename: str  # ProductSale, GiftCardSale, ShippingLineSale, DutySale, TipSale, AdjustmentSale
    action: str  # ORDER, RETURN
    quantity: int | None
    minor: int
    tax_minor: int = 0
    discount_minor: int = 0
    line: Line | None = None
    shipping: ShippingLine | None = None
    id: str = ""
    shop_minor: int = 0
    order: Order | None = None

    @property
    def line_type(self) -> str:
        return LINE_TYPES[self.typename]


@dataclass(slots=True)
class Agreement:
    typename: str  # OrderAgreement, OrderEditAgreement, RefundAgreement
    number: int
    at: datetime
    reason: str
    order: Order
    sales: list[Sale]
    refund: Refund | None = None


def is_void(order: Order) -> bool:
    """Cancelled before any money came: nothing of it stands any more."""
    return order.cancelled_at is not None and not order.is_paid


def current_minor(order: Order) -> int:
    return 0 if is_void(order) else order.current_minor


def current_shop_minor(order: Order) -> int:
    return 0 if is_void(order) else order.current_shop_minor


def agreements(order: Order) -> list[Agreement]:
    """In the order of time. The sales of all of them sum to the order's current total, in both currencies."""
    changes: list[Edit | Refund] = sorted([*order.edits, *order.refunds], key=_time)
    removed: dict[int, int] = {}
    found = [_placed(order)]
    for change in changes:
        found.append(_edited(order, change, removed) if isinstance(change, Edit) else _refunded(order, change))
    if is_void(order):
        found.append(_voided(order))
    return found


def _time(change: Edit | Refund) -> datetime:
    return change.at if isinstance(change, Edit) else change.created_at


def _placed(order: Order) -> Agreement:
    sales = [_sold(order, line) for line in order.lines if line.added_at is None]
    for shipping in order.shipping:
        tax, off = shipping.tax_minor, shipping.discount_minor
        sales.append(Sale("ShippingLineSale", "ORDER", 1, order.charged(shipping), tax, off, shipping=shipping))
    sales += [Sale("DutySale", "ORDER", 1, line.duty_minor) for line in order.lines if line.duty_minor]
    if order.tip_minor:
        sales.append(Sale("TipSale", "ORDER", 1, order.tip_minor))
    agreement = Agreement("OrderAgreement", order.id * 10 + 1, order.placed_at, "ORDER", order, sales)
    return _settle(agreement, order.placed_shop_minor)


def _sold(order: Order, line: Line) -> Sale:
    tax, off = line.tax_minor, line.discount_minor
    return Sale(_kind(line), "ORDER", line.quantity, order.charged(line), tax, off, line)


def _kind(line: Line) -> str:
    return "GiftCardSale" if line.is_gift_card else "ProductSale"


def _edited(order: Order, edit: Edit, removed: dict[int, int]) -> Agreement:
    sales = [_taken_out(order, order.line(line_id), units, removed) for line_id, units in edit.removed]
    sales += [_sold(order, order.line(line_id)) for line_id in edit.added]
    agreement = Agreement("OrderEditAgreement", edit.id * 10 + 2, edit.at, "ORDER_EDIT", order, sales)
    return _settle(agreement, edit.shop_minor)


def _taken_out(order: Order, line: Line, units: int, removed: dict[int, int]) -> Sale:
    before = removed.get(line.id, 0)
    removed[line.id] = before + units

    def change(minor: int) -> int:
        return share(minor, before, line.quantity) - share(minor, before + units, line.quantity)

    tax = sum(change(each) for each in line.taxes)
    total = change(line.total_minor) + (0 if order.taxes_included else tax)
    return Sale(_kind(line), "RETURN", -units, total, tax, change(line.discount_minor), line)


def _refunded(order: Order, refund: Refund) -> Agreement:
    sales = [_given_back(order, piece) for piece in refund.lines]
    if refund.shipping_minor:
        tax = sum(refund.shipping_taxes)
        shipping = order.shipping[0] if order.shipping else None
        sales.append(Sale("ShippingLineSale", "RETURN", -1, -refund.shipping_minor, -tax, shipping=shipping))
    if refund.duty_minor:
        sales.append(Sale("DutySale", "RETURN", -1, -refund.duty_minor))
    if refund.adjustment_minor:
        sales.append(Sale("AdjustmentSale", "RETURN", None, -refund.adjustment_minor))
    agreement = Agreement("RefundAgreement", refund.id * 10 + 3, refund.created_at, "REFUND", order, sales, refund)
    return _settle(agreement, -refund.shop_minor)


def _given_back(order: Order, piece: RefundLine) -> Sale:
    line = order.line(piece.line_id)
    return Sale(_kind(line), "RETURN", -piece.quantity, -piece.total_minor, -piece.tax_minor, line=line)


def _voided(order: Order) -> Agreement:
    """The schema has no agreement for cancelling what nobody paid; an edit that takes all of it out is the nearest."""
    at = order.cancelled_at or order.updated_at
    agreement = Agreement("OrderEditAgreement", order.id * 10 + 4, at, "ORDER_EDIT", order, list(_all_out(order)))
    return _settle(agreement, -order.current_shop_minor)


def _all_out(order: Order) -> Iterator[Sale]:
    for line in order.lines:
        if left := line.quantity - line.removed:
            yield Sale(_kind(line), "RETURN", -left, -order.charged_now(line), line=line)
        if line.duty_minor:
            yield Sale("DutySale", "RETURN", -1, -line.duty_minor)
    for shipping in order.shipping:
        yield Sale("ShippingLineSale", "RETURN", -1, -order.charged(shipping), -shipping.tax_minor, shipping=shipping)
    if order.tip_minor:
        yield Sale("TipSale", "RETURN", -1, -order.tip_minor)


def _settle(agreement: Agreement, shop_minor: int) -> Agreement:
    """Shop money of each sale; what conversion leaves over goes to the last."""
    order = agreement.order
    for place, sale in enumerate(agreement.sales):
        sale.order = order
        sale.id = gid("Sale", agreement.number * 10_000 + place)
        sale.shop_minor = order.to_shop(sale.minor)
    if agreement.sales:
        agreement.sales[-1].shop_minor += shop_minor - sum(sale.shop_minor for sale in agreement.sales)
    return agreement
