"""The shop's customer segments: the list, and the bodies that tell of them."""

from sandbox.front.links import SHOP_NUMBER
from sandbox.segments import Segment
from sandbox.shop import Person
from sandbox.shopify.compiler import Fields
from sandbox.shopify.listing import Listing
from sandbox.shopify.payload_parts import Body
from sandbox.shopify.search import Number, Text
from sandbox.shopify.values import gid, iso, milliseconds
from sandbox.shopify.world import World


def listing(world: World) -> Listing:
    return Listing(
        world.shop.segments.values,
        world.version,
        {
            "ID": lambda segment: segment.id,
            "CREATION_DATE": lambda segment: segment.created_at,
            "LAST_EDIT_DATE": lambda segment: segment.edited_at,
        },
        "CREATION_DATE",
        {"id": Number(lambda segment: segment.id), "name": Text(lambda segment: segment.name)},
    )


def fields() -> Fields:
    return {
        "Segment": {
            "id": lambda segment: gid("Segment", segment.id),
            "name": lambda segment: segment.name,
            "query": lambda segment: segment.query,
            "creationDate": lambda segment: iso(segment.created_at),
            "lastEditDate": lambda segment: iso(segment.edited_at),
        }
    }


def changed(segment: Segment) -> Body:
    """segments/create, /update."""
    return {
        "id": segment.id,
        "name": segment.name,
        "query": segment.query,
        "creationDate": milliseconds(segment.created_at),
        "lastEditDate": milliseconds(segment.edited_at),
    }


def membership(segment: Segment, person: Person) -> Body:
    """customer.joined_segment, customer.left_segment: without a time."""
    return {
        "shop_id": gid("Shop", SHOP_NUMBER),
        "customer_id": gid("Customer", person.id),
        "segment_id": gid("Segment", segment.id),
    }
