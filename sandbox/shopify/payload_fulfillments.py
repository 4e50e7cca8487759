"""Webhook bodies of what happens to an order's goods: sent, or changed by an edit."""

from sandbox.shop import Order
from sandbox.shopify.order_facts import lines
from sandbox.shopify.payload_parts import Body, given_line
from sandbox.shopify.payload_people import address_of, shop_time
from sandbox.shopify.values import gid
from sandbox.shopify.world import World


def fulfillment(world: World, order: Order) -> Body:
    """fulfillments/create. The sandbox sends an order whole, without a parcel's number."""
    at = shop_time(world, order.fulfilled_at)
    return {
        "id": order.id,
        "order_id": order.id,
        "status": "success",
        "created_at": at,
        "service": "manual",
        "updated_at": at,
        "tracking_company": None,
        "shipment_status": None,
        "location_id": None,
        "origin_address": None,
        "email": order.email,
        "destination": address_of(order.shipping_address),
        "line_items": [given_line(world, each) for each in lines(order)],
        "tracking_number": None,
        "tracking_numbers": [],
        "tracking_url": None,
        "tracking_urls": [],
        "receipt": {},
        "name": f"{order.name}.1",
        "admin_graphql_api_id": gid("Fulfillment", order.id),
    }


def edited(world: World, order: Order) -> Body:
    """orders/edited: the latest edit."""
    edit = order.edits[-1]
    at = shop_time(world, edit.at)
    added = [{"id": line_id, "delta": order.line(line_id).quantity} for line_id in edit.added]
    removed = [{"id": line_id, "delta": units} for line_id, units in edit.removed]
    return {
        "order_edit": {
            "id": edit.id,
            "app_id": None,
            "created_at": at,
            "committed_at": at,
            "notify_customer": False,
            "order_id": order.id,
            "staff_note": edit.note,
            "user_id": None,
            "line_items": {"additions": added, "removals": removed},
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }
