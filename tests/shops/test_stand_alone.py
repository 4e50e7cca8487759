"""Installing for the stand-alone panel: to Shopify's page and back, as a browser walks it."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from app.db.scope import every_shop
from app.lib.clock import real_now
from app.team.actions import sign_in, sign_in_link
from app.web.identify import COOKIE
from app.web.stand_alone import STATE_COOKIE
from sandbox.shopify.installing import come_back
from tests.conftest import make_shop
from tests.shops.conftest import CLIENT_ID, DOMAIN, PUBLIC_URL, House

INSTALL = "/panel/shopify/install"
CALLBACK = "/panel/shopify/callback"


def sign_person_in(house: House, client: FlaskClient, email: str = "owner@example.com") -> None:
    with every_shop(house.context.engine, write=True) as db:
        cookie = sign_in(db, sign_in_link(db, email, real_now(), "").rpartition("/")[2], real_now())
    assert cookie
    client.set_cookie(COOKIE, cookie, path="/panel")


def signed_start(house: House) -> str:
    """The address by which Shopify sends a merchant who opens the app: signed, with nothing else to go by."""
    return f"{INSTALL}?{urlencode(come_back(house.face.world, 'no-code', 'none'))}"


def agree(house: House, asked: str) -> str:
    """The merchant agrees on Shopify's page; the path by which they come back to us."""
    parts = urlsplit(asked)
    assert parts.hostname == DOMAIN
    address = f"{house.context.settings.shopify_origin}{parts.path}?{parts.query}"
    page = requests.get(address, headers={"Host": DOMAIN}, timeout=60)
    assert "write_customers" in page.text
    answer = requests.post(address, headers={"Host": DOMAIN}, allow_redirects=False, timeout=60)
    assert answer.headers["Location"].startswith(f"{PUBLIC_URL}{CALLBACK}?")
    return answer.headers["Location"].removeprefix(PUBLIC_URL)


def test_a_merchant_is_asked_by_shopify_and_comes_back_to_a_shop_that_is_connected(house: House) -> None:
    client = house.panel
    asked = client.get(signed_start(house))
    assert asked.status_code == 302
    assert parse_qs(urlsplit(asked.location).query)["client_id"] == [CLIENT_ID]
    back = client.get(agree(house, asked.location))
    assert (back.status_code, urlsplit(back.location).path) == (302, "/panel/")
    assert house.shop.state == "connecting"
    assert house.grant().refresh_token
    assert client.get(back.location).status_code == 200  # who installed it is signed in
    assert house.client().facts().name == "Small & Sons"
    later = house.panel
    later.get(agree(house, later.get(signed_start(house)).location))
    assert later.get("/panel/").status_code == 200
    assert len(house.shops()) == 1


def test_opening_the_app_in_shopify_s_admin_begins_the_same(house: House) -> None:
    client, signed = house.panel, signed_start(house).partition("?")[2]
    assert client.get(f"/?{signed}").location == f"{INSTALL}?{signed}"
    assert client.get(f"/?{signed}&embedded=1").location.startswith("/panel/?")
    assert client.get("/").location == "/panel/"


def test_somebody_who_is_signed_in_adds_the_shop_to_their_account(house: House) -> None:
    client, mine = house.panel, make_shop(house.context.engine, domain="mine.myshopify.com")
    sign_person_in(house, client)
    asked = client.get(f"{INSTALL}?shop={DOMAIN.partition('.')[0]}")
    client.get(agree(house, asked.location))
    assert {shop.account_id for shop in house.shops()} == {mine.account_id}


def test_who_installs_in_a_shop_is_not_signed_in_to_another_one_s_account(house: House) -> None:
    """The account that the shop is in has people of its own, or other shops."""
    house.open_panel()
    with every_shop(house.context.engine, write=True) as db:
        sign_in_link(db, "owner@example.com", real_now(), "")
    client = house.panel
    back = client.get(agree(house, client.get(signed_start(house)).location))
    assert back.status_code == 302
    assert client.get_cookie(COOKIE, path="/panel") is None
    assert client.get("/panel/").status_code == 401


def test_a_code_is_good_once(house: House) -> None:
    client = house.panel
    path = agree(house, client.get(signed_start(house)).location)
    client.get(path)
    state = parse_qs(urlsplit(path).query)["state"][0]
    client.set_cookie(STATE_COOKIE, state, path="/panel/shopify")
    assert client.get(path).status_code == 503
    assert house.face.tokens.granted == 1


@pytest.mark.parametrize("how", ["another browser", "another state", "not signed", "another code", "another shop"])
def test_whoever_did_not_begin_here_or_was_not_sent_by_shopify_is_turned_away(house: House, how: str) -> None:
    client = house.panel
    path = agree(house, client.get(signed_start(house)).location)
    if how == "another browser":
        client = house.panel
    elif how == "another state":
        client.set_cookie(STATE_COOKIE, "of another start", path="/panel/shopify")
    elif how == "not signed":
        path = path.replace("hmac=", "hmac=0")
    elif how == "another code":
        path = path.replace("code=", "code=0")
    else:
        path = path.replace(DOMAIN, "other.myshopify.com")
    assert client.get(path).status_code == 401
    assert house.shops() == []
    assert house.face.tokens.granted == 0


@pytest.mark.parametrize("query", ["shop=ours", "shop=ours&hmac=00&timestamp=junk", "shop=ours.myshopify.com&hmac="])
def test_a_stranger_begins_nothing(house: House, query: str) -> None:
    assert house.panel.get(f"{INSTALL}?{query}").status_code == 401


@pytest.mark.parametrize("shop", ["", "evil.example", "ours.myshopify.com.evil.example", "a b", "../x"])
def test_only_a_shop_of_shopify_s_is_asked(house: House, shop: str) -> None:
    assert house.panel.get(INSTALL, query_string={"shop": shop}).status_code == 422
