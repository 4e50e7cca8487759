"""What the lists hold: which orders, refunds, customers, products a request asks for, in which order."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from sandbox.shop import Checkout, Order, Person, Product, Refund, Shop
from sandbox.woocommerce import orders, params
from sandbox.woocommerce.errors import invalid
from sandbox.woocommerce.house import House
from sandbox.woocommerce.params import Args, Paging
from sandbox.woocommerce.writing import Writing

ORDER_STATUSES = ("any", "trash", "auto-draft", *orders.STATUSES)
ROLES = ("all", "administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager")
SORTS = ("date", "id", "include", "title", "slug", "modified")
PRODUCT_SORTS = (*SORTS, "price", "popularity", "rating", "menu_order")
CUSTOMER_SORTS = ("id", "include", "name", "registered_date")


class Dated(Protocol):
    id: int

    @property
    def created_at(self) -> datetime: ...
    @property
    def updated_at(self) -> datetime: ...


D = TypeVar("D", bound=Dated)


def in_time(things: Iterable[D], args: Args, writing: Writing, are_posts: bool) -> list[D]:
    """After and before, both strictly, to the second; posts are asked for by the local time they were written with."""
    asked = params.moments(args, writing.zone)
    is_local = are_posts and not params.flag(args, "dates_are_gmt")
    found = things if isinstance(things, list) else list(things)
    for name, moment in asked.items():
        when: Callable[[D], datetime] = attrgetter("updated_at" if name.startswith("modified") else "created_at")
        if is_local:
            found = _by_kept_local(found, name, when, moment, writing)
        elif name.endswith("after"):
            found = [thing for thing in found if when(thing) > moment]
        else:
            found = [thing for thing in found if when(thing) < moment]
    return found


def _by_kept_local(
    found: list[D], name: str, when: Callable[[D], datetime], moment: datetime, writing: Writing
) -> list[D]:
    wanted = moment.astimezone(writing.zone).replace(tzinfo=None)
    if name.endswith("after"):
        return [thing for thing in found if writing.kept_local(when(thing)) > wanted]
    return [thing for thing in found if writing.kept_local(when(thing)) < wanted]


def sort(things: list[D], paging: Paging, included: Sequence[int], breaks_ties: bool) -> list[D]:
    """Until 11.0 equal dates have no fixed order: another one on each page."""
    tie = (lambda number: number) if breaks_ties else (lambda number: _shuffled(number, paging))
    keys: dict[str, Callable[[D], Any]] = {
        "id": attrgetter("id"),
        "include": lambda thing: (included.index(thing.id) if thing.id in included else 0, thing.id),
        "modified": lambda thing: (thing.updated_at, tie(thing.id)),
    }
    by_date: Callable[[D], tuple[object, ...]] = lambda thing: (thing.created_at, tie(thing.id))  # noqa: E731
    return sorted(things, key=keys.get(paging.orderby, by_date), reverse=paging.order == "desc")


def _shuffled(number: int, paging: Paging) -> int:
    return (number * 2_654_435_761 + paging.start * 40_503) & 0xFFFF


def chosen(things: Iterable[D], args: Args) -> list[D]:
    """include and exclude."""
    include, exclude = set(params.ids(args, "include")), set(params.ids(args, "exclude"))
    if not include and not exclude:
        return list(things)
    return [thing for thing in things if (not include or thing.id in include) and thing.id not in exclude]


def order_list(house: House, args: Args) -> list[Order | Checkout]:
    shop, states = house.box.shop, params.many(args, "status") or ["any"]
    known = order_statuses(house)
    for place, state in enumerate(states):
        if state not in known:
            reason = f"status[{place}] is not one of {params.listed(known)}."
            raise invalid("status", reason, "rest_not_in_enum")
    found = house.remembered.found("any", lambda: _any(house)) if "any" in states else _of_states(house, states)
    if "customer" in args:
        customer = params.whole(args, "customer", 0)
        found = [sale for sale in found if _buyer(shop, sale) == customer]
    if search := args.get("search", "").lower():
        found = [sale for sale in found if search in (sale.email or "").lower() or search == str(sale.id)]
    return in_time(chosen(found, args), args, house.writing, house.options.is_posts)


def order_statuses(house: House) -> tuple[str, ...]:
    return (*ORDER_STATUSES[:-1], *house.statuses, ORDER_STATUSES[-1])


def _any(house: House) -> list[Order | Checkout]:
    """All but the bin, whatever else is named beside it, and but what no plugin (any more) says is to be shown."""
    shown = {*orders.STATUSES, *(name for name, is_public in house.statuses.items() if is_public)}
    if has_drafts := not house.options.since(11):
        drafts: Iterable[Checkout] = house.drafts()
    else:
        shown.remove("checkout-draft")
    every = house.box.shop.orders.values()
    found: list[Order | Checkout] = [
        order for order in every if order.trashed_at is None and (not order.held_status or order.held_status in shown)
    ]
    return [*found, *drafts] if has_drafts else found


def _of_states(house: House, states: Sequence[str]) -> list[Order | Checkout]:
    every = house.box.shop.orders.values()
    if "auto-draft" in states and house.options.is_posts:
        return list(every)  # never to be asked for
    found: list[Order | Checkout] = [order for order in every if orders.status(order) in states]
    return [*found, *house.drafts()] if "checkout-draft" in states else found


def _buyer(shop: Shop, sale: Order | Checkout) -> int:
    person = shop.people.get(sale.person_id or 0)
    if isinstance(sale, Order):
        return orders.customer_id(sale, person)
    return person.id if person and person.registered else 0


class RefundRow:
    """A refund with its order; it has one date only."""

    __slots__ = ("id", "order", "refund")

    def __init__(self, order: Order, refund: Refund) -> None:
        self.id, self.order, self.refund = refund.id, order, refund

    @property
    def created_at(self) -> datetime:
        return self.refund.created_at

    @property
    def updated_at(self) -> datetime:
        return self.refund.created_at


def refund_list(house: House, of: Iterable[Order], args: Args) -> list[RefundRow]:
    """Posts in the bin take their refunds along."""
    is_posts = house.options.is_posts
    seen = (order for order in of if not (is_posts and order.trashed_at))
    rows = (RefundRow(order, refund) for order in seen for refund in order.refunds)
    return in_time(chosen(rows, args), args, house.writing, is_posts)


def customer_list(shop: Shop, args: Args) -> list[Person]:
    """Without a role only customers proper; a date filter is not known and so ignored."""
    role = params.one_of(args, "role", ROLES, "customer")
    found = [person for person in shop.people.values() if person.registered and person.deleted_at is None]
    if role != "all":
        found = [person for person in found if person.role == role]
    if email := args.get("email", "").lower():
        found = [person for person in found if (person.email or "").lower() == email]
    if search := args.get("search", "").lower():
        found = [
            person for person in found if search in f"{person.email} {person.first_name} {person.last_name}".lower()
        ]
    return chosen(found, args)


def sort_customers(people: list[Person], paging: Paging, included: Sequence[int]) -> list[Person]:
    keys: dict[str, Callable[[Person], tuple[object, ...]]] = {
        "id": lambda person: (person.id,),
        "include": lambda person: (included.index(person.id) if person.id in included else 0, person.id),
        "name": lambda person: (f"{person.first_name} {person.last_name}".lower(), person.id),
        "registered_date": lambda person: (person.registered_at or person.created_at, person.id),
    }
    return sorted(people, key=keys[paging.orderby], reverse=paging.order == "desc")


def product_list(shop: Shop, args: Args, writing: Writing) -> list[Product]:
    found = list(shop.products.values())
    # no product of ours is in the trash, or yet to come
    state = params.one_of(args, "status", ("any", "future", "trash", "draft", "pending", "private", "publish"), "any")
    if state != "any":
        states = {"active": "publish", "draft": "draft", "archived": "private"}
        found = [product for product in found if states[product.status] == state]
    if sku := args.get("sku"):
        found = [product for product in found if any(variant.sku == sku for variant in product.variants)]
    if search := args.get("search", "").lower():
        found = [product for product in found if search in product.title.lower()]
    return in_time(chosen(found, args), args, writing, True)
