"""Asking a merchant to install a stand-alone app, and knowing who comes back."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.shopify.installation import REQUESTED, SCOPES, missing, opened
from connectors.shopify.permission import WINDOW, is_signed, permission_url

TOML = Path(__file__).parents[3] / "extensions" / "shopify" / "shopify.app.toml"
AT = 1337178173
NOW = datetime.fromtimestamp(AT, UTC)
Query = dict[str, Sequence[str]]


def query(**changed: str | None) -> Query:
    """Shopify's own example, signed with `hush`."""
    given: dict[str, str | None] = {
        "code": "0907a61c0c8d55e99db179b68161bc00",
        "shop": "some-shop.myshopify.com",
        "timestamp": str(AT),
        "hmac": "4712bf92ffc2917d15a2f5a273e39f0116667419aa4b6ac0b3baaf26fa3c4d20",
        **changed,
    }
    return {name: [value] for name, value in given.items() if value is not None}


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(AT + seconds, UTC)


@pytest.mark.parametrize("secrets", [["hush"], ["new", "hush"]])
@pytest.mark.parametrize("late", [-WINDOW, 0, WINDOW])
def test_who_comes_from_shopify_just_now_is_known(
    monkeypatch: pytest.MonkeyPatch, late: int, secrets: list[str]
) -> None:
    monkeypatch.setattr("shopify.session.time.time", lambda: AT + late)
    assert is_signed(query(), secrets, at(late))


@pytest.mark.parametrize("late", [-WINDOW - 1, WINDOW + 1, 3600])
def test_what_is_older_than_a_minute_and_a_half_is_not_taken(monkeypatch: pytest.MonkeyPatch, late: int) -> None:
    """ShopifyAPI alone takes it for a day, and from the future for ever."""
    monkeypatch.setattr("shopify.session.time.time", lambda: AT + late)
    assert not is_signed(query(), ["hush"], at(late))


@pytest.mark.parametrize(
    "bad",
    [
        query(hmac="0" * 64),
        query(hmac="ä"),
        query(hmac=None),
        query(shop="other-shop.myshopify.com"),
        query(more="1"),
        query(timestamp=None),
        query(timestamp=""),
        query(timestamp="junk"),
        query(timestamp="NaN"),
        query(timestamp="1337178173.5"),
        query(timestamp="-1337178173"),
        query(timestamp="١٣٣٧١٧٨١٧٣"),
        query(timestamp="9" * 400),
        {**query(), "shop": ["some-shop.myshopify.com", "other-shop.myshopify.com"]},
        {**query(), "hmac": []},
        {},
    ],
)
def test_what_shopify_did_not_sign_is_refused(monkeypatch: pytest.MonkeyPatch, bad: Query) -> None:
    monkeypatch.setattr("shopify.session.time.time", lambda: AT)
    assert not is_signed(bad, ["hush"], NOW)


def test_another_secret_fits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopify.session.time.time", lambda: AT)
    assert not is_signed(query(), ["hush-hush", ""], NOW)


def test_the_merchant_is_asked_for_what_the_app_s_own_configuration_asks() -> None:
    asked = tomllib.loads(TOML.read_text())["access_scopes"]["scopes"].split(",")
    assert sorted(REQUESTED) == sorted(asked)
    address = urlsplit(permission_url("an-id", "ours.myshopify.com", "https://regulars.example/back", "a state"))
    assert (address.hostname, address.path) == ("ours.myshopify.com", "/admin/oauth/authorize")
    assert parse_qs(address.query) == {
        "client_id": ["an-id"],
        "scope": [",".join(REQUESTED)],
        "redirect_uri": ["https://regulars.example/back"],
        "state": ["a state"],
    }


def test_what_is_asked_for_and_granted_lacks_the_old_orders_only() -> None:
    """R2. Whoever wants orders of more than 60 days asks Shopify for it separately."""
    assert set(missing(REQUESTED)) == {"read_all_orders"}
    assert set(missing([])) == set(SCOPES)
    assert "60 days" in missing(REQUESTED)["read_all_orders"]


@pytest.mark.parametrize(
    ("before", "after", "resources"),
    [
        (["read_orders"], ["read_orders", "read_all_orders"], {"orders"}),
        (["read_orders"], ["read_orders", "write_customers"], {"customers"}),
        (["write_customers"], ["write_customers", "read_customers"], set()),
        (["read_orders", "read_products"], ["read_orders"], set()),
    ],
)
def test_a_new_scope_opens_what_it_is_for(before: list[str], after: list[str], resources: set[str]) -> None:
    assert set(opened(before, after)) == resources
