"""Webhook bodies of orders: REST-like, money padded, ids as numbers, times in the shop's zone."""

from sandbox.money import decimal
from sandbox.shop import Discount, Order
from sandbox.shopify import order_facts as totals
from sandbox.shopify.ledger import current_minor, current_shop_minor
from sandbox.shopify.order_facts import financial_status, lines, received
from sandbox.shopify.payload_fulfillments import fulfillment
from sandbox.shopify.payload_parts import Body, money_set, shipping_line, sold_line, tax_lines
from sandbox.shopify.payload_people import address_of, customer_of, shop_time
from sandbox.shopify.payload_refunds import refund
from sandbox.shopify.sold import OrderRefund, parts
from sandbox.shopify.values import gid
from sandbox.shopify.world import World

# what the platform says of an order and nobody of the sandbox knows
_UNSAID = dict.fromkeys((
    "browser_ip", "client_details", "device_id", "landing_site_ref", "merchant_of_record_app_id", "po_number",
    "reference", "source_identifier", "source_url", "user_id",
))  # fmt: skip


def order(world: World, order: Order) -> Body:
    """orders/create, /updated, /cancelled, /paid, /fulfilled. The id of the checkout is not in it, its token is."""
    person = world.person(order.person_id)
    return {
        **_head(world, order),
        **_totals(world, order),
        "billing_address": address_of(order.billing),
        "customer": customer_of(world, person) if person else None,
        "discount_applications": [_application(each) for each in order.discounts],
        "fulfillments": [fulfillment(world, order)] if order.fulfilled_at else [],
        "line_items": [sold_line(world, each) for each in lines(order)],
        "payment_terms": None,
        "refunds": [refund(world, OrderRefund(order, each)) for each in order.refunds],
        "shipping_address": address_of(order.shipping_address),
        "shipping_lines": [shipping_line(world, order, each) for each in order.shipping],
        "returns": [],
        "line_item_groups": [],
    }


def _head(world: World, order: Order) -> Body:
    return {
        **_UNSAID,
        **_names(world, order),
        **_moments(world, order),
        **_standing(order),
        **_buyer(world, order),
        **_origin(order),
        "currency": world.shop.currency,
        "presentment_currency": order.currency,
        "discount_codes": _codes(order),
        "tax_lines": tax_lines(world, order, parts(order)),
        "taxes_included": order.taxes_included,
        "tax_exempt": not order.tax_rates,
        "duties_included": False,
        "estimated_taxes": False,
    }


def _names(world: World, order: Order) -> Body:
    return {
        "id": order.id,
        "admin_graphql_api_id": gid("Order", order.id),
        "name": order.name,
        "number": int(order.number) - 1000,
        "order_number": int(order.number),
        "confirmation_number": totals.confirmation_number(order),
        "token": order.checkout_token or f"{order.id:032x}",
        "cart_token": order.cart_token,
        "checkout_token": order.checkout_token,
        "order_status_url": totals.status_url(world, order),
        "merchant_business_entity_id": "MTYwMzEzNTAxODc5",
    }


def _moments(world: World, order: Order) -> Body:
    moments = {
        "created_at": order.created_at,
        "processed_at": order.placed_at,
        "updated_at": order.updated_at,
        "cancelled_at": order.cancelled_at,
        "closed_at": order.cancelled_at,
    }
    return {name: shop_time(world, moment) for name, moment in moments.items()}


def _standing(order: Order) -> Body:
    return {
        "confirmed": True,
        "test": order.test,
        "cancel_reason": order.cancel_reason,
        "financial_status": financial_status(order).lower(),
        "fulfillment_status": "fulfilled" if order.fulfilled_at else None,
        "payment_gateway_names": totals.gateways(order),
        "note": order.note or None,
        "note_attributes": [],
        "tags": ", ".join(order.tags),
        "total_weight": 0,
    }


def _buyer(world: World, order: Order) -> Body:
    return {
        "email": order.email or "",
        "contact_email": order.email,
        "phone": order.phone or None,
        "customer_locale": order.locale,
        "buyer_accepts_marketing": totals.accepts(world, order),
    }


def _origin(order: Order) -> Body:
    visit = order.first_visit
    return {
        "app_id": int(totals.APPS.get(order.source_name, totals.APPS["web"])[0].rpartition("/")[2]),
        "source_name": order.source_name,
        "location_id": 1 if order.source_name == "pos" else None,
        "landing_site": visit.landing_page if visit else None,
        "referring_site": visit.referrer if visit else None,
    }


def _totals(world: World, order: Order) -> Body:
    """Each total as a text in shop money and as a set in both."""
    bag, settled = world.amounts.bag, world.amounts.settled
    sets = {
        "current_subtotal_price": bag(order, totals.current_subtotal(order)),
        "current_total_discounts": bag(order, totals.current_discounts(order)),
        "current_total_price": settled(order, current_minor(order), current_shop_minor(order)),
        "current_total_tax": bag(order, totals.current_tax(order)),
        "subtotal_price": bag(order, sum(line.total_minor for line in order.lines)),
        "total_discounts": bag(order, sum(part.discount_minor for part in parts(order))),
        "total_line_items_price": bag(order, sum(line.subtotal_minor for line in order.lines)),
        "total_price": totals.total_price(world, order),
        "total_tax": bag(order, sum(part.tax_minor for part in parts(order))),
    }
    outstanding = current_minor(order) - received(order) + order.refunded_minor
    body: Body = {name: decimal(*each.shop) for name, each in sets.items()}
    body |= {f"{name}_set": money_set(each) for name, each in sets.items()}
    return body | {
        "current_shipping_price_set": money_set(bag(order, totals.current_shipping(order))),
        "current_total_additional_fees_set": None,
        "current_total_duties_set": _duties(world, order, totals.current_duties(order)),
        "original_total_additional_fees_set": None,
        "original_total_duties_set": _duties(world, order, order.duty_minor),
        "total_shipping_price_set": money_set(bag(order, sum(part.total_minor for part in order.shipping))),
        "total_cash_rounding_payment_adjustment_set": money_set(bag(order, 0)),
        "total_cash_rounding_refund_adjustment_set": money_set(bag(order, 0)),
        "total_outstanding": decimal(*bag(order, outstanding).shop),
        "total_tip_received": decimal(*bag(order, order.tip_minor).shop),
    }


def _duties(world: World, order: Order, minor: int) -> Body | None:
    bag = totals.duties(world, order, minor)
    return money_set(bag) if bag else None


def _codes(order: Order) -> list[Body]:
    return [_code(order, place, each) for place, each in enumerate(order.discounts) if each.kind == "code"]


def _code(order: Order, place: int, discount: Discount) -> Body:
    off = sum(minor for part in parts(order) for at, minor in part.discounts if at == place)
    kind = {"percentage": "percentage", "shipping": "shipping"}.get(discount.value_type, "fixed_amount")
    return {"code": discount.title, "amount": decimal(off, order.currency), "type": kind}


def _application(discount: Discount) -> Body:
    is_shipping = discount.value_type == "shipping"
    kind = {"code": "discount_code"}.get(discount.kind, discount.kind)
    return {
        "target_type": "shipping_line" if is_shipping else "line_item",
        "type": kind,
        "value": "100.0" if is_shipping else str(discount.value),
        "value_type": "percentage" if is_shipping else discount.value_type,
        "allocation_method": "each" if is_shipping else "across",
        "target_selection": "all",
        "code" if discount.kind == "code" else "title": discount.title,
    }
