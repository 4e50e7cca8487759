"""Orders: their heads, totals and parts."""

from collections.abc import Callable
from typing import Any

from sandbox.shop import Order
from sandbox.shopify.compiler import Arguments, Call, Fields, Read, WithArguments
from sandbox.shopify.ledger import agreements, current_minor, current_shop_minor
from sandbox.shopify.order_facts import (
    APPS,
    TILL,
    accepts,
    codes,
    confirmation_number,
    current_discounts,
    current_duties,
    current_shipping,
    current_subtotal,
    current_tax,
    discounts,
    duties,
    financial_status,
    gateways,
    lines,
    received,
    received_shop,
    status_url,
    total_price,
)
from sandbox.shopify.paging import Within
from sandbox.shopify.resolve_journeys import fulfillment_fields, journey_fields
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.sold import OrderRefund, OrderShipping, OrderTransaction, order_taxes, parts
from sandbox.shopify.values import Bag, gid, iso
from sandbox.shopify.world import World


def limited(read: Callable[[Any], list[Any]]) -> WithArguments:
    """A plain list that takes `first`."""

    def make(args: Arguments, call: Call) -> Read:
        first = args.get("first")
        return read if first is None else lambda source: read(source)[:first]

    return WithArguments(make)


def fields(world: World) -> Fields:
    said = {**_names(world), **_moments(), **_standing(), **_pricing(world), **_buyer(world), **_origin(world)}
    order = {**said, **_totals(world), **_parts(world)}
    return {"Order": order, "OrderApp": _app(), **journey_fields(), **fulfillment_fields()}


def _names(world: World) -> dict[str, Any]:
    return {
        "id": lambda order: gid("Order", order.id),
        "legacyResourceId": lambda order: str(order.id),
        "name": lambda order: order.name,
        "number": lambda order: int(order.number),
        "confirmationNumber": confirmation_number,
        "poNumber": lambda _: None,
        "cartToken": lambda order: order.cart_token,
        "checkoutToken": lambda order: order.checkout_token,
        "statusPageUrl": lambda order: status_url(world, order),
        "note": lambda order: blank(order.note),
        "tags": lambda order: sorted(order.tags, key=str.lower),
        "customAttributes": lambda _: [],
    }


def _moments() -> dict[str, Any]:
    return {
        "createdAt": lambda order: iso(order.created_at),
        "processedAt": lambda order: iso(order.placed_at),
        "updatedAt": lambda order: iso(order.updated_at),
        "cancelledAt": lambda order: iso(order.cancelled_at),
        "closedAt": lambda order: iso(order.cancelled_at),
    }


def _standing() -> dict[str, Any]:
    return {
        "cancelReason": lambda order: order.cancel_reason.upper() if order.cancel_reason else None,
        "closed": lambda order: order.cancelled_at is not None,
        "confirmed": lambda order: True,
        "test": lambda order: order.test,
        "edited": lambda order: bool(order.edits),
        "displayFinancialStatus": financial_status,
        "displayFulfillmentStatus": lambda order: "FULFILLED" if order.fulfilled_at else "UNFULFILLED",
        "returnStatus": lambda _: "NO_RETURN",
        "fullyPaid": lambda order: order.is_paid and received(order) >= order.placed_minor + order.adjusted_minor,
        "unpaid": lambda order: not order.is_paid,
        "paymentGatewayNames": gateways,
    }


def _pricing(world: World) -> dict[str, Any]:
    """How its amounts are to be read."""
    shop = world.shop
    return {
        "currencyCode": lambda _: shop.currency,
        "presentmentCurrencyCode": lambda order: order.currency,
        "taxesIncluded": lambda order: order.taxes_included,
        "taxExempt": lambda order: not order.tax_rates,
        "estimatedTaxes": lambda _: False,
        "dutiesIncluded": lambda _: False,
        "discountCodes": codes,
        "discountCode": lambda order: next(iter(codes(order)), None),
    }


def _buyer(world: World) -> dict[str, Any]:
    return {
        "email": lambda order: order.email,
        "phone": lambda order: blank(order.phone),
        "customerLocale": lambda order: order.locale,
        "customerAcceptsMarketing": lambda order: accepts(world, order),
        "purchasingEntity": lambda order: world.person(order.person_id),
        "customer": lambda order: world.person(order.person_id),
        "billingAddress": lambda order: order.billing,
        "shippingAddress": lambda order: order.shipping_address,
    }


def _origin(world: World) -> dict[str, Any]:
    return {
        "sourceName": lambda order: order.source_name,
        "app": lambda order: APPS.get(order.source_name, APPS["web"]),
        "retailLocation": lambda order: TILL if order.source_name == "pos" else None,
        "attribution": lambda _: None,
        "landingPageUrl": lambda order: order.first_visit.landing_page if order.first_visit else None,
        "referrerUrl": lambda order: blank(order.first_visit.referrer) if order.first_visit else None,
        "customerJourneySummary": lambda order: (world, order) if order.first_visit else None,
    }


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
        "currentTotalDutiesSet": lambda order: duties(world, order, current_duties(order)),
        "originalTotalDutiesSet": lambda order: duties(world, order, order.duty_minor),
        "subtotalLineItemsQuantity": lambda order: sum(line.quantity for line in order.lines),
        "currentSubtotalLineItemsQuantity": lambda order: sum(line.current_quantity for line in lines(order)),
    }


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
