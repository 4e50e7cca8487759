"""Webhook bodies of discounts."""

from datetime import datetime

from sandbox.discounts import CodeDiscount, Imported
from sandbox.shopify.payload_people import Body, shop_time
from sandbox.shopify.resolve_discounts import status
from sandbox.shopify.values import gid, iso
from sandbox.shopify.world import World


def discount(world: World, made: CodeDiscount) -> Body:
    """discounts/create, /update."""
    return {
        "admin_graphql_api_id": gid("DiscountCodeNode", made.id),
        "title": made.title,
        "status": status(world, made),
        "created_at": shop_time(world, made.created_at),
        "updated_at": shop_time(world, made.updated_at),
    }


def gone(world: World, made: CodeDiscount, at: datetime) -> Body:
    """discounts/delete."""
    return {"admin_graphql_api_id": gid("DiscountCodeNode", made.id), "deleted_at": shop_time(world, at)}


def code_added(made: CodeDiscount, code: Imported) -> Body:
    """discounts/redeemcode_added."""
    return {
        "admin_graphql_api_id": gid("DiscountCodeNode", made.id),
        "redeem_code": {"id": gid("DiscountRedeemCode", code.number or 0), "code": code.code},
        "updated_at": iso(made.updated_at),
    }
