"""How somebody came to an order, and how it was sent."""

from sandbox.shop import Order, Visit
from sandbox.shopify.compiler import Fields, Read
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.values import gid, iso
from sandbox.shopify.world import World


def fulfillment_fields() -> Fields:
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


def journey_fields() -> Fields:
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
