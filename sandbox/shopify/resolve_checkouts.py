"""Abandoned checkouts: those with somebody to write to, recovered ones among them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.front.links import shopify_recovery
from sandbox.shop import Checkout, Line, Person
from sandbox.shopify.compiler import Fields, Read
from sandbox.shopify.listing import Listing
from sandbox.shopify.paging import Within, cursor_of
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.search import Choice, Number, Time
from sandbox.shopify.sold import parts
from sandbox.shopify.values import gid, iso
from sandbox.shopify.world import World

ABANDONED_AFTER = timedelta(minutes=10)


def is_listed(checkout: Checkout) -> bool:
    """Somebody can be reached, there is something in it, and it was not simply bought at once."""
    if not (checkout.email or checkout.phone) or not checkout.lines:
        return False
    at = checkout.completed_at
    return at is None or at - checkout.created_at >= ABANDONED_AFTER


def customer(world: World, checkout: Checkout) -> Person | None:
    if checkout.person_id is not None:
        return world.person(checkout.person_id)
    return world.box.find_person(checkout.email) if checkout.email else None


def codes(checkout: Checkout) -> list[str]:
    return [discount.title for discount in checkout.discounts if discount.kind == "code"]


def listing(world: World) -> Listing:
    def recovery(checkout: Checkout, wanted: str) -> bool:
        return (checkout.completed_at is not None) == (wanted == "recovered")

    return Listing(
        lambda: filter(is_listed, world.shop.checkouts.values()),
        world.version,
        {
            "ID": lambda checkout: checkout.id,
            "CHECKOUT_ID": lambda checkout: checkout.id,
            "CREATED_AT": lambda checkout: checkout.created_at,
            "TOTAL_PRICE": lambda checkout: checkout.to_shop(checkout.total_minor),
            "CUSTOMER_NAME": lambda checkout: checkout.email or "",
        },
        "ID",
        {
            "id": Number(lambda checkout: checkout.id),
            "created_at": Time(lambda checkout: checkout.created_at),
            "updated_at": Time(lambda checkout: checkout.updated_at),
            "status": Choice(frozenset({"open", "closed"}), lambda each, wanted: wanted == "open"),
            "recovery_state": Choice(frozenset({"recovered", "not_recovered"}), recovery),
            "email_state": Choice(frozenset({"sent", "not_sent", "scheduled", "suppressed"}), _not_sent),
        },
    )


def _not_sent(_: Checkout, wanted: str) -> bool:
    """The sandbox's shop itself writes to nobody."""
    return wanted == "not_sent"


def fields(world: World) -> Fields:
    return {
        "AbandonedCheckout": {**_head(world), **_totals(world)},
        "AbandonedCheckoutLineItem": _line(world),
    }


def _head(world: World) -> dict[str, Any]:
    return {
        "id": lambda checkout: gid("AbandonedCheckout", checkout.id),
        "name": lambda checkout: f"#{checkout.id}",
        "createdAt": lambda checkout: iso(checkout.created_at),
        "updatedAt": lambda checkout: iso(checkout.updated_at),
        "completedAt": lambda checkout: iso(checkout.completed_at),
        "abandonedCheckoutUrl": lambda checkout: shopify_recovery(world.origin, checkout),
        "defaultCursor": lambda checkout: cursor_of(checkout.id, checkout.id),
        "discountCodes": codes,
        "note": lambda _: "",
        "taxesIncluded": lambda checkout: checkout.taxes_included,
        "customAttributes": lambda _: [],
        "customer": lambda checkout: customer(world, checkout),
        "billingAddress": lambda checkout: checkout.address,
        "shippingAddress": lambda checkout: checkout.address,
        "lineItems": Within(lambda checkout: [(checkout, line) for line in checkout.lines]),
        "lineItemsQuantity": lambda checkout: sum(line.quantity for line in checkout.lines),
    }


def _totals(world: World) -> dict[str, Any]:
    def bag(read: Callable[[Checkout], int]) -> Read:
        return lambda checkout: world.amounts.bag(checkout, read(checkout))

    return {
        "totalPriceSet": bag(lambda checkout: checkout.total_minor),
        "subtotalPriceSet": bag(lambda checkout: sum(line.total_minor for line in checkout.lines)),
        "totalLineItemsPriceSet": bag(lambda checkout: sum(line.subtotal_minor for line in checkout.lines)),
        "totalDiscountSet": bag(discount_minor),
        "totalTaxSet": bag(tax_minor),
    }


def discount_minor(checkout: Checkout) -> int:
    return sum(part.discount_minor for part in parts(checkout))


def tax_minor(checkout: Checkout) -> int:
    return sum(part.tax_minor for part in parts(checkout))


def image_of(world: World, line: Line) -> str | None:
    product = world.shop.products.get(line.product_id or 0)
    return product.image_url if product else None


def _line(world: World) -> dict[str, Any]:
    """The source is a checkout with one of its lines."""
    bag, shop = world.amounts.bag, world.shop
    return {
        "id": lambda pair: gid("AbandonedCheckoutLineItem", pair[1].id),
        "title": lambda pair: pair[1].title,
        "variantTitle": lambda pair: blank(pair[1].variant_title),
        "sku": lambda pair: blank(pair[1].sku),
        "quantity": lambda pair: pair[1].quantity,
        "product": lambda pair: shop.products.get(pair[1].product_id),
        "variant": lambda pair: shop.variants.get(pair[1].variant_id),
        "image": lambda pair: image_of(world, pair[1]),
        "customAttributes": lambda _: [],
        "originalUnitPriceSet": lambda pair: bag(pair[0], pair[1].unit_minor),
        "originalTotalPriceSet": lambda pair: bag(pair[0], pair[1].subtotal_minor),
        "discountedTotalPriceSet": lambda pair: bag(pair[0], pair[1].total_minor),
    }
