"""Tags added and taken away: split at commas, compared ignoring case, 250 at most."""

from collections.abc import Iterable
from typing import Any

from sandbox.shop import Order, Person, Product
from sandbox.shopify.compiler import Arguments, Field, Fields
from sandbox.shopify.mutations import UserError, mutation, payload
from sandbox.shopify.values import split_gid
from sandbox.shopify.world import World

LIMIT = 250
Tagged = Person | Order | Product


def fields() -> Fields:
    return {"TagsAddPayload": payload("node"), "TagsRemovePayload": payload("node")}


def mutations(world: World) -> dict[str, Field]:
    return {
        "tagsAdd": mutation(lambda args: _change(world, args, added)),
        "tagsRemove": mutation(lambda args: _change(world, args, removed)),
    }


def split(texts: Iterable[str]) -> list[str]:
    return [tag for text in texts for part in text.split(",") if (tag := part.strip())]


def added(old: tuple[str, ...], wanted: list[str]) -> tuple[str, ...]:
    """The first spelling stays."""
    known = {tag.lower(): tag for tag in old}
    for tag in wanted:
        known.setdefault(tag.lower(), tag)
    return tuple(sorted(known.values(), key=str.lower))


def removed(old: tuple[str, ...], wanted: list[str]) -> tuple[str, ...]:
    gone = {tag.lower() for tag in wanted}
    return tuple(tag for tag in old if tag.lower() not in gone)


def _change(world: World, args: Arguments, change: Any) -> dict[str, Any]:
    thing = _find(world, args["id"])
    if thing is None:
        kind = (split_gid(args["id"]) or ("Node", 0))[0]
        return {"node": None, "userErrors": [UserError(["id"], f"{kind} does not exist")]}
    tags = change(thing.tags, split(args["tags"]))
    if len(tags) > LIMIT:
        return {"node": None, "userErrors": [UserError(["tags"], f"Tags cannot be more than {LIMIT}")]}
    if tags != thing.tags:
        _write(world, thing, tags)
    return {"node": thing, "userErrors": []}


def _find(world: World, text: str) -> Tagged | None:
    kind, number = split_gid(text) or ("", 0)
    finders: dict[str, Any] = {
        "Customer": world.person,
        "Order": world.shop.orders.get,
        "Product": world.shop.products.get,
    }
    found: Tagged | None = finders[kind](number) if kind in finders else None
    return found


def _write(world: World, thing: Tagged, tags: tuple[str, ...]) -> None:
    if isinstance(thing, Person):
        world.box.change_customer(thing.id, tags=tags)
    elif isinstance(thing, Product):
        world.box.change_product(thing.id, tags=tags)
    else:
        with world.box.lock:
            thing.tags, thing.updated_at = tags, world.box.now()
            world.box.tell("order.updated", thing, thing.updated_at)
