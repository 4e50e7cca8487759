"""A shop small enough to know by heart, for the tests of the sandbox's own pages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from sandbox.changes import Box
from sandbox.shop import Address, Person, Product, Shop, Variant
from tests.sandbox.house import House, house
from tests.waiting import PATIENCE

OPENED = datetime(2026, 1, 5, 9, tzinfo=UTC)
NAMES = ("Ann", "Bob", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Karl", "Lena")


def small_shop() -> Shop:
    """Twelve registered people, four products; Ann has bought twice, for less than a thousand."""
    shop = Shop("Small & Sons", "regulars-demo.myshopify.com", "EUR", "Europe/Berlin")
    for number, name in enumerate(NAMES, start=1):
        home = Address(name, "Test", f"Road {number}", city="Berlin", country="Germany", country_code="DE")
        person = Person(number, name, "Test", f"{name.lower()}@example.com", OPENED, OPENED, home)
        shop.people[number] = person
    for number, (title, price) in enumerate((("Cap", 1900), ("Coat", 24900), ("Socks", 900), ("Scarf", 3900)), start=1):
        variant = Variant(number * 10, number, "", f"SKU-{number}", price)
        shop.add_product(Product(number, title, title.lower(), OPENED, OPENED, [variant]))
    return shop


def make_small_box() -> Box:
    box = Box(small_shop())
    for items in ([(20, 1)], [(10, 2)]):
        box.place_order(items, person_id=1)
    return box


@pytest.fixture
def small_box() -> Box:
    return make_small_box()


@pytest.fixture
def new_small_box() -> Callable[[], Box]:
    """For tests that need the same shop twice."""
    return make_small_box


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(1000 * PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def store(small_box: Box) -> Iterator[House]:
    with house(small_box, "shopify") as found:
        yield found


@pytest.fixture
def wordpress(small_box: Box) -> Iterator[House]:
    with house(small_box, "woocommerce") as found:
        yield found
