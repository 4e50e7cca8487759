"""Orders: their heads and totals."""

from collections.abc import Callable
from typing import Any

from sandbox.front.links import order_status
from sandbox.shop import Discount, Order, Visit, remaining
from sandbox.shopify.compiler import Arguments, Call, Fields, Read, WithArguments
from sandbox.shopify.ledger import agreements, current_minor, current_shop_minor, is_void
from sandbox.shopify.paging import Within
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.sold import OrderLine, OrderRefund, OrderShipping, OrderTransaction, order_taxes, parts
from sandbox.shopify.values import Bag, gid, iso
from sandbox.shopify.world import World

APPS = {
    "web": ("gid://shopify/App/580111", "Online Store"),
    "pos": ("gid://shopify/App/129785", "Point of Sale"),
    "shopify_draft_order": ("gid://shopify/App/1354745", "Draft Orders"),
}
TILL = ("gid://shopify/Location/1", "Main street")


def limited(read: Callable[[Any], list[Any]]) -> WithArguments:
    """A plain list that takes `first`."""

    def make(args: Arguments, call: Call) -> Read:
        first = args.get("first")
        return read if first is None else lambda source: read(source)[:first]

    return WithArguments(make)


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


def fields(world: World) -> Fields:
    order = {**_head(world), **_totals(world), **_parts(world)}
    return {"Order": order, "OrderApp": _app(), **_journey(), **_fulfilled()}


def _head(world: World) -> dict[str, Any]:
    shop = world.shop
    return {
        "id": lambda order: gid("Order", order.id),
        "legacyResourceId": lambda order: str(order.id),
        "name": lambda order: order.name,
        "number": lambda order: int(order.number),
        "confirmationNumber": confirmation_number,
        "createdAt": lambda order: iso(order.created_at),
        "processedAt": lambda order: iso(order.placed_at),
        "updatedAt": lambda order: iso(order.updated_at),
        "cancelledAt": lambda order: iso(order.cancelled_at),
        "cancelReason": lambda order: order.cancel_reason.upper() if order.cancel_reason else None,
        "closedAt": lambda order: iso(order.cancelled_at),
        "closed": lambda order: order.cancelled_at is not None,
        "confirmed": lambda order: True,
        "test": lambda order: order.test,
        "edited": lambda order: bool(order.edits),
        "email": lambda order: order.email,
        "phone": lambda order: blank(order.phone),
        "customerLocale": lambda order: order.locale,
        "customerAcceptsMarketing": lambda order: accepts(world, order),
        "note": lambda order: blank(order.note),
        "tags": lambda order: sorted(order.tags, key=str.lower),
        "sourceName": lambda order: order.source_name,
        "poNumber": lambda _: None,
        "statusPageUrl": lambda order: status_url(world, order),
        "displayFinancialStatus": financial_status,
        "displayFulfillmentStatus": lambda order: "FULFILLED" if order.fulfilled_at else "UNFULFILLED",
        "returnStatus": lambda _: "NO_RETURN",
        "fullyPaid": lambda order: order.is_paid and received(order) >= order.placed_minor + order.adjusted_minor,
        "unpaid": lambda order: not order.is_paid,
        "currencyCode": lambda _: shop.currency,
        "presentmentCurrencyCode": lambda order: order.currency,
        "taxesIncluded": lambda order: order.taxes_included,
        "taxExempt": lambda order: not order.tax_rates,
        "estimatedTaxes": lambda _: False,
        "dutiesIncluded": lambda _: False,
        "discountCodes": codes,
        "discountCode": lambda order: next(iter(codes(order)), None),
        "customAttributes": lambda _: [],
        "paymentGatewayNames": lambda order: [order.gateway] if order.gateway else [],
        "cartToken": lambda order: order.cart_token,
        "checkoutToken": lambda order: order.checkout_token,
        "attribution": lambda _: None,
        "purchasingEntity": lambda order: world.person(order.person_id),
        "customer": lambda order: world.person(order.person_id),
        "billingAddress": lambda order: order.billing,
        "shippingAddress": lambda order: order.shipping_address,
        "retailLocation": lambda order: TILL if order.source_name == "pos" else None,
        "app": lambda order: APPS.get(order.source_name, APPS["web"]),
        "landingPageUrl": lambda order: order.first_visit.landing_page if order.first_visit else None,
        "referrerUrl": lambda order: blank(order.first_visit.referrer) if order.first_visit else None,
        "customerJourneySummary": lambda order: (world, order) if order.first_visit else None,
    }


def confirmation_number(order: Order) -> str:
    """Nine signs that tell nothing of the order's number."""
    return f"{order.id * 2_654_435_761 % 16**9:09X}"


def status_url(world: World, order: Order) -> str:
    return order_status(f"https://{world.options.domain}", order)


def accepts(world: World, order: Order) -> bool:
    person = world.person(order.person_id)
    return bool(person and person.consent and person.consent.state == "subscribed")


def _totals(world: World) -> dict[str, Any]:
    def bag(read: Callable[[Order], int]) -> Read:
        return lambda order: world.amounts.bag(order, read(order))

    def settled(read: Callable[[Order], int], read_shop: Callable[[Order], int]) -> Callable[[Order], Bag]:
        return lambda order: world.amounts.settled(order, read(order), read_shop(order))

    return {
        "originalTotalPriceSet": settled(lambda order: order.placed_minor, lambda order: order.placed_shop_minor),
        "totalPriceSet": lambda order: total_price(world, order),
        "subtotalPriceSet": bag(lambda order: sum(line.total_minor for line in order.lines)),
        "totalDiscountsSet": bag(lambda order: sum(part.discount_minor for part in parts(order))),
        "totalTaxSet": bag(lambda order: sum(part.tax_minor for part in parts(order))),
        "totalShippingPriceSet": bag(lambda order: sum(part.total_minor for part in order.shipping)),
        "totalTipReceivedSet": bag(lambda order: order.tip_minor),
        "totalRefundedSet": settled(lambda order: order.refunded_minor, lambda order: order.refunded_shop_minor),
        "totalRefundedShippingSet": bag(lambda order: sum(refund.shipping_minor for refund in order.refunds)),
        "totalReceivedSet": settled(received, received_shop),
        "netPaymentSet": settled(
            lambda order: received(order) - order.refunded_minor,
            lambda order: received_shop(order) - order.refunded_shop_minor,
        ),
        "totalOutstandingSet": settled(
            lambda order: current_minor(order) - received(order) + order.refunded_minor,
            lambda order: current_shop_minor(order) - received_shop(order) + order.refunded_shop_minor,
        ),
        "currentTotalPriceSet": settled(current_minor, current_shop_minor),
        "currentSubtotalPriceSet": bag(current_subtotal),
        "currentTotalTaxSet": bag(current_tax),
        "currentTotalDiscountsSet": bag(current_discounts),
        "currentShippingPriceSet": bag(current_shipping),
        "currentTotalDutiesSet": lambda _: None,
        "originalTotalDutiesSet": lambda _: None,
        "subtotalLineItemsQuantity": lambda order: sum(line.quantity for line in order.lines),
        "currentSubtotalLineItemsQuantity": lambda order: sum(line.current_quantity for line in lines(order)),
    }


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


def current_shipping(order: Order) -> int:
    """Shipping as shown, less what was refunded of it."""
    if is_void(order):
        return 0
    back = sum(
        refund.shipping_minor - (0 if order.taxes_included else sum(refund.shipping_taxes)) for refund in order.refunds
    )
    return sum(line.total_minor for line in order.shipping) - back


def _parts(world: World) -> dict[str, Any]:
    return {
        "shippingLine": lambda order: OrderShipping(order, order.shipping[0]) if order.shipping else None,
        "shippingLines": Within(lambda order: [OrderShipping(order, line) for line in order.shipping]),
        "taxLines": order_taxes,
        "discountApplications": Within(lambda order: [(*each, world.shop.currency) for each in discounts(order)]),
        "lineItems": Within(lines),
        "refunds": limited(lambda order: [OrderRefund(order, refund) for refund in order.refunds]),
        "transactions": limited(lambda order: [OrderTransaction(order, each) for each in order.transactions]),
        "fulfillments": limited(lambda order: [order] if order.fulfilled_at else []),
        "agreements": Within(agreements),
    }


def _app() -> dict[str, Any]:
    icon = "https://cdn.shopify.com/applications/icon.png"
    return {"id": lambda app: app[0], "name": lambda app: app[1], "icon": lambda _: icon}


def _fulfilled() -> Fields:
    return {
        "Fulfillment": {
            "id": lambda order: gid("Fulfillment", order.id),
            "name": lambda order: f"{order.name}-F1",
            "status": lambda _: "SUCCESS",
            "displayStatus": lambda _: "FULFILLED",
            "createdAt": lambda order: iso(order.fulfilled_at),
            "updatedAt": lambda order: iso(order.fulfilled_at),
            "deliveredAt": lambda _: None,
            "trackingInfo": lambda _: [],
        },
        "FulfillmentTrackingInfo": {"company": lambda _: None, "number": lambda _: None, "url": lambda _: None},
    }


def _journey() -> Fields:
    """How somebody came to the order; the source is the world with the order, or a visit with its order's id."""
    return {
        "CustomerJourneySummary": {
            "ready": lambda pair: True,
            "customerOrderIndex": lambda pair: _place_of(*pair),
            "daysToConversion": lambda pair: (pair[1].placed_at - pair[1].first_visit.at).days,
            "momentsCount": lambda pair: (1 if pair[1].first_visit is pair[1].last_visit else 2, "EXACT"),
            "firstVisit": lambda pair: (pair[1], pair[1].first_visit),
            "lastVisit": lambda pair: (pair[1], pair[1].last_visit or pair[1].first_visit),
        },
        "CustomerVisit": {
            "id": lambda pair: gid("CustomerVisit", _visit_number(*pair)),
            "landingPage": lambda pair: blank(pair[1].landing_page),
            "referrerUrl": lambda pair: blank(pair[1].referrer),
            "referralCode": lambda pair: None,
            "source": lambda pair: pair[1].source,
            "sourceDescription": lambda pair: None,
            "sourceType": lambda pair: None,
            "occurredAt": lambda pair: iso(pair[1].at),
            "utmParameters": lambda pair: pair[1].utm or None,
        },
        "UTMParameters": {name: _reader(name) for name in ("source", "medium", "campaign", "content", "term")},
    }


def _reader(name: str) -> Read:
    return lambda utm: utm.get(name)


def _place_of(world: World, order: Order) -> int | None:
    if order.person_id is None:
        return None
    return next((place for place, each in enumerate(world.orders_of(order.person_id)) if each is order), None)


def _visit_number(order: Order, visit: Visit) -> int:
    return order.id * 10 + (1 if visit is order.first_visit else 2)
