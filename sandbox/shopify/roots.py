"""The roots: what can be asked for and done at the top of a document."""

from collections.abc import Callable
from typing import Any

from sandbox.shopify import (
    bulk_fields,
    consent,
    discounts,
    resolve_checkouts,
    resolve_customers,
    resolve_discounts,
    resolve_products,
    segments,
    subscriptions,
    tags,
)
from sandbox.shopify.bulk import Operations
from sandbox.shopify.compiler import Arguments, Call, Fields, Read, WithArguments
from sandbox.shopify.listing import Listing
from sandbox.shopify.order_listing import listing as order_listing
from sandbox.shopify.subscriptions import Subscriptions
from sandbox.shopify.values import ApiError, split_gid
from sandbox.shopify.world import World

Find = Callable[[int], Any]


def fields(world: World, operations: Operations, hooks: Subscriptions) -> Fields:
    finders = _finders(world, operations, hooks)
    codes = discounts.Discounts(world)
    return {
        "QueryRoot": {
            **_lists(world, operations, hooks),
            **{name: _one(finders, kind) for name, kind in ONES.items()},
            **resolve_discounts.roots(codes),
            "node": _one(finders, None),
            "nodes": _several(finders),
            "shop": lambda _: world.shop,
            "currentAppInstallation": lambda _: world.installation,
            "currentBulkOperation": WithArguments(lambda args, _: lambda _: operations.current(args.get("type"))),
            "customerByIdentifier": WithArguments(lambda args, _: lambda _: _identified(world, args["identifier"])),
        },
        "Mutation": {
            **bulk_fields.mutations(operations),
            **subscriptions.mutations(hooks),
            **consent.mutations(world),
            **discounts.mutations(codes),
            **tags.mutations(world),
        },
    }


ONES = {
    "order": "Order",
    "customer": "Customer",
    "product": "Product",
    "bulkOperation": "BulkOperation",
    "webhookSubscription": "WebhookSubscription",
}


def _finders(world: World, operations: Operations, hooks: Subscriptions) -> dict[str, Find]:
    return {
        "Order": world.shop.orders.get,
        "Customer": world.person,
        "Product": world.shop.products.get,
        "ProductVariant": world.shop.variants.get,
        "InventoryItem": lambda number: _stocked(world, number),
        "Segment": world.shop.segments.get,
        "AbandonedCheckout": world.shop.checkouts.get,
        "BulkOperation": operations.find,
        "WebhookSubscription": hooks.find,
    }


def _stocked(world: World, number: int) -> Any:
    variant = world.shop.variants.get(number)
    return resolve_products.Stocked(variant) if variant else None


def _lists(world: World, operations: Operations, hooks: Subscriptions) -> dict[str, Any]:
    lists: dict[str, Listing] = {
        "orders": order_listing(world),
        "customers": resolve_customers.listing(world),
        "products": resolve_products.listing(world),
        "segments": segments.listing(world),
        "abandonedCheckouts": resolve_checkouts.listing(world),
        "webhookSubscriptions": subscriptions.listing(hooks),
    }
    counted = [name for name in lists if name not in ("segments", "webhookSubscriptions")]
    counts = {f"{name}Count": lists[name].count() for name in counted}
    counts["webhookSubscriptionsCount"] = lists["webhookSubscriptions"].count()
    return {**lists, **counts, "bulkOperations": bulk_fields.listing(operations)}


def _one(finders: dict[str, Find], kind: str | None) -> WithArguments:
    def make(args: Arguments, call: Call) -> Read:
        return lambda _: _find(finders, args["id"], kind, call)

    return WithArguments(make)


def _several(finders: dict[str, Find]) -> WithArguments:
    def make(args: Arguments, call: Call) -> Read:
        if len(args["ids"]) > 250:
            message = f"The input array size of {len(args['ids'])} is greater than the maximum allowed of 250."
            raise ApiError(message, "MAX_INPUT_SIZE_EXCEEDED", (*call.path, "ids"))
        return lambda _: [_find(finders, text, None, call) for text in args["ids"]]

    return WithArguments(make)


def _find(finders: dict[str, Find], text: str, kind: str | None, call: Call) -> Any:
    found = split_gid(text)
    if found is None:
        raise ApiError(f"Invalid global id '{text}'", "argumentLiteralsIncompatible", (*call.path, "id"))
    if kind is not None and found[0] != kind:
        raise ApiError(f"Invalid id: {text}", "RESOURCE_NOT_FOUND", call.path)
    return finders[found[0]](found[1]) if found[0] in finders else None


def _identified(world: World, identifier: dict[str, Any]) -> Any:
    if email := identifier.get("emailAddress"):
        return world.box.find_person(email)
    if phone := identifier.get("phoneNumber"):
        people = world.shop.people.values()
        return next((each for each in people if each.phone == phone and each.deleted_at is None), None)
    found = split_gid(identifier.get("id") or "")
    return world.person(found[1]) if found and found[0] == "Customer" else None
