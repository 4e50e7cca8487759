"""The pages of connecting a shop: whole, every sentence spoken, and only where nobody's frame is around them."""

import pytest
from flask import render_template

from app.lib import i18n
from connectors.woocommerce.discover import Site
from tests.panel.conftest import House
from tests.panel.test_every_sentence import bare as bare_text

SITE = Site("http://ours.myshopify.com", "ours", "Europe/Berlin", ("http://ours.myshopify.com",), True)
PAGES = {
    "found": {"site": SITE, "approve": "http://ours.myshopify.com/wc-auth", "why_not": ""},
    "confirm": {"home_url": "http://ours", "keys_page": "http://ours", "token": "t", "trouble": ""},
    "refused": {"trouble": "", "again": "/panel/connect"},
    "done": {"back": "http://ours"},
    "sign_in": {},
    "stranger": {},
}


@pytest.fixture
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "choose", lambda wanted: i18n.PSEUDO)


def test_the_page_is_shown_whole_and_in_part(bare: House) -> None:
    page = bare.client.get("/panel/connect?address=shop.example").text
    assert page.count("<h1>") == 1
    assert 'value="shop.example"' in page
    part = bare.client.get("/panel/connect", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert part.startswith("<title>")


@pytest.mark.usefixtures("pseudo")
def test_the_page_has_no_bare_text(bare: House) -> None:
    assert bare_text(bare.client.get("/panel/connect").text) == ""


@pytest.mark.usefixtures("pseudo")
def test_what_is_no_address_is_said_in_the_reader_s_language(bare: House) -> None:
    form = {"csrf_token": bare.csrf, "address": "no shop"}
    answer = bare.client.post("/panel/connect", data=form)
    assert answer.status_code == 422
    assert bare_text(answer.text) == ""


@pytest.mark.usefixtures("pseudo")
@pytest.mark.parametrize("name", PAGES)
def test_no_step_has_bare_text(bare: House, name: str) -> None:
    with bare.app.test_request_context("/panel/connect"), i18n.speaking(i18n.PSEUDO):
        assert bare_text(render_template(f"panel/connect/{name}.html", **PAGES[name])).replace("WooCommerce", "") == ""
