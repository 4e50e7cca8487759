"""All of a resource, page by page. A cursor is "<list> <place>": which of its lists is walked, and how far."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from app.errors import BadInput, Refused
from connectors.base import Failure, Page, Refusal, Resource, ShopFacts, Wait
from connectors.records import Deletion, Record
from connectors.woocommerce import catalogue, coupons, normalise, types
from connectors.woocommerce.ahead import Ahead, Ask
from connectors.woocommerce.errors import MayNot, NoRoute
from connectors.woocommerce.lists import Place, Slice, size_of, walk
from connectors.woocommerce.refunds import Refunds
from connectors.woocommerce.rows import bodies, read, records
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.variations import Variations

Read = Callable[[bytes], tuple[list[Record], list[Failure]]]
Params = Mapping[str, str]


class List(msgspec.Struct):
    """One list of the API and how its pages are read. is_optional: some shops do not have it."""

    path: str
    params: Params
    read: Read
    is_optional: bool = False


class Walker:
    """Reads pages for one client. facts: asked for when the first record needs them."""

    def __init__(self, transport: Transport, facts: Callable[[], ShopFacts]) -> None:
        self.transport, self.facts = transport, facts
        self.refunds = Refunds(transport)
        self.refusals: list[Refusal] = []  # lists that the key's user may not read, and that nothing rests on
        self._variations = Variations(transport)

    def all_of(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        if resource == "refunds":
            try:
                yield from self.lists(self.refund_lists({}), cursor)
            except NoRoute:  # WooCommerce 8.9 and older: by the orders that name refunds
                yield from self.lists(self.old_refund_lists({}), cursor)
        else:
            more = [List("wc/v3/products/categories", {}, self.categories, True)] if resource == "products" else []
            yield from self.lists([*self.resource_lists(resource), *more], cursor)

    def resource_lists(self, resource: Resource, params: Params | None = None) -> list[List]:
        asked = params or {}
        trash = {**asked, "status": "trash", "_fields": "id,status"}  # no other list names what is in the trash
        drafts = {
            **asked,
            "status": "checkout-draft",
        }  # not every version lists them among all
        if resource == "orders":
            return [
                List("wc/v3/orders", asked, self.orders),
                List("wc/v3/orders", drafts, self.orders, True),
                List("wc/v3/orders", trash, self.trashed_orders),
            ]
        if resource == "customers":
            return [List("wc/v3/customers", {**asked, "role": "all"}, self.customers)]
        if resource == "products":
            return [List("wc/v3/products", asked, self.products), List("wc/v3/products", trash, self.trashed_products)]
        if resource == "coupons":
            return [List("wc/v3/coupons", asked, self.coupons, True)]
        return []  # checkouts: drafts come with the orders, carts by the plugin

    def refund_lists(self, params: Params) -> list[List]:
        return [List("wc/v3/refunds", params, self.refunds.listed)]

    def old_refund_lists(self, params: Params) -> list[List]:
        return [List("wc/v3/orders", {**params, "_fields": "id,currency,refunds"}, self.refunds.by_order)]

    def lists(self, lists: Sequence[List], cursor: str | None) -> Iterator[Page | Wait]:
        """Walks lists one after the other; the last page of the last has no cursor."""
        (at, place), ahead = place_of(cursor), Ahead(self.transport)
        if at >= len(lists):
            yield Page((), None)
        for number in range(at, len(lists)):
            try:
                for part in self._walked(lists, number, place, ahead):
                    yield part if isinstance(part, Wait) else page_of(part, lists, number)
            except (MayNot, Refused, NoRoute) as error:
                if not lists[number].is_optional:
                    raise
                if isinstance(error, MayNot):
                    self.refusals.append(Refusal(lists[number].path, str(error)))
                yield Page((), _after(lists, number))
            place = None

    def _walked(self, lists: Sequence[List], number: int, place: Place | None, ahead: Ahead) -> Iterator[Slice | Wait]:
        chosen = lists[number]
        then = [Ask(one.path, one.params, 0, size_of(self.transport, one.path)) for one in lists[number + 1 :]]
        for part in walk(self.transport, chosen.path, chosen.params, place, ahead, then):
            yield Wait(part.seconds, part.why, f"{number} {part.cursor}") if isinstance(part, Wait) else part

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

    def coupons(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        return read(raw, types.Coupon, coupons.fact)

    def categories(self, raw: bytes) -> tuple[list[Record], list[Failure]]:
        return read(raw, types.Category, catalogue.category)


def place_of(cursor: str | None) -> tuple[int, Place | None]:
    """Which list a cursor is in, and where; None: at its beginning."""
    number, _, place = (cursor or "0 ").partition(" ")
    if not number.isdigit():
        raise BadInput(f"{cursor!r} is no place in a list", "cursor")
    return int(number), Place.read(place) if place else None


def page_of(part: Slice, lists: Sequence[List], number: int) -> Page:
    found, failures = lists[number].read(part.raw)
    if part.shortfall:
        failures = [*failures, Failure("list", lists[number].path, part.shortfall)]
    after = f"{number} {part.place}" if part.place else _after(lists, number)
    return Page(found, after, failures, None if number else part.total)


def _after(lists: Sequence[List], number: int) -> str | None:
    """The cursor after the end of a list."""
    return f"{number + 1} " if number + 1 < len(lists) else None
