"""What a shop grants, what it pays, and how its secrets are kept."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlmodel import select

from app.db.scope import every_shop, shop_scope
from app.errors import AuthLost
from app.lib.clock import real_now, utc_now
from app.lib.encryption import Keyring, new_key
from app.shops import credentials
from app.shops.clients import granted_resources
from app.shops.lifecycle import apply, pause
from app.shops.models import Account, Credential
from app.shops.vault import KeptSecrets
from connectors.records import Lifecycle
from connectors.shopify.auth import Token
from sync.models import Run
from tests.conftest import make_shop
from tests.shops.conftest import CLIENT_ID, DOMAIN, SECRET, House
from tests.shops.test_install import keep, queued
from tests.shops.test_leaving import copied

GRANTED = "read_customers,read_products,write_customers"


def account(house: House) -> Account:
    with every_shop(house.context.engine) as db:
        found = db.first(select(Account).where(Account.id == house.shop.account_id))
    assert found is not None
    return found


def backfills(house: House) -> set[str]:
    with shop_scope(house.context.engine, house.shop.id) as scope:
        return set(scope.all(select(Run.resource).where(Run.kind == "backfill")))


def test_a_scope_that_is_missing_is_shown_with_what_it_disables(house: House) -> None:
    house.open_panel()
    house.pull_lever("scopes", granted=GRANTED)
    house.work("installation")
    page = house.ask_panel("/panel/connections").text
    assert "read_orders" in page
    assert "no figures, points or recovery mails" in page
    assert "write_customers" not in page


@pytest.mark.parametrize("kind", ["scopes_changed", "billing_changed", "cap_approached"])
def test_a_change_of_scopes_or_plan_is_a_hint_to_ask(house: House, kind: Any) -> None:
    shop = make_shop(house.context.engine, domain=DOMAIN)
    with shop_scope(house.context.engine, shop.id, write=True) as scope:
        apply(scope, Lifecycle(kind, utc_now()), utc_now())
    assert queued(house) == {"installation"}


def test_what_was_not_granted_is_left_out_and_the_rest_is_copied(house: House) -> None:
    house.face.world.installation.scopes = ["read_products", "write_customers"]
    house.open_panel()
    assert list(granted_resources(house.shop)) == ["products", "customers"]
    wordpress = make_shop(house.context.engine, "woocommerce", "wool.example")
    assert list(granted_resources(wordpress)) == ["products", "customers", "orders", "refunds", "coupons"]


def test_a_token_that_is_refused_for_good_is_the_merchant_s_to_mend_where_they_can(house: House) -> None:
    house.open_panel()
    vault = KeptSecrets(house.context, house.shop.id)
    assert Token(DOMAIN, vault, requests.Session()).lost("no").remedy == "reopen"
    assert Token(DOMAIN, {"client_id": "own", "client_secret": "x"}, requests.Session()).lost("no").remedy == "connect"


def test_what_was_not_granted_before_is_read_once_it_is(house: House) -> None:
    """R2. The orders of more than 60 days come with the scope that opens them."""
    house.face.world.installation.scopes = ["read_orders", "read_products", "write_customers"]
    house.open_panel()
    copied(house)
    house.work("installation")
    assert (house.shop.state, len(backfills(house))) == ("active", 4)
    house.pull_lever("scopes", granted="read_all_orders,read_orders,read_products,write_customers")
    house.work("installation")
    assert house.shop.state == "connecting"
    assert backfills(house) == {"products", "customers", "checkouts"}
    house.work("installation")
    assert "read_all_orders" in (house.shop.scopes or [])


def test_a_shop_that_is_authorised_anew_with_more_is_read_again_for_it(house: House) -> None:
    house.face.world.installation.scopes = ["read_orders", "read_products", "write_customers"]
    house.open_panel()
    copied(house)
    house.work("installation")
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        pause(scope, AuthLost("no"), utc_now())
    house.face.world.installation.scopes += ["read_all_orders"]
    house.open_panel()
    house.work("installation")
    assert backfills(house) == {"products", "customers", "checkouts"}


def test_what_the_hosted_app_is_paid_is_its_account_s(house: House) -> None:
    house.open_panel()
    house.work("installation")
    assert (account(house).billing, account(house).plan) == ("none", None)
    house.pull_lever("plan", name="Growth")
    house.work("installation")
    assert (account(house).billing, account(house).plan) == ("active", "Growth")
    assert account(house).billed_until is not None
    assert "Growth" in house.ask_panel("/panel/connections").text
    house.pull_lever("plan", name="Growth", status="FROZEN")
    house.work("installation")
    assert account(house).billing == "frozen"
    house.pull_lever("plan", name="Growth", status="CANCELLED")
    house.work("installation")
    assert (account(house).billing, account(house).plan, account(house).billed_until) == ("none", None, None)


def test_nothing_is_sold_to_a_shop_with_an_app_of_its_own(house: House) -> None:
    keep(house, make_shop(house.context.engine, domain=DOMAIN), client_id=CLIENT_ID, client_secret=SECRET)
    house.pull_lever("plan", name="Growth")
    house.work("installation")
    assert (account(house).billing, account(house).billing_checked_at) == ("none", None)
    assert house.shop.scopes


def test_a_new_key_takes_the_place_of_the_old_one(house: House) -> None:
    house.open_panel()
    old, new = new_key(), new_key()
    before = house.secrets()
    house.context = replace(house.context, keyring=Keyring([old]))
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        credentials.change(scope, house.context.keyring, before, real_now())
    house.context = replace(house.context, keyring=Keyring([new, old]))
    assert house.secrets() == before
    house.work("secrets")
    house.context = replace(house.context, keyring=Keyring([new]))
    assert house.secrets() == before
    assert house.client().facts().name == "Small & Sons"


def test_a_secret_that_has_had_its_time_goes(house: House) -> None:
    house.open_panel()
    now = real_now()
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        credentials.keep(scope, house.context.keyring, "client_secret_old", "x", now, now - timedelta(seconds=1))
        credentials.keep(scope, house.context.keyring, "client_secret_older", "y", now, now + timedelta(hours=1))
    house.work("secrets")
    with shop_scope(house.context.engine, house.shop.id) as scope:
        names = {row.name for row in scope.all(select(Credential))}
    assert "client_secret_old" not in names
    assert {"client_secret_older", "grant"} <= names
