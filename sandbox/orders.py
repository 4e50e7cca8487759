"""Makes orders, refunds and edits, to the last minor unit; the same for seeded and for live ones."""

from collections.abc import Sequence
from datetime import datetime

from sandbox.money import share
from sandbox.shop import Address, Edit, Line, Order, Person, Refund, RefundLine, Shop, Transaction, remaining
from sandbox.till import Basket, fill, ring_up

GIFT_CARD = "gift_card"


def new_order(
    shop: Shop,
    basket: Basket,
    person: Person | None,
    at: datetime,
    *,
    as_guest: bool = False,
    payment: str = "paid",
    gift_minor: int = 0,
    address: Address | None = None,
) -> Order:
    """A basket bought at a time; not yet among the shop's orders."""
    address = address or (person.address if person else None)
    number = 1001 + len(shop.orders)
    order = Order(
        id=shop.next_id(),
        number=str(number),
        name=f"#{number}",
        person_id=person.id if person else None,
        email=person.email if person else None,
        placed_at=at,
        created_at=at,
        updated_at=at,
        currency=basket.currency,
        lines=[],
        placed_minor=basket.total_minor,
        placed_shop_minor=0,
        as_guest=as_guest or (person is not None and not person.registered),
        tip_minor=basket.tip_minor,
        gift_minor=min(gift_minor, basket.total_minor),
        payment=payment,
        phone=person.phone if person else "",
        locale=person.locale if person else shop.locale,
        billing=address,
        shipping_address=address,
    )
    fill(order, shop, basket)
    order.placed_shop_minor = order.to_shop(order.placed_minor)
    _settle(order, shop, at)
    return order


def paid(order: Order, shop: Shop, at: datetime) -> None:
    """The money came."""
    order.payment = "paid"
    _settle(order, shop, at)


def _settle(order: Order, shop: Shop, at: datetime) -> None:
    if order.payment == "failed":
        order.cancelled_at, order.cancel_reason = at, "declined"
    if order.is_paid:
        order.paid_at = at
    status = {"paid": "success", "failed": "failure"}.get(order.payment, "pending")
    due = order.placed_minor + order.adjusted_minor
    parts = [(GIFT_CARD, order.gift_minor), (order.gateway, due - order.gift_minor)]
    for gateway, minor in parts if order.gift_minor else parts[1:]:
        order.transactions.append(Transaction(shop.next_id(), "sale", status, gateway, minor, at))


def refund_of(
    order: Order,
    refund_id: int,
    at: datetime,
    *,
    lines: Sequence[tuple[int, int]] = (),
    shipping_minor: int = 0,
    duty_minor: int = 0,
    amount_minor: int = 0,
    note: str = "",
) -> Refund:
    """Units of lines, some shipping and duties, some money without a reason; not yet added to the order."""
    pieces = [_piece(order, order.line(line_id), units) for line_id, units in lines]
    shipping_minor = min(shipping_minor, shipping_left(order))
    taxes = _shipping_taxes(order, shipping_minor)
    duty_minor = min(duty_minor, duties_left(order))
    return Refund(refund_id, at, pieces, shipping_minor, taxes, duty_minor, amount_minor, note)


def full_refund(order: Order, refund_id: int, at: datetime, note: str = "") -> Refund:
    """All that is left, tips and earlier differences too."""
    lines = [(line.id, left) for line in order.lines if (left := units_left(order, line))]
    pieces = [_piece(order, order.line(line_id), units) for line_id, units in lines]
    shipping, duty = shipping_left(order), duties_left(order)
    rest = order.current_minor - shipping - duty - sum(piece.total_minor for piece in pieces)
    parts = {"shipping_minor": shipping, "duty_minor": duty, "amount_minor": rest}
    return refund_of(order, refund_id, at, lines=lines, note=note, **parts)


def edit_of(
    order: Order,
    shop: Shop,
    at: datetime,
    *,
    remove: Sequence[tuple[int, int]] = (),
    add: Sequence[tuple[int, int]] = (),
    note: str = "",
) -> Edit:
    """Lines taken out and put in, priced as the order is; not yet added to the order's edits."""
    if order.duty_minor:
        raise ValueError("an order with duties cannot be edited")
    delta = sum(_take_out(order, order.line(line_id), units) for line_id, units in remove)
    added = _put_in(order, shop, add, at) if add else []
    delta += sum(order.charged(line) for line in added)
    return Edit(shop.next_id(), at, tuple(remove), tuple(line.id for line in added), delta, note)


def units_left(order: Order, line: Line) -> int:
    """Neither removed nor refunded."""
    return line.quantity - line.removed - order.refunded_units(line.id)


def shipping_left(order: Order) -> int:
    charged = sum(order.charged(line) for line in order.shipping)
    return charged - sum(refund.shipping_minor for refund in order.refunds)


def duties_left(order: Order) -> int:
    return order.duty_minor - sum(refund.duty_minor for refund in order.refunds)


def _take_out(order: Order, line: Line, units: int) -> int:
    if not 0 < units <= units_left(order, line):
        raise ValueError(f"line {line.id} has not {units} units to remove")
    before = order.charged_now(line)
    line.removed += units
    return order.charged_now(line) - before


def _put_in(order: Order, shop: Shop, items: Sequence[tuple[int, int]], at: datetime) -> list[Line]:
    country = order.shipping_address.country_code if order.shipping_address else shop.country_code
    taxed = bool(order.tax_rates)
    basket = ring_up(shop, items, country=country, currency=order.currency, shipping=None, taxed=taxed)
    for line in basket.lines:
        line.added_at = at
        order.lines.append(line)
    return basket.lines


def _piece(order: Order, line: Line, units: int) -> RefundLine:
    """A share of what is left of the line, so the last units take all of it and refunds sum to what it cost."""
    left = units_left(order, line)
    if not 0 < units <= left:
        raise ValueError(f"line {line.id} has not {units} units to refund")
    earlier = [piece for refund in order.refunds for piece in refund.lines if piece.line_id == line.id]
    back = order.charged_now(line) - sum(piece.total_minor for piece in earlier)
    taxes = [remaining(line, tax) for tax in line.taxes]
    taxes = [tax - sum(piece.taxes[i] for piece in earlier) for i, tax in enumerate(taxes)]
    return RefundLine(line.id, units, share(back, units, left), tuple(share(tax, units, left) for tax in taxes))


def _shipping_taxes(order: Order, minor: int) -> tuple[int, ...]:
    if not minor or not order.tax_rates:
        return ()
    charged = sum(order.charged(line) for line in order.shipping)
    taxes = [sum(line.taxes[i] for line in order.shipping) for i in range(len(order.tax_rates))]
    return tuple(share(tax, minor, charged) for tax in taxes)
