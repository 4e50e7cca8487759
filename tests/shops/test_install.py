"""Installing from the shop's own admin: the panel is opened, and that is all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.db.scope import shop_scope
from app.errors import RateLimited
from app.lib.clock import utc_now
from app.settings import Settings
from app.shops import credentials
from app.shops.models import Shop
from sandbox.shopify.auth import Tokens
from tests.conftest import make_shop
from tests.shops.conftest import CLIENT_ID, DOMAIN, SECRET, Clock, House
from webhooks.verify import Shops

OTHER_SECRET = "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"


def queued(house: House) -> set[str]:
    with house.context.engine.connect() as connection:
        return set(connection.execute(text("SELECT name FROM jobs WHERE state = 'ready'")).scalars())


def keep(house: House, shop: Shop, **secrets: str) -> None:
    with shop_scope(house.context.engine, shop.id, write=True) as scope:
        credentials.change(scope, house.context.keyring, secrets, utc_now())


def test_the_first_opening_of_the_panel_installs_and_shows_the_copying(house: House) -> None:
    answer = house.open_panel()
    assert answer.status_code == 200
    assert "history is being copied" in answer.text
    assert (house.shop.domain, house.shop.name, house.shop.state) == (DOMAIN, "Small & Sons", "connecting")
    assert queued(house) >= {"furnish", "webhooks", "installation", "backfill"}
    assert house.shop.scopes == sorted(house.face.world.installation.scopes)
    assert house.ask_panel().status_code == 200
    assert house.face.tokens.granted == 1  # what follows finds it installed


def test_each_shop_that_installs_is_an_account_of_its_own(house: House) -> None:
    stranger = make_shop(house.context.engine, domain="theirs.myshopify.com")
    house.open_panel()
    ours = next(shop for shop in house.shops() if shop.domain == DOMAIN)
    assert ours.account_id != stranger.account_id


def test_two_windows_at_once_install_one_shop(house: House) -> None:
    with ThreadPoolExecutor(2) as windows:
        opened = [windows.submit(house.open_panel) for _ in range(2)]
        assert [one.result().status_code for one in opened] == [200, 200]
    assert len(house.shops()) == 1


def test_nobody_installs_with_a_token_that_shopify_did_not_sign(house: House) -> None:
    assert house.open_panel(id_token=house.id_token(OTHER_SECRET)).status_code == 401
    assert house.shops() == []
    assert house.face.tokens.granted == 0


def test_a_page_that_is_open_already_installs_nothing(house: House) -> None:
    assert house.ask_panel().status_code == 401
    assert house.shops() == []
    assert house.face.tokens.granted == 0


def test_a_shop_that_does_not_have_the_app_is_not_installed(house: House) -> None:
    house.face.world.installation.uninstall(utc_now())
    assert house.open_panel().status_code == 401
    assert house.shops() == []


def test_a_shopify_that_has_no_time_is_asked_again_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.shops.install.oauth.exchange", _busy)
    assert house.open_panel().status_code == 503
    assert house.shops() == []


def _busy(*_: Any) -> None:
    raise RateLimited("not now")


@pytest.mark.parametrize("signer", [SECRET, OTHER_SECRET])
def test_a_shop_s_own_secret_is_the_only_one_for_that_shop(house: House, signer: str) -> None:
    own = make_shop(house.context.engine, domain=DOMAIN)
    keep(house, own, client_id=CLIENT_ID, client_secret=OTHER_SECRET)
    is_own = signer == OTHER_SECRET
    assert house.open_panel(id_token=house.id_token(signer)).status_code == (200 if is_own else 401)
    signed_by = Shops(house.context).signed_by("shopify", DOMAIN, lambda secrets: signer in secrets)
    assert signed_by == (own.id if is_own else None)
    assert house.face.tokens.granted == 0


def test_a_shop_s_own_secret_is_none_for_another_shop(house: House) -> None:
    own = make_shop(house.context.engine, domain="theirs.myshopify.com")
    keep(house, own, client_id=CLIENT_ID, client_secret=OTHER_SECRET)
    house.open_panel()
    assert house.open_panel(id_token=house.id_token(OTHER_SECRET)).status_code == 401
    assert Shops(house.context).signed_by("shopify", DOMAIN, lambda secrets: OTHER_SECRET in secrets) is None


def test_old_and_new_secret_of_the_house_are_taken_while_they_are_changed(house: House) -> None:
    house.open_panel()
    changing = replace(house.context.settings, shopify_client_secret=OTHER_SECRET, shopify_client_secret_old=SECRET)
    changed = replace(house.context.settings, shopify_client_secret=OTHER_SECRET)
    assert signers(house, changing) == {SECRET, OTHER_SECRET}
    assert signers(house, changed) == {OTHER_SECRET}


def signers(house: House, given: Settings) -> set[str]:
    shops = Shops(replace(house.context, settings=given))
    return {one for one in (SECRET, OTHER_SECRET) if shops.signed_by("shopify", DOMAIN, {one}.issubset)}


def test_a_shop_of_its_own_app_is_not_taken_over_by_the_house_s(house: House) -> None:
    own = make_shop(house.context.engine, domain=DOMAIN)
    keep(house, own, client_id="its-own", client_secret=OTHER_SECRET)
    before = house.secrets()
    assert house.open_panel().status_code == 401
    assert house.secrets() == before


def test_an_old_permanent_token_is_changed_for_one_that_runs_out(house: House) -> None:
    permanent = house.face.tokens.mint.make("permanent", utc_now())
    keep(house, make_shop(house.context.engine, domain=DOMAIN), access_token=permanent)
    assert house.client().facts().name == "Small & Sons"
    assert house.grant().refresh_token
    assert "access_token" not in house.secrets()
    assert house.face.tokens.bucket(permanent, utc_now()) is None


def test_a_merchant_s_own_app_asks_once_a_day(house: House, clock: Clock) -> None:
    given = replace(house.context.settings, shopify_client_id=None, shopify_client_secret=None)
    house.context = replace(house.context, settings=given)
    keep(house, make_shop(house.context.engine, domain=DOMAIN), client_id=CLIENT_ID, client_secret=SECRET)
    for _ in range(3):
        house.client().facts()
    assert house.face.tokens.granted == 1
    clock.move(hours=23, minutes=56)
    house.client().facts()
    assert house.face.tokens.granted == 2
    assert house.grant().refresh_token is None


def test_a_token_taken_back_early_is_renewed_by_one_of_many(house: House) -> None:
    """The refusal of one call renews the token for all others."""
    house.open_panel()
    house.face.tokens.mint.use_up(house.grant().access_token)
    house.client().facts()
    house.client().facts()
    assert house.face.tokens.granted == 2


def test_an_endpoint_that_fails_midway_costs_no_refresh_token(house: House, clock: Clock) -> None:
    """The answer was lost on its way: asked again with the same refresh token, Shopify answers again."""
    house.open_panel()
    clock.move(minutes=58)
    kept = house.grant()
    assert kept.refresh_token
    lost = house.face.tokens.mint.refresh(kept.refresh_token, utc_now())
    assert lost
    house.client().facts()
    assert house.grant().refresh_token not in (kept.refresh_token, lost)


def test_who_dies_while_renewing_holds_nobody_off_for_long(house: House, clock: Clock) -> None:
    house.open_panel()
    clock.move(minutes=58)
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        scope.shop.renewing_until = utc_now()
    clock.move(seconds=1)
    assert house.client().facts().name == "Small & Sons"
    assert house.shop.renewing_until is None


def test_a_slow_renewal_does_not_hold_up_the_database(
    house: House, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.open_panel()
    clock.move(minutes=58)
    exchange: Callable[..., Any] = Tokens.exchange
    seen: list[str] = []

    def looking(*given: Any) -> Any:
        with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
            seen.append(scope.shop.state)
        return exchange(*given)

    monkeypatch.setattr(Tokens, "exchange", looking)
    house.client().facts()
    assert seen == ["connecting"]
