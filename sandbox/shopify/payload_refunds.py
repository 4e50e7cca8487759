"""Webhook bodies of refunds."""

from sandbox.money import decimal
from sandbox.shop import Order, Refund
from sandbox.shopify.payload_parts import Body, given_line, money_set, shipping_line
from sandbox.shopify.payload_payments import transaction
from sandbox.shopify.payload_people import shop_time
from sandbox.shopify.resolve_lines import refund_lines
from sandbox.shopify.sold import OrderLine, OrderRefund, OrderRefundLine
from sandbox.shopify.values import gid
from sandbox.shopify.world import World


def refund(world: World, back: OrderRefund) -> Body:
    """refunds/create."""
    order, given = back.order, back.refund
    at = shop_time(world, given.created_at)
    return {
        "id": given.id,
        "order_id": order.id,
        "created_at": at,
        "note": given.note or None,
        "user_id": None,
        "processed_at": at,
        "duties": [],
        "total_duties_set": money_set(world.amounts.bag(order, given.duty_minor)),
        "return": None,
        "refund_shipping_lines": _refunded_shipping(world, order, given),
        "restock": given.restock,
        "admin_graphql_api_id": gid("Refund", given.id),
        "order_adjustments": _adjustments(world, order, given),
        "refund_line_items": [_refund_line(world, each) for each in refund_lines(back)],
        "transactions": [transaction(world, each) for each in back.transactions()],
    }


def _refund_line(world: World, back: OrderRefundLine) -> Body:
    """Here subtotal and tax are numbers, as in the platform's samples."""
    subtotal, tax = world.amounts.bag(back.order, back.subtotal), world.amounts.bag(back.order, back.piece.tax_minor)
    return {
        "id": back.number,
        "quantity": back.piece.quantity,
        "line_item_id": back.piece.line_id,
        "location_id": None,
        "restock_type": "return" if back.refund.restock else "no_restock",
        "subtotal": float(decimal(*subtotal.shop)),
        "total_tax": float(decimal(*tax.shop)),
        "subtotal_set": money_set(subtotal),
        "total_tax_set": money_set(tax),
        "line_item": given_line(world, OrderLine(back.order, back.order.line(back.piece.line_id))),
    }


def _refunded_shipping(world: World, order: Order, given: Refund) -> list[Body]:
    if not given.shipping_minor:
        return []
    tax = sum(given.shipping_taxes)
    subtotal = given.shipping_minor - (0 if order.taxes_included else tax)
    return [
        {
            "id": given.id,
            "transaction_group_id": None,
            "subtotal_amount_set": money_set(world.amounts.bag(order, subtotal)),
            "tax_amount_set": money_set(world.amounts.bag(order, tax)),
            "shipping_line": shipping_line(world, order, order.shipping[0]),
        }
    ]


def _adjustments(world: World, order: Order, given: Refund) -> list[Body]:
    if not given.adjustment_minor:
        return []
    bag = world.amounts.bag(order, -given.adjustment_minor)
    return [
        {
            "id": given.id,
            "order_id": order.id,
            "refund_id": given.id,
            "kind": "refund_discrepancy",
            "reason": "Refund discrepancy",
            "amount": decimal(*bag.shop),
            "amount_set": money_set(bag),
            "tax_amount": "0.00",
            "tax_amount_set": money_set(world.amounts.bag(order, 0)),
        }
    ]
