"""What can be said of an order as a whole: its state, and its totals before and after changes."""

from sandbox.front.links import order_status
from sandbox.shop import Discount, Order, remaining
from sandbox.shopify.ledger import is_void
from sandbox.shopify.sold import OrderLine
from sandbox.shopify.values import Bag
from sandbox.shopify.world import World

APPS = {
    "web": ("gid://shopify/App/580111", "Online Store"),
    "pos": ("gid://shopify/App/129785", "Point of Sale"),
    "shopify_draft_order": ("gid://shopify/App/1354745", "Draft Orders"),
}
TILL = ("gid://shopify/Location/1", "Main street")


def lines(order: Order) -> list[OrderLine]:
    return [OrderLine(order, line) for line in order.lines]


def discounts(order: Order) -> list[tuple[int, Discount]]:
    return list(enumerate(order.discounts))


def codes(order: Order) -> list[str]:
    return [discount.title for discount in order.discounts if discount.kind == "code"]


def received(order: Order) -> int:
    return sum(each.minor for each in order.transactions if each.kind == "sale" and each.status == "success")


def received_shop(order: Order) -> int:
    paid = (each.minor for each in order.transactions if each.kind == "sale" and each.status == "success")
    return sum(order.to_shop(minor) for minor in paid)


def financial_status(order: Order) -> str:
    if is_void(order):
        return "VOIDED"
    if not order.is_paid:
        return "PENDING"
    if order.refunded_minor:
        return "REFUNDED" if order.current_minor == 0 else "PARTIALLY_REFUNDED"
    return "PARTIALLY_PAID" if received(order) < order.current_minor else "PAID"


def confirmation_number(order: Order) -> str:
    """Nine signs that tell nothing of the order's number."""
    return f"{order.id * 2_654_435_761 % 16**9:09X}"


def status_url(world: World, order: Order) -> str:
    return order_status(f"https://{world.options.domain}", order)


def accepts(world: World, order: Order) -> bool:
    person = world.person(order.person_id)
    return bool(person and person.consent and person.consent.state == "subscribed")


def total_price(world: World, order: Order) -> Bag:
    """With what edits put in; what they took out stays in it, as the platform has it."""
    added = sum(order.charged(line) for line in order.lines if line.added_at is not None)
    return world.amounts.settled(order, order.placed_minor + added, order.placed_shop_minor + order.to_shop(added))


def current_subtotal(order: Order) -> int:
    """Lines after edits and refunds, as shown."""
    if is_void(order):
        return 0
    kept = sum(remaining(line, line.total_minor) for line in order.lines)
    pieces = [piece for refund in order.refunds for piece in refund.lines]
    return kept - sum(piece.total_minor - (0 if order.taxes_included else piece.tax_minor) for piece in pieces)


def current_tax(order: Order) -> int:
    if is_void(order):
        return 0
    kept = sum(remaining(line, tax) for line in order.lines for tax in line.taxes)
    kept += sum(line.tax_minor for line in order.shipping)
    back = sum(piece.tax_minor for refund in order.refunds for piece in refund.lines)
    return kept - back - sum(tax for refund in order.refunds for tax in refund.shipping_taxes)


def current_discounts(order: Order) -> int:
    if is_void(order):
        return 0
    return sum(remaining(line, line.discount_minor) for line in order.lines)


def current_duties(order: Order) -> int:
    return 0 if is_void(order) else order.duty_minor - sum(refund.duty_minor for refund in order.refunds)


def duties(world: World, order: Order, minor: int) -> Bag | None:
    """Nothing at all where an order bears none."""
    return world.amounts.bag(order, minor) if order.duty_minor else None


def gateways(order: Order) -> list[str]:
    """All that it was paid by, each once."""
    return list(dict.fromkeys(each.gateway for each in order.transactions if each.kind == "sale" and each.gateway))


def current_shipping(order: Order) -> int:
    """Shipping as shown, less what was refunded of it."""
    if is_void(order):
        return 0
    back = sum(
        refund.shipping_minor - (0 if order.taxes_included else sum(refund.shipping_taxes)) for refund in order.refunds
    )
    return sum(line.total_minor for line in order.shipping) - back
