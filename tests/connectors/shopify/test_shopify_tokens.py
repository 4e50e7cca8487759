"""What the token endpoint may answer, and which token serves."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from app.errors import AuthLost, PlatformDown, RateLimited
from app.lib.clock import real_now
from connectors.shopify import oauth
from connectors.shopify.auth import EARLY, Token
from connectors.shopify.oauth import App, Grant
from connectors.vault import Held
from tests.connectors.shopify.fakes import response

DOMAIN = "shop.myshopify.com"
GOOD = {"access_token": "shpat_new", "scope": "read_orders,write_customers", "expires_in": 3600}
PAIR = {**GOOD, "refresh_token": "shprt_new", "refresh_token_expires_in": 7_776_000}
HOUSE = {"client_id": "id", "client_secret": "secret", "house": "yes"}
OWN = {"client_id": "id", "client_secret": "secret"}


class Endpoint(requests.Session):
    """Answers the same each time; remembers what it was asked."""

    def __init__(self, answer: requests.Response | Exception) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def post(self, url: str, data: Any = None, **options: Any) -> requests.Response:  # type: ignore[override]
        assert url == f"https://{DOMAIN}/admin/oauth/access_token"
        assert options["allow_redirects"] is False
        self.asked.append(json.loads(data))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def app(answer: requests.Response | Exception) -> tuple[App, Endpoint]:
    endpoint = Endpoint(answer)
    return App("id", "secret", DOMAIN, endpoint), endpoint


GRANTS: dict[str, Callable[[App], Grant]] = {
    "exchange": lambda app: oauth.exchange(app, "an-id-token"),
    "refresh": lambda app: oauth.refresh(app, Grant("old", refresh_token="shprt_old")),
    "client credentials": oauth.client_credentials,
    "migrate": lambda app: oauth.migrate(app, "shpat_permanent"),
    "code": lambda app: oauth.by_code(app, "a-code"),
}
EVERY = pytest.mark.parametrize("grant", GRANTS)


@EVERY
def test_a_grant_says_when_it_ends(grant: str) -> None:
    made, endpoint = app(response(200, PAIR))
    granted = GRANTS[grant](made)
    assert (granted.access_token, granted.scopes) == ("shpat_new", ["read_orders", "write_customers"])
    assert granted.expires_at is not None
    assert abs(granted.expires_at - real_now() - timedelta(hours=1)) < timedelta(seconds=5)
    assert granted.refresh_token == (None if grant == "client credentials" else "shprt_new")
    assert len(endpoint.asked) == 1
    assert endpoint.asked[0]["client_id"] == "id"


@pytest.mark.parametrize("grant", ["exchange", "migrate", "code"])
def test_tokens_are_asked_for_that_run_out(grant: str) -> None:
    made, endpoint = app(response(200, PAIR))
    GRANTS[grant](made)
    assert endpoint.asked[0]["expiring"] == 1


@EVERY
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (response(429, Retry_After="7"), RateLimited),
        (response(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), RateLimited),
        (response(500), PlatformDown),
        (response(503, b"<html>"), PlatformDown),
        (response(302, Location="https://elsewhere.example"), PlatformDown),
        (response(200, b"<html>maintenance"), PlatformDown),
        (response(200, b"[]"), PlatformDown),
        (response(200, {"scope": ""}), PlatformDown),
        (requests.ConnectionError("cut"), PlatformDown),
        (requests.ReadTimeout("late"), PlatformDown),
    ],
)
def test_what_time_can_mend_is_not_final(
    grant: str, answer: requests.Response | Exception, kind: type[Exception]
) -> None:
    """R15. The library's own retries, which pause for no time at all, find nothing to repeat."""
    made, endpoint = app(answer)
    with pytest.raises(kind):
        GRANTS[grant](made)
    assert len(endpoint.asked) == 1


@EVERY
@pytest.mark.parametrize(
    "answer",
    [
        response(400, {"error": "invalid_grant"}),
        response(400, {"error": "invalid_subject_token"}),
        response(401, {"error": "invalid_client"}),
        response(
            401, {"error": "invalid_request", "error_description": "This request requires an active refresh_token"}
        ),
        response(403, b"<html>"),
    ],
)
def test_a_refusal_is_final_and_says_what_the_merchant_can_do(grant: str, answer: requests.Response) -> None:
    with pytest.raises(AuthLost) as caught:
        GRANTS[grant](app(answer)[0])
    assert caught.value.remedy == ("connect" if grant == "client credentials" else "reopen")


def kept(grant: Grant, **more: str) -> dict[str, str]:
    return {**HOUSE, "grant": grant.text(), **more}


def ends_in(left: timedelta, **more: str) -> Grant:
    return Grant("shpat_kept", "", real_now() + left, **more)


@pytest.mark.parametrize(
    ("secrets", "asked"),
    [
        ({"access_token": "shpat_fixed", "client_secret": "signs"}, None),
        (kept(ends_in(EARLY + timedelta(seconds=30), refresh_token="shprt_old")), None),
        (kept(Grant("shpat_permanent")), None),
        (kept(ends_in(EARLY - timedelta(seconds=1), refresh_token="shprt_old")), "refresh_token"),
        ({**HOUSE, "access_token": "shpat_permanent"}, "urn:ietf:params:oauth:grant-type:token-exchange"),
        (OWN, "client_credentials"),
        ({**OWN, "grant": ends_in(timedelta(0)).text()}, "client_credentials"),
    ],
)
def test_the_token_that_serves(secrets: dict[str, str], asked: str | None) -> None:
    endpoint = Endpoint(response(200, PAIR))
    vault = Held(secrets)
    value = Token(DOMAIN, vault, endpoint).value()
    assert [one["grant_type"] for one in endpoint.asked] == ([asked] if asked else [])
    assert value == ("shpat_new" if asked else value)
    assert "access_token" not in vault.read() or asked is None


@pytest.mark.parametrize("secrets", [HOUSE, kept(ends_in(timedelta(0)))])
def test_the_house_s_app_never_uses_client_credentials(secrets: dict[str, str]) -> None:
    """They are for shops of the app's own organisation."""
    endpoint = Endpoint(response(200, PAIR))
    with pytest.raises(AuthLost, match="authorise the app again") as caught:
        Token(DOMAIN, secrets, endpoint).value()
    assert caught.value.remedy == "reopen"
    assert endpoint.asked == []


def test_a_refused_token_is_renewed_before_its_end_and_by_nobody_twice() -> None:
    vault, endpoint = Held(kept(ends_in(timedelta(hours=1), refresh_token="shprt_old"))), Endpoint(response(200, PAIR))
    first, second = Token(DOMAIN, vault, endpoint), Token(DOMAIN, vault, endpoint)
    assert first.forget("shpat_kept")
    assert second.forget("shpat_kept")
    assert (first.value(), second.value()) == ("shpat_new", "shpat_new")
    assert len(endpoint.asked) == 1


def test_a_fixed_token_that_is_refused_has_no_other() -> None:
    secrets = {"access_token": "shpat_fixed", "client_secret": "signs"}
    assert not Token(DOMAIN, secrets, Endpoint(response(500))).forget("shpat_fixed")
