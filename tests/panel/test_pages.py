"""Every page of ours: shown whole and in part, and never to the other shop."""

import re

import pytest
from sqlalchemy import update
from sqlmodel import col

from app.commerce.models import Customer, Order
from app.db.scope import every_shop, shop_scope
from app.flows.models import Flow
from app.segments.models import Segment
from app.shops.models import Shop
from app.web import pages
from tests.panel.conftest import House
from tests.panel.pages import ACTIONS, PAGES, address, change


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_whole(house: House, name: str) -> None:
    answer = house.client.get(address(house, PAGES[name], house.ours))
    assert answer.status_code == 200
    assert answer.text.count("<!doctype html>") == 1
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_in_part_to_its_own_script(house: House, name: str) -> None:
    path = address(house, PAGES[name], house.ours)
    part = house.client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "<html" not in part
    assert part.startswith("<title>")
    assert part.count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_empty_shop_is_shown(bare: House, name: str) -> None:
    if "{" not in PAGES[name]:
        assert bare.client.get(PAGES[name]).status_code == 200


@pytest.mark.parametrize("name", [name for name, path in PAGES.items() if "{" in path])
def test_what_is_the_other_shop_s_is_not_there(house: House, name: str) -> None:
    assert house.client.get(address(house, PAGES[name], house.theirs)).status_code == 404
    assert house.client.get(re.sub(r"\{\w+\}", str(2**64), PAGES[name])).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_of_the_other_shop_can_be_changed(house: House, name: str) -> None:
    form = {"name": "x", "text": "orders_count > 1", "wait": "5", "subject": "x"}
    assert change(house, address(house, ACTIONS[name], house.theirs), **form)[0] == 404


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_a_row_of_the_other_shop(house: House, name: str) -> None:
    with shop_scope(house.engine, house.theirs.id, write=True) as scope:
        for model, column in ((Customer, "first_name"), (Order, "number"), (Segment, "name"), (Flow, "name")):
            scope.execute(update(model).values(**{column: "Strangers"}))
    assert "Strangers" not in house.client.get(address(house, PAGES[name], house.ours)).text


def test_a_token_that_is_not_ascii_is_a_wrong_one(house: House) -> None:
    assert house.client.post("/panel/loyalty", data={"csrf_token": "ä"}).status_code == 403


def test_a_notice_is_one_of_ours(house: House) -> None:
    assert "Saved." in house.client.get("/panel/loyalty?notice=saved").text
    assert "hello" not in house.client.get("/panel/loyalty?notice=hello").text
    assert set(pages.NOTICES) == {
        "saved",
        "trying",
        "turned-on",
        "turned-off",
        "made",
        "gathering",
        "erasing",
        "proving",
    }


def test_an_unknown_page_is_answered_in_words(house: House) -> None:
    answer = house.client.get("/panel/nowhere")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


def test_a_merchant_with_two_shops_changes_between_them(house: House) -> None:
    with every_shop(house.engine, write=True) as db:
        db.execute(
            update(Shop).where(col(Shop.id) == house.theirs.id).values(account_id=house.ours.account_id, name="Second")
        )
    page = house.client.get("/panel/").text
    assert f'<option value="{house.theirs.id}">Second · Shopify</option>' in page
    second = house.client.get(f"/panel/?shop={house.theirs.id}").text
    assert f'<option value="{house.theirs.id}" selected>Second · Shopify</option>' in second
    assert f"/panel/customers?shop={house.theirs.id}" in second
    theirs = address(house, PAGES["customer"], house.theirs)
    assert house.client.get(theirs).status_code == 404
    assert house.client.get(f"{theirs}?shop={house.theirs.id}").status_code == 200
    retry = f"{address(house, ACTIONS['retry a record'], house.theirs)}?shop={house.theirs.id}"
    assert change(house, retry)[0] == 303


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_is_filled_in_has_its_changes_kept_by_the_admin_s_save_bar(house: House, name: str) -> None:
    page = house.client.get(address(house, PAGES[name], house.ours)).text
    for tag, body in re.findall(r"(<form\b[^>]*>)(.*?)</form>", page, re.DOTALL):
        is_filled_in = "<textarea" in body or re.search(r'<input(?![^>]*type="(?:hidden|file)")', body)
        if 'method="post"' in tag and is_filled_in:
            assert "data-save-bar" in tag
