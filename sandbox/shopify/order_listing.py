"""The list of orders: how it is sorted and searched."""

from typing import Any

from sandbox.shop import Order
from sandbox.shopify.ledger import current_shop_minor
from sandbox.shopify.listing import Listing
from sandbox.shopify.order_facts import codes, financial_status
from sandbox.shopify.search import Choice, Number, Text, Time
from sandbox.shopify.world import World

STATUSES = frozenset({"open", "closed", "cancelled", "not_closed", "any"})
FINANCIAL = frozenset(
    {"paid", "pending", "authorized", "partially_paid", "partially_refunded", "refunded", "voided", "expired"}
)
FULFILLMENT = frozenset({"fulfilled", "unfulfilled", "unshipped", "shipped", "partial", "scheduled", "on_hold"})


def listing(world: World) -> Listing:
    return Listing(world.shop.orders.values, world.version, _sorts(world), "PROCESSED_AT", _filters())


def _sorts(world: World) -> dict[str, Any]:
    def customer(order: Order) -> str:
        person = world.person(order.person_id)
        return f"{person.last_name}, {person.first_name}" if person else ""

    return {
        "ID": lambda order: order.id,
        "CREATED_AT": lambda order: order.created_at,
        "UPDATED_AT": lambda order: order.updated_at,
        "PROCESSED_AT": lambda order: order.placed_at,
        "ORDER_NUMBER": lambda order: int(order.number),
        "TOTAL_PRICE": lambda order: order.placed_shop_minor,
        "CURRENT_TOTAL_PRICE": current_shop_minor,
        "TOTAL_ITEMS_QUANTITY": lambda order: sum(line.quantity for line in order.lines),
        "FINANCIAL_STATUS": financial_status,
        "CUSTOMER_NAME": customer,
    }


def _filters() -> dict[str, Any]:
    return {
        "id": Number(lambda order: order.id),
        "customer_id": Number(lambda order: order.person_id),
        "name": Text(lambda order: [order.name, order.number]),
        "email": Text(lambda order: order.email),
        "tag": Text(lambda order: order.tags),
        "sku": Text(lambda order: [line.sku for line in order.lines]),
        "discount_code": Text(codes),
        "source_name": Text(lambda order: order.source_name),
        "gateway": Text(lambda order: order.gateway),
        "created_at": Time(lambda order: order.created_at),
        "updated_at": Time(lambda order: order.updated_at),
        "processed_at": Time(lambda order: order.placed_at),
        "test": Choice(frozenset({"true", "false"}), lambda order, wanted: order.test == (wanted == "true")),
        "status": Choice(STATUSES, _has_status),
        "financial_status": Choice(FINANCIAL, lambda order, wanted: financial_status(order).lower() == wanted),
        "fulfillment_status": Choice(FULFILLMENT, _is_sent),
        "default": Text(lambda order: [order.name, order.number, order.email or ""]),
    }


def _has_status(order: Order, wanted: str) -> bool:
    """Cancelled orders are the only closed ones: nobody in the box archives."""
    is_closed = order.cancelled_at is not None
    return {"any": True, "open": not is_closed, "not_closed": not is_closed}.get(wanted, is_closed)


def _is_sent(order: Order, wanted: str) -> bool:
    if wanted in ("fulfilled", "shipped"):
        return order.fulfilled_at is not None
    return wanted in ("unfulfilled", "unshipped") and order.fulfilled_at is None
