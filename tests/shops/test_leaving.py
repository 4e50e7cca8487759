"""Uninstalled, installed again, told late: each ends where the newest installation stands."""

import json
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from app.db.scope import shop_scope
from app.errors import AuthLost
from app.lib.clock import utc_now
from app.shops.install import prove
from app.shops.lifecycle import pause
from sandbox.shopify.signing import webhook_signature
from sync.models import Cursor, Run
from tests.shops.conftest import DOMAIN, SECRET, House
from tests.shops.test_install import queued

RESOURCES = ("products", "customers", "orders", "checkouts")


def tell_of_the_end(house: House, at: datetime) -> None:
    """Deliver app/uninstalled as Shopify does, however late, and work it."""
    body = json.dumps({"id": 548380009, "domain": DOMAIN, "updated_at": "2020-01-01T00:00:00Z"}).encode()
    headers = {
        "X-Shopify-Topic": "app/uninstalled",
        "X-Shopify-Shop-Domain": DOMAIN,
        "X-Shopify-Webhook-Id": at.isoformat(),
        "X-Shopify-Triggered-At": at.isoformat(),
        "X-Shopify-Hmac-Sha256": webhook_signature(SECRET, body),
        "Content-Type": "application/json",
    }
    client: FlaskClient = house.panel
    assert client.post("/webhooks/shopify", data=body, headers=headers).status_code == 200
    house.work("deliveries")


def calls(house: House) -> tuple[int, int]:
    """How often the shop was asked for anything."""
    return house.face.tokens.granted, house.face.tokens.points.asked


def copied(house: House) -> None:
    """As if its whole history had been copied."""
    now = utc_now()
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        for resource in RESOURCES:
            run = {"kind": "backfill", "resource": resource, "state": "done", "started_at": now, "changed_at": now}
            scope.add(Run(shop_id=scope.shop_id, **run))
            scope.add(Cursor(shop_id=scope.shop_id, resource=resource, since=now))
        scope.shop.state, scope.shop.backfilled_at = "active", now


def test_uninstalling_stops_everything_at_once_and_calls_nobody(house: House) -> None:
    house.open_panel()
    copied(house)
    client = house.client()
    client.facts()
    before = calls(house)
    house.pull_lever("uninstall")
    tell_of_the_end(house, utc_now())
    assert (house.shop.state, house.shop.remedy) == ("uninstalled", None)
    assert "grant" not in house.secrets()
    with pytest.raises(AuthLost, match="not connected any more"):
        client.facts()  # work in hand stops as well
    house.work("backfill", "pull", "fetch", "webhooks", "facts", "installation")
    assert house.ask_panel().status_code == 401
    assert calls(house) == before


def test_an_old_uninstallation_is_told_by_its_own_time_and_not_by_the_shop_s(house: House) -> None:
    """The body is the shop, which may not have changed for years."""
    house.open_panel()
    tell_of_the_end(house, utc_now())
    assert house.shop.state == "uninstalled"


def test_a_shop_that_comes_back_goes_on_where_it_was(house: House) -> None:
    house.open_panel()
    copied(house)
    before = house.shop
    house.pull_lever("uninstall")
    tell_of_the_end(house, utc_now())
    house.pull_lever("install")
    assert house.open_panel().status_code == 200
    back = house.shop
    assert (back.id, back.state, back.uninstalled_at) == (before.id, "connecting", None)
    assert back.installed_at > before.installed_at
    house.work("backfill")
    assert (house.shop.state, house.shop.backfilled_at) == ("active", before.backfilled_at)
    assert "pull" in queued(house)  # the gap
    with shop_scope(house.context.engine, back.id) as scope:
        assert {cursor.resource for cursor in scope.all(select(Cursor))} == set(RESOURCES)
        assert all(cursor.since <= before.backfilled_at for cursor in scope.all(select(Cursor)) if before.backfilled_at)
    assert house.client().facts().name == "Small & Sons"


def test_an_uninstallation_told_late_does_not_undo_a_newer_installation(house: House) -> None:
    house.open_panel()
    left_at = utc_now()
    house.pull_lever("uninstall")
    tell_of_the_end(house, left_at)
    house.pull_lever("install")
    house.open_panel()
    tell_of_the_end(house, left_at + timedelta(microseconds=1))
    assert house.shop.state == "connecting"
    assert house.client().facts().name == "Small & Sons"


def test_it_does_not_even_where_nobody_had_noticed_that_the_shop_was_away(house: House) -> None:
    """Uninstalled and installed again between two calls: the panel that is opened proves it, the old token is found
    dead by the next call, and the next opening mends it."""
    house.open_panel()
    copied(house)
    left_at = utc_now()
    house.pull_lever("uninstall")
    house.pull_lever("install")
    prove(house.context, house.shop.id, utc_now())  # the panel opened, with an ID token from after that
    tell_of_the_end(house, left_at)
    assert house.shop.state == "active"
    with pytest.raises(AuthLost):
        house.work("installation")
    assert (house.shop.state, house.shop.remedy) == ("paused", "reopen")
    house.open_panel()
    assert house.client().facts().name == "Small & Sons"


def test_an_id_token_from_before_the_end_proves_nothing(house: House) -> None:
    house.open_panel()
    token, left_at = house.id_token(), utc_now() + timedelta(minutes=1)
    assert house.open_panel(id_token=token).status_code == 200
    assert house.shop.authorised_at is not None
    assert house.shop.authorised_at < left_at
    tell_of_the_end(house, left_at)
    assert house.shop.state == "uninstalled"


def test_work_that_was_refused_before_the_shop_was_authorised_again_does_not_pause_it(house: House) -> None:
    house.open_panel()
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        pause(scope, AuthLost("with the old token"), utc_now() - timedelta(minutes=1))
    assert house.shop.state == "connecting"
    with shop_scope(house.context.engine, house.shop.id, write=True) as scope:
        pause(scope, AuthLost("with the new one"), utc_now())
    assert house.shop.state == "paused"
