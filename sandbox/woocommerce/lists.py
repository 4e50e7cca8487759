"""What the lists hold: which orders, refunds, customers, products a request asks for, in which order."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from sandbox.shop import Checkout, Order, Person, Product, Refund, Shop
from sandbox.woocommerce import orders, params
from sandbox.woocommerce.errors import invalid
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


def in_time(things: Iterable[D], args: Args, writing: Writing) -> list[D]:
    """After and before, both strictly, to the second."""
    asked = params.moments(args, writing.zone)
    found = things if isinstance(things, list) else list(things)
    for name, moment in asked.items():
        when = attrgetter("updated_at" if name.startswith("modified") else "created_at")
        if name.endswith("after"):
            found = [thing for thing in found if when(thing) > moment]
        else:
            found = [thing for thing in found if when(thing) < moment]
    return found


def sort(things: list[D], paging: Paging, included: Sequence[int]) -> list[D]:
    """By date, equal dates have no fixed order: another one on each page, as on real shops to 10.0."""
    keys: dict[str, Callable[[D], Any]] = {
        "id": attrgetter("id"),
        "include": lambda thing: (included.index(thing.id) if thing.id in included else 0, thing.id),
        "modified": lambda thing: (thing.updated_at, _shuffled(thing.id, paging)),
    }
    by_date: Callable[[D], tuple[object, ...]] = lambda thing: (thing.created_at, _shuffled(thing.id, paging))  # noqa: E731
    return sorted(things, key=keys.get(paging.orderby, by_date), reverse=paging.order == "desc")


def _shuffled(number: int, paging: Paging) -> int:
    return (number * 2_654_435_761 + paging.start * 40_503) & 0xFFFF


def chosen(things: Iterable[D], args: Args) -> list[D]:
    """include and exclude."""
    include, exclude = set(params.ids(args, "include")), set(params.ids(args, "exclude"))
    if not include and not exclude:
        return list(things)
    return [thing for thing in things if (not include or thing.id in include) and thing.id not in exclude]


def order_list(shop: Shop, args: Args, writing: Writing) -> list[Order | Checkout]:
    states = params.many(args, "status") or ["any"]
    for place, state in enumerate(states):
        if state not in ORDER_STATUSES:
            reason = f"status[{place}] is not one of {params.listed(ORDER_STATUSES)}."
            raise invalid("status", reason, "rest_not_in_enum")
    found: list[Order | Checkout]
    if "any" in states:  # all but the bin, whatever else is named beside it
        found = [order for order in shop.orders.values() if order.trashed_at is None]
    else:
        found = [order for order in shop.orders.values() if orders.status(order) in states]
    if {"any", "checkout-draft"} & set(states):
        found += (checkout for checkout in shop.checkouts.values() if is_draft(checkout))
    if "customer" in args:
        customer = params.whole(args, "customer", 0)
        found = [sale for sale in found if _buyer(shop, sale) == customer]
    if search := args.get("search", "").lower():
        found = [sale for sale in found if search in (sale.email or "").lower() or search == str(sale.id)]
    return in_time(chosen(found, args), args, writing)


def is_draft(checkout: Checkout) -> bool:
    return checkout.as_draft and checkout.state == "open"


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


def refund_list(of: Iterable[Order], args: Args, writing: Writing) -> list[RefundRow]:
    rows = (RefundRow(order, refund) for order in of for refund in order.refunds)
    return in_time(chosen(rows, args), args, writing)


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
    return in_time(chosen(found, args), args, writing)
