"""CDNOW: 69,659 real purchases of 23,570 customers (1997 and 1998) as a shop of one product; every row is an order."""

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sandbox.money import minor, share
from sandbox.shop import Line, Order, Person, Product, Shop, Transaction, Variant
from sandbox.sources import people
from sandbox.sources.moving import weeks_to

TITLE, SKU = "Compact disc", "CD"


class Purchase(NamedTuple):
    customer: int
    at: datetime  # midnight UTC
    discs: int
    cents: int


class MissingData(Exception):
    """The package that holds the file is not installed."""


def data_file() -> Path:
    """Where lifetimes keeps the file. The package is found, never imported: it needs half of scientific Python."""
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or spec.origin is None:
        raise MissingData("CDNOW's purchases are not installed: run `make setup`, which installs cdnow.lock.")
    return Path(spec.origin).parent / "datasets" / "CDNOW_master.txt"


def purchases(path: Path) -> Iterator[Purchase]:
    """The file's rows, without its head."""
    with path.open(encoding="ascii") as file:
        next(file)
        for customer, day, discs, dollars in (line.split() for line in file):
            at = datetime(int(day[:4]), int(day[4:6]), int(day[6:]), tzinfo=UTC)
            yield Purchase(int(customer), at, int(discs), minor(dollars, "USD"))


def load(domain: str, until: datetime | None = None, path: Path | None = None) -> Shop:
    """The shop; with `until`, moved by whole weeks so that its last order is of the week before."""
    shop = Shop("CDNOW", domain, "USD", "UTC", "US", taxes_included=False, source="cdnow")
    bought = sorted(purchases(path or data_file()), key=lambda purchase: (purchase.at, purchase.customer))
    moved = weeks_to(bought[-1].at, until)
    product = _product(shop, bought[0].at + moved)
    for number, purchase in enumerate(bought, start=1):
        at = purchase.at + moved
        person = shop.people.get(purchase.customer) or _person(shop, purchase.customer, at)
        shop.orders[number] = _order(number, purchase, person, product, at)
    return shop


def _product(shop: Shop, at: datetime) -> Product:
    return shop.add_product(
        Product(900_001, TITLE, "compact-disc", at, at, [Variant(900_002, 900_001, "", SKU, 1_499)])
    )


def _person(shop: Shop, customer: int, at: datetime) -> Person:
    who = people.invent_from_pool(customer, "en_US", "United States", "US", people.seed_of("cdnow-v1", customer))
    person = Person(
        customer, who.first_name, who.last_name, who.email, at, at, who.address, who.address.phone, who.locale,
        registered_at=at,
    )  # fmt: skip
    shop.people[customer] = person
    return person


def _order(number: int, purchase: Purchase, person: Person, product: Product, at: datetime) -> Order:
    discs, cents = purchase.discs, purchase.cents
    unit = share(cents, 1, discs)
    line = Line(number, product.id, product.variants[0].id, TITLE, SKU, discs, unit, cents)
    order = Order(
        number, str(number), f"#{number}", person.id, person.email, at, at, at, "USD", [line], cents, cents,
        paid_at=at, fulfilled_at=at, billing=person.address, shipping_address=person.address, locale=person.locale,
        phone=person.phone,
    )  # fmt: skip
    order.transactions.append(Transaction(number, "sale", "success", order.gateway, cents, at))
    return order
