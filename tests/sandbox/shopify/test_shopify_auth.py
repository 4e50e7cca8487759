"""Tokens, hosts, versions, ID tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shopify_app import RequestInput, ShopifyApp

from sandbox.shopify import Options, mint_id_token
from sandbox.shopify.auth import Tokens
from sandbox.shopify.installation import Installation
from tests.sandbox.shopify.conftest import DOMAIN, OPTIONS, TOKEN, Asker

GRANT = {
    "client_id": OPTIONS.client_id,
    "client_secret": OPTIONS.client_secret,
    "grant_type": "client_credentials",
}
API = "/admin/api/2026-10/graphql.json"
SHOP = {"query": "{ shop { name } }"}


def first_load(token: str) -> RequestInput:
    headers = {"Authorization": f"Bearer {token}"}
    return {"method": "GET", "headers": headers, "url": "https://app.example.com/panel/", "body": ""}


def token_answer(asker: Asker, **given: str) -> Any:
    return asker.client.post("/admin/oauth/access_token", json={**GRANT, **given}, headers={"Host": DOMAIN})


@pytest.mark.parametrize("form", [False, True])
def test_client_credentials_are_changed_for_a_token_that_works(small: Asker, form: bool) -> None:
    body: dict[str, Any] = {"data": GRANT} if form else {"json": GRANT}
    answer = small.client.post("/admin/oauth/access_token", headers={"Host": DOMAIN}, **body)
    granted = answer.get_json()
    assert (answer.status_code, granted["expires_in"]) == (200, 86_399)
    assert "read_all_orders" in granted["scope"].split(",")
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": granted["access_token"]}
    asked = small.client.post(API, json=SHOP, headers=headers)
    assert asked.get_json()["data"] == {"shop": {"name": "Small & Sons"}}
    assert asked.headers["X-Shopify-API-Version"] == "2026-10"


@pytest.mark.parametrize(
    ("given", "status", "error"),
    [
        ({"client_id": "somebody"}, 400, "application_cannot_be_found"),
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_are_named(small: Asker, given: dict[str, str], status: int, error: str) -> None:
    answer = token_answer(small, **given)
    assert (answer.status_code, answer.get_json()["error"]) == (status, error)


@pytest.mark.parametrize("token", ["", "shpat_", "shpat_00000000deadbeef", "shpat_zz", "ü"])
def test_a_wrong_token_is_told_so(small: Asker, token: str) -> None:
    answer = small.client.post(API, json=SHOP, headers={"Host": DOMAIN, "X-Shopify-Access-Token": token})
    assert answer.status_code == 401
    message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
    assert answer.get_json() == {"errors": message}


def test_a_token_ends_after_a_day_and_outlives_a_restart() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    token = Tokens(OPTIONS, Installation(OPTIONS)).exchange(GRANT, now)[1]["access_token"]
    rotated = Options(client_secret="rotated")
    restarted = Tokens(OPTIONS, Installation(OPTIONS))
    assert restarted.bucket(token, now + timedelta(hours=23))
    assert restarted.bucket(token, now + timedelta(hours=25)) is None
    assert Tokens(rotated, Installation(rotated)).bucket(token, now) is None


def test_the_same_token_pays_from_the_same_bucket() -> None:
    tokens = Tokens(OPTIONS, Installation(OPTIONS))
    now = datetime.now(UTC)
    assert tokens.bucket(TOKEN, now) is tokens.bucket(TOKEN, now)


@pytest.mark.parametrize("host", ["127.0.0.1", "other.myshopify.com", f"{DOMAIN}.evil.example"])
def test_the_api_answers_under_the_shops_domain_only(small: Asker, host: str) -> None:
    headers = {"Host": host, "X-Shopify-Access-Token": TOKEN}
    assert small.client.post(API, json=SHOP, headers=headers).status_code == 404


def test_an_unknown_version_is_not_found(small: Asker) -> None:
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": TOKEN}
    assert small.client.post("/admin/api/2026-13/graphql.json", json=SHOP, headers=headers).status_code == 404


def test_a_body_that_is_no_json_is_a_bad_request(small: Asker) -> None:
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": TOKEN, "Content-Type": "application/json"}
    assert small.client.post(API, data=b"{", headers=headers).status_code == 400


def test_shopifys_own_library_takes_the_id_token() -> None:
    token = mint_id_token(OPTIONS, 42, datetime.now(UTC))
    app = ShopifyApp(OPTIONS.client_id, OPTIONS.client_secret)
    result = app.verify_app_home_req(first_load(token), "/patch")
    assert (result.ok, result.shop, result.user_id) == (True, DOMAIN.partition(".")[0], "42")


def test_an_id_token_is_good_for_a_minute() -> None:
    token = mint_id_token(OPTIONS, 42, datetime.now(UTC) - timedelta(minutes=3))
    app = ShopifyApp(OPTIONS.client_id, OPTIONS.client_secret)
    assert not app.verify_app_home_req(first_load(token), "/patch").ok
