"""Customers: found, paged through, and all that happened to one."""

import re
from base64 import b64encode

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.commerce.models import Order
from app.db.scope import shop_scope
from tests.panel.conftest import House
from tests.panel.pages import PAGES, address


def test_customers_are_found_by_the_beginning_of_a_name_or_an_address(house: House) -> None:
    def found(q: str) -> set[str]:
        page = house.client.get("/panel/customers", query_string={"q": q}).text
        return set(re.findall(r"<strong>([^<]+)</strong>", page))

    assert all("Ekström" in name for name in found("ekstrom"))
    assert found("ekstrom") == found("EKSTRÖM") != set()
    assert all(name.startswith("Ada") for name in found("ada"))
    assert len(found("greta.ivanov6@")) == 1
    assert found("100%") == found("_da") == set()


@pytest.mark.parametrize("sort", ["net", "orders", "last", "name"])
def test_paging_shows_everybody_once(house: House, sort: str) -> None:
    names, path = [], f"/panel/customers?sort={sort}"
    while path:
        page = house.client.get(path).text
        names += re.findall(r"/panel/customers/(\d+)", page)
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(names) == len(set(names)) == 60


MADE_UP = {
    "no JSON": "x",
    "a word": "WyJ4Il0",
    "an empty list": "W10",
    "too many": "WzEsMiwzLDQsNV0",
    "too large": "WyI5OTk5OTk5OTk5OTk5OTk5OTk5IiwiMSJd",
    "half a letter": b64encode(b'["\\ud800","1"]').decode(),
    "a NUL": b64encode(b'["\\u0000","1"]').decode(),
    "a list in a list, and so on": b64encode(b"[" * 3000).decode(),
}


@pytest.mark.parametrize("after", MADE_UP.values(), ids=MADE_UP)
@pytest.mark.parametrize("path", ["/panel/customers?sort=last", "/panel/loyalty?", "/panel/customers?sort=name"])
def test_a_made_up_place_in_a_list_is_no_error_of_ours(house: House, path: str, after: str) -> None:
    assert house.client.get(f"{path}&after={after}").status_code in (200, 422)


def test_what_nobody_types_is_refused(house: House) -> None:
    assert house.client.get("/panel/customers?q=%00").status_code == 400
    form = {"csrf_token": house.csrf, "name": "Regu\0lars", "text": "orders_count >= 3"}
    assert house.client.post("/panel/segments", data=form).status_code == 400


def test_the_timeline_shows_everything_once(house: House) -> None:
    path = address(house, PAGES["customer"], house.ours)
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        customer_id = int(path.rpartition("/")[2])
        scope.execute(update(Order).where(col(Order.id) > 0).values(customer_id=customer_id))
        numbers = {order.number for order in scope.all(select(Order))}
    seen: list[str] = []
    while path:
        page = house.client.get(path).text
        seen += re.findall(r"<h3>Order (#\d+)", page)
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', page)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen))
    assert set(seen) == numbers


def test_the_platform_s_words_and_codes_are_said_in_ours(house: House) -> None:
    page = house.client.get(address(house, PAGES["customer"], house.ours)).text
    assert "Germany" in page
    assert '<span class="badge plain">Paid</span>' in page
    assert "At the checkout" in page
    assert "€0.00 refunded" not in page
