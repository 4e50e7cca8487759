"""Tokens, hosts, versions, ID tokens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shopify_app import RequestInput, ShopifyApp

from sandbox.shopify import Options, mint_id_token
from sandbox.shopify.auth import Tokens
from sandbox.shopify.installation import Installation
from tests.sandbox.shopify.conftest import DOMAIN, OPTIONS, SECRET, TOKEN, Asker

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


NOW = datetime(2026, 11, 22, tzinfo=UTC)
APP = {"client_id": OPTIONS.client_id, "client_secret": OPTIONS.client_secret}
EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
    "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
}


def new_tokens() -> Tokens:
    return Tokens(OPTIONS, Installation(OPTIONS))


def exchanged(tokens: Tokens, expiring: int = 1, now: datetime = NOW) -> Any:
    id_token = mint_id_token(OPTIONS, 42, datetime.now(UTC))
    return tokens.exchange({**APP, **EXCHANGE, "subject_token": id_token, "expiring": expiring}, now)[1]


def refreshed(tokens: Tokens, refresh_token: str, now: datetime) -> tuple[int, Any]:
    return tokens.exchange({**APP, "grant_type": "refresh_token", "refresh_token": refresh_token}, now)


def test_an_id_token_is_changed_for_an_hour_s_token_and_what_renews_it() -> None:
    tokens = new_tokens()
    granted = exchanged(tokens)
    assert (granted["expires_in"], granted["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert granted["refresh_token"].startswith("shprt_")
    assert tokens.bucket(granted["access_token"], NOW + timedelta(minutes=59))
    assert tokens.bucket(granted["access_token"], NOW + timedelta(minutes=61)) is None
    assert tokens.bucket(granted["refresh_token"], NOW) is None


def test_a_token_that_is_not_to_run_out_has_nothing_to_renew_it_and_can_be_migrated() -> None:
    tokens = new_tokens()
    permanent = exchanged(tokens, expiring=0)
    assert set(permanent) == {"access_token", "scope"}
    assert tokens.bucket(permanent["access_token"], NOW + timedelta(days=400))
    offline = EXCHANGE["requested_token_type"]
    asked = {
        **APP,
        **EXCHANGE,
        "subject_token": permanent["access_token"],
        "subject_token_type": offline,
        "expiring": 1,
    }
    status, migrated = tokens.exchange(asked, NOW)
    assert (status, migrated["expires_in"]) == (200, 3600)
    assert tokens.bucket(permanent["access_token"], NOW) is None
    assert tokens.exchange(asked, NOW)[0] == 400


@pytest.mark.parametrize(
    ("minter", "minutes"),
    [
        (OPTIONS, 3),
        (Options(domain="theirs.myshopify.com", client_id=OPTIONS.client_id, client_secret=SECRET), 0),
        (Options(domain=DOMAIN, client_id="another-app", client_secret=SECRET), 0),
        (Options(domain=DOMAIN, client_id=OPTIONS.client_id, client_secret="f" * 40), 0),
    ],
)
def test_another_id_token_is_changed_for_nothing(minter: Options, minutes: int) -> None:
    id_token = mint_id_token(minter, 42, datetime.now(UTC) - timedelta(minutes=minutes))
    status, said = new_tokens().exchange({**APP, **EXCHANGE, "subject_token": id_token}, NOW)
    assert (status, said["error"]) == (400, "invalid_subject_token")


def test_a_refresh_token_serves_until_the_next_one_is_used() -> None:
    tokens = new_tokens()
    first = exchanged(tokens)["refresh_token"]
    _, lost = refreshed(tokens, first, NOW)
    status, second = refreshed(tokens, first, NOW + timedelta(days=29))
    assert status == 200
    assert refreshed(tokens, second["refresh_token"], NOW + timedelta(days=29))[0] == 200
    status, said = refreshed(tokens, first, NOW + timedelta(days=29))
    assert (status, said["error_description"]) == (401, "This request requires an active refresh_token")
    assert lost["refresh_token"] != second["refresh_token"]


@pytest.mark.parametrize(("used", "asked", "status"), [(None, 89, 200), (None, 91, 401), (1, 30, 200), (1, 32, 401)])
def test_a_refresh_token_ends(used: int | None, asked: int, status: int) -> None:
    """After 90 days, or 30 after its first use."""
    tokens = new_tokens()
    first = exchanged(tokens)["refresh_token"]
    if used is not None:
        refreshed(tokens, first, NOW + timedelta(days=used))
    assert refreshed(tokens, first, NOW + timedelta(days=asked))[0] == status


def test_nothing_outlives_the_app_in_the_shop() -> None:
    tokens = new_tokens()
    granted = exchanged(tokens)
    tokens.installation.uninstall(NOW + timedelta(minutes=1))
    gone = NOW + timedelta(minutes=2)
    assert tokens.bucket(granted["access_token"], gone) is None
    for given in ({**APP, "grant_type": "client_credentials"}, {**APP, "grant_type": "refresh_token"}):
        assert tokens.exchange(given, gone)[1]["error"] == "app_not_installed"
    tokens.installation.install(gone)
    assert tokens.bucket(granted["access_token"], gone) is None
    assert refreshed(tokens, granted["refresh_token"], gone)[0] == 401
    again = exchanged(tokens, now=gone)
    assert tokens.bucket(again["access_token"], gone)


def test_scopes_and_plan_are_told_and_answered(small: Asker) -> None:
    client, told = small.client, []
    small.face.webhooks.tell = lambda name, topic, body, at: told.append((topic, body()))  # type: ignore[method-assign]
    local = {"Host": "127.0.0.1"}
    client.post("/_sandbox/shopify/scopes?granted=read_orders", headers=local)
    client.post("/_sandbox/shopify/plan?name=Growth", headers=local)
    query = "{ currentAppInstallation { accessScopes { handle } activeSubscriptions { name status } } }"
    assert small.data(query)["currentAppInstallation"] == {
        "accessScopes": [{"handle": "read_orders"}],
        "activeSubscriptions": [{"name": "Growth", "status": "ACTIVE"}],
    }
    assert [topic for topic, _ in told] == ["app/scopes_update", "app_subscriptions/update"]
    assert told[0][1]["previous"] == list(OPTIONS.scopes)
