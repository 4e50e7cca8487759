"""All of a resource, page by page. A cursor is "<list> <place>": which of its lists is walked, and how far."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from app.errors import BadInput, NotFound
from connectors.base import Failure, Page, Resource, ShopFacts, Wait
from connectors.records import Deletion, Record
from connectors.woocommerce import catalogue, normalise, types
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.lists import Place, Slice, walk
from connectors.woocommerce.rows import bodies, read, records
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.variations import Variations

Read = Callable[[bytes], tuple[list[Record], list[Failure]]]
Params = Mapping[str, str]


class List(msgspec.Struct):
    """One list of the API and how its pages are read."""

    path: str
    params: Params
    read: Read


class Walker:
    """Reads pages for one client. facts: asked for when the first record needs them."""

    def __init__(self, transport: Transport, facts: Callable[[], ShopFacts]) -> None:
        self.transport, self.facts = transport, facts
        self._variations = Variations(transport)

    def all_of(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        if resource == "refunds":
            try:
                yield from self.lists(self.refund_lists({}), cursor)
            except NoRoute:  # WooCommerce 8.9 and older: by the orders that name refunds
                yield from self.lists(self.old_refund_lists({}), cursor)
        else:
            yield from self.lists(self.resource_lists(resource), cursor)

    def resource_lists(self, resource: Resource, params: Params | None = None) -> list[List]:
        asked = params or {}
        trash = {**asked, "status": "trash", "_fields": "id,status"}  # no other list names what is in the trash
        if resource == "orders":
            return [List("wc/v3/orders", asked, self.orders), List("wc/v3/orders", trash, self.trashed_orders)]
        if resource == "customers":
            return [List("wc/v3/customers", {**asked, "role": "all"}, self.customers)]
        if resource == "products":
            return [List("wc/v3/products", asked, self.products), List("wc/v3/products", trash, self.trashed_products)]
        return []  # checkouts: drafts come with the orders, carts by the plugin

    def refund_lists(self, params: Params) -> list[List]:
        return [List("wc/v3/refunds", params, self.refunds)]

    def old_refund_lists(self, params: Params) -> list[List]:
        return [List("wc/v3/orders", {**params, "_fields": "id,currency,refunds"}, self.refunds_by_order)]

    def lists(self, lists: Sequence[List], cursor: str | None) -> Iterator[Page | Wait]:
        """Walks lists one after the other; the last page of the last has no cursor."""
        at, place = _start(cursor)
        if at >= len(lists):
            yield Page((), None)
        for number in range(at, len(lists)):
            chosen, is_last = lists[number], number == len(lists) - 1
            for part in walk(self.transport, chosen.path, chosen.params, place):
                if isinstance(part, Wait):
                    yield Wait(part.seconds, part.why, f"{number} {part.cursor}")
                else:
                    yield _page(part, chosen.read, number, is_last)
            place = Place()

    def orders(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        facts = self.facts()
        return read(raw, types.Order, lambda body: normalise.order(body, facts))

    def trashed_orders(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        return read(raw, types.Id, lambda body: Deletion("order", str(body.id)))

    def trashed_products(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        return read(raw, types.Id, lambda body: Deletion("product", str(body.id)))

    def customers(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        return read(raw, types.Customer, catalogue.customer)

    def products(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        facts = self.facts()
        found, failures = bodies(raw, types.Product)
        parts = self._variations.of(found)
        return records(found, lambda body: catalogue.product(body, facts, parts.get(body.id)), failures), failures

    def refunds(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        """A row names its order and no currency: one more question for each page says which currencies they are in."""
        found, failures = bodies(raw, types.Refund)
        currencies = self._currencies(sorted({body.parent_id for body in found}))
        known = [
            body for body in found if body.parent_id in currencies
        ]  # else of an order that is in the trash or gone
        return records(known, lambda body: _refund(body, currencies[body.parent_id]), failures), failures

    def refunds_by_order(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        found, failures = bodies(raw, types.RefundedOrder)
        made: list[Record] = []
        for body in found:
            if body.refunds:
                rows, odd = self._refunds_of(body)
                made, failures = made + rows, failures + odd
        return made, failures

    def _refunds_of(self, order: types.RefundedOrder) -> tuple[list[Record], list[Failure]]:
        try:
            raw = self.transport.get(f"wc/v3/orders/{order.id}/refunds", {"per_page": 100}).content
        except NotFound:
            return [], []  # the order went meanwhile
        return read(raw, types.Refund, lambda body: normalise.refund(body, str(order.id), order.currency))

    def _currencies(self, order_ids: Sequence[int]) -> dict[int, str]:
        if not order_ids:
            return {}
        chosen = {"include": ",".join(map(str, order_ids)), "per_page": 100, "_fields": "id,currency"}
        found = bodies(self.transport.get("wc/v3/orders", chosen).content, types.Priced)[0]
        known = {body.id: body.currency for body in found}
        for order_id in set(order_ids) - known.keys():
            known |= self._currency(order_id)
        return known

    def _currency(self, order_id: int) -> dict[int, str]:
        """Of an order that no list names: its status may have gone with the plugin that made it."""
        try:
            raw = self.transport.get(f"wc/v3/orders/{order_id}", {"_fields": "id,status,currency"}).content
        except NotFound:
            return {}
        body = msgspec.json.decode(raw, type=types.Priced)
        return {} if body.status == "trash" else {body.id: body.currency}


def _refund(body: types.Refund, currency: str) -> Record:
    return normalise.refund(body, str(body.parent_id), currency)


def _start(cursor: str | None) -> tuple[int, Place]:
    number, _, place = (cursor or "0 ").partition(" ")
    if not number.isdigit():
        raise BadInput(f"{cursor!r} is no place in a list", "cursor")
    return int(number), Place.read(place)


def _page(part: Slice, read_rows: Read, number: int, is_last: bool) -> Page:
    found, failures = read_rows(part.raw)
    if part.shortfall:
        failures = [*failures, Failure("list", "", part.shortfall)]
    after = f"{number} {part.place}" if part.place else None if is_last else f"{number + 1} "
    return Page(found, after, failures, None if number else part.total)
