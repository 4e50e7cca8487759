"""Reads of what no list of ours holds: the products behind inventory items, and Shopify's own segments."""

from collections.abc import Sequence

from connectors.records import Fact
from connectors.shopify import types
from connectors.shopify.reading import number, utc
from connectors.shopify.transport import Transport

_AT_ONCE = 50


class Variant(types.Part):
    product: types.Gid


class Item(types.Part):
    variants: types.Nodes[Variant] | None = None


class Items(types.Part):
    nodes: Sequence[Item | None]


def products_of(transport: Transport, item_ids: Sequence[str]) -> list[str]:
    """Whose stock an inventory item counts; an item that is gone counts nobody's."""
    found: dict[str, None] = {}
    for start in range(0, len(item_ids), _AT_ONCE):
        ids = [f"gid://shopify/InventoryItem/{one}" for one in item_ids[start : start + _AT_ONCE]]
        for item in transport.run("inventory_items", {"ids": ids}, Items).nodes:
            variants = item.variants.nodes if item and item.variants else ()
            found |= dict.fromkeys(number(variant.product.id) for variant in variants)
    return list(found)


class Segment(types.Part):
    id: str
    name: str
    query: str
    last_edit_date: types.Moment

    def fact(self) -> Fact:
        said: dict[str, str | int] = {"name": self.name, "query": self.query}
        return Fact("segment", number(self.id), utc(self.last_edit_date), said)


def segments(transport: Transport, asked: Sequence[str]) -> list[Fact]:
    """All that there are; those that were asked for and are not among them are gone."""
    found: list[Fact] = []
    after: str | None = None
    while True:
        page = transport.run("segments", {"after": after}, dict[str, types.Nodes[Segment]])["segments"]
        found += [segment.fact() for segment in page.nodes]
        if not page.page_info.has_next_page:
            there = {fact.external_id for fact in found}
            return [*found, *(Fact("segment", one, is_gone=True) for one in asked if one not in there)]
        after = page.page_info.end_cursor
