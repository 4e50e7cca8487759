"""Which shops are called: not one that left, not one whose key is lost, and again once it is connected."""

from collections.abc import Sequence

import pytest
from sqlmodel import select

from app.context import Context
from app.db.scope import shop_scope
from app.errors import AuthLost
from app.journal.keep import request_fetches
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.reasons import Kept
from app.shops.models import Shop
from connectors.records import Record
from sync.__main__ import HANDLERS
from sync.backfill import _finish
from sync.fetch import fetch
from tests.sync.conftest import Platform
from tests.sync.told import job


def set_state(context: Context, shop: Shop, state: str) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.shop.state = state


def state_of(context: Context, shop: Shop) -> tuple[str, Kept | None]:
    with shop_scope(context.engine, shop.id) as scope:
        return scope.shop.state, scope.shop.state_reason


def want(context: Context, shop: Shop, *external_ids: str) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        request_fetches(scope, [("order", one) for one in external_ids], "test", utc_now())


@pytest.mark.parametrize("state", ["paused", "uninstalled"])
def test_a_shop_that_left_or_waits_for_its_merchant_is_not_called(
    context: Context, shop: Shop, platform: Platform, state: str
) -> None:
    want(context, shop, "1")
    set_state(context, shop, state)
    again = fetch(context, job(shop, "fetch"))
    assert (again is not None) is (state == "paused")  # it waits for the shop to be back, or ends with it
    assert again is None or again.at is None or again.at > utc_now()
    assert platform.asked == []
    set_state(context, shop, "active")
    fetch(context, job(shop, "fetch"))
    assert platform.asked == [("order", ["1"])]


@pytest.mark.parametrize("name", ["backfill", "pull", "fetch", "webhooks", "facts", "installation"])
def test_every_job_that_calls_a_shop_asks_first(context: Context, shop: Shop, name: str) -> None:
    """The shop has no credentials: whoever called it would fail."""
    want(context, shop, "1")
    set_state(context, shop, "uninstalled")
    assert HANDLERS[name](context, job(shop, name)) is None
    assert state_of(context, shop)[0] == "uninstalled"


def test_a_key_that_is_lost_pauses_the_shop_and_says_why(context: Context, shop: Shop, platform: Platform) -> None:
    def refuse(kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
        raise AuthLost("the key was taken back")

    platform.answer = refuse
    want(context, shop, "1")
    with pytest.raises(AuthLost):
        fetch(context, job(shop, "fetch"))
    assert state_of(context, shop) == ("paused", {"code": "no_access", "details": "the key was taken back"})
    with shop_scope(context.engine, shop.id) as scope:
        assert len(scope.all(select(PendingFetch))) == 1  # it waits for the shop to be connected again


def test_a_shop_that_left_during_its_backfill_stays_gone(context: Context, shop: Shop) -> None:
    set_state(context, shop, "uninstalled")
    with shop_scope(context.engine, shop.id, write=True) as scope:
        _finish(scope, utc_now())
    assert state_of(context, shop)[0] == "uninstalled"
