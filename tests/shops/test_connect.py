"""Connecting a shop: what is turned away leaves nothing behind."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import select

from app import settings
from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.errors import Refused
from app.jobs.models import JobRow
from app.lib.encryption import Keyring, new_key
from app.shops import connect as connecting
from app.shops import credentials
from app.shops.models import Account, Credential, Shop
from connectors.base import Companion, ShopFacts, Webhook

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
GOOD = {"consumer_key": "ck_reads_and_writes", "consumer_secret": "cs"}
READS = {"consumer_key": "ck_reads", "consumer_secret": "cs"}
DOMAIN = "shop.example"


class Platform:
    """A connector and its client in one: a key that may only read is turned away by the first webhook it makes."""

    def __init__(self) -> None:
        self.key = ""
        self.more: list[Webhook] = []
        self.subscribed: list[tuple[str, str]] = []

    def locate(self, address: str, session: requests.Session) -> tuple[str, str]:
        return DOMAIN, f"https://{DOMAIN}"

    def client(
        self, domain: str, home_url: str, secrets: Mapping[str, str], session: requests.Session, **more: Any
    ) -> "Platform":
        self.key = secrets["consumer_key"]
        return self

    def facts(self) -> ShopFacts:
        return ShopFacts(DOMAIN, "A shop", "EUR", "Europe/Berlin", f"https://{DOMAIN}")

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        if self.key == READS["consumer_key"]:
            raise Refused("The key's permissions are not enough; Regulars needs read and write.")
        self.subscribed.append((address, secret))
        return [Webhook("1", "order.created", address, True), *self.more]

    def announce(self, shop_id: str, public_url: str, secret: str, *, anew: bool = False) -> Companion:
        return "absent"


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    made = Platform()
    monkeypatch.setattr(connecting, "connector_of", lambda name: made)
    return made


@pytest.fixture
def context(engine: Engine, tmp_path: Path) -> Context:
    given = settings.read({"REGULARS_HOME": str(tmp_path), "PUBLIC_URL": "https://regulars.example"})
    return Context(given, engine, Keyring([new_key()]))


def connect(context: Context, secrets: Mapping[str, str], now: datetime = NOW) -> int:
    return connecting.connect(context, "woocommerce", DOMAIN, secrets, now)


def test_a_key_that_may_only_read_connects_nothing(context: Context, platform: Platform) -> None:
    with pytest.raises(Refused, match="permissions"):
        connect(context, READS)
    with every_shop(context.engine) as db:
        assert db.all(select(Shop)) == []
        assert db.all(select(Account)) == []


def test_a_connected_shop_stays_as_it_was_when_another_key_is_turned_away(context: Context, platform: Platform) -> None:
    shop_id = connect(context, GOOD)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        scope.shop.state = "active"
    with pytest.raises(Refused):
        connect(context, READS, LATER)
    with shop_scope(context.engine, shop_id) as scope:
        assert scope.shop.state == "active"
        assert scope.shop.installed_at == NOW
        assert credentials.secrets(scope, context.keyring)["consumer_key"] == GOOD["consumer_key"]


def test_the_webhooks_go_to_the_shop_that_is_kept(context: Context, platform: Platform) -> None:
    shop_id = connect(context, GOOD)
    with shop_scope(context.engine, shop_id) as scope:
        assert scope.shop.webhooks_state == "1 of 1 active"
        secret = credentials.secrets(scope, context.keyring)["webhook_secret"]
    assert platform.subscribed == [(f"https://regulars.example/webhooks/woocommerce/{shop_id}", secret)]


def test_what_the_shop_took_too_long_for_is_set_up_by_the_worker(context: Context, platform: Platform) -> None:
    platform.more = [Webhook("", "order.updated", "", is_active=False, is_due=True)]
    shop_id = connect(context, GOOD)
    with shop_scope(context.engine, shop_id) as scope:
        assert scope.shop.webhooks_state == "1 of 2 active"
        assert scope.shop.webhooks == {"order.created": "active", "order.updated": "waiting"}
    with every_shop(context.engine) as db:
        assert "webhooks" in db.all(select(JobRow.name))


def test_a_shop_connected_again_keeps_its_id_and_its_webhook_secret(context: Context, platform: Platform) -> None:
    assert connect(context, GOOD) == connect(context, GOOD, LATER)
    first, second = platform.subscribed
    assert first == second


def test_a_shop_connected_again_in_another_way_forgets_the_old_one(context: Context, platform: Platform) -> None:
    shop_id = connect(context, GOOD)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        credentials.keep(scope, context.keyring, "access_token", "of long ago", LATER)
    connect(context, GOOD, LATER)
    with shop_scope(context.engine, shop_id) as scope:
        assert "access_token" not in credentials.secrets(scope, context.keyring)


def test_the_secret_before_this_one_is_taken_for_a_day(context: Context, platform: Platform) -> None:
    """What was signed before the change may still be on its way."""
    shop_id = connect(context, {**GOOD, "client_secret": "first"})
    connect(context, {**GOOD, "client_secret": "first"}, LATER)
    assert old_secret(context, shop_id) == (None, None)
    connect(context, {**GOOD, "client_secret": "second"}, LATER)
    assert old_secret(context, shop_id) == ("first", LATER + timedelta(days=1))


def old_secret(context: Context, shop_id: int) -> tuple[str | None, datetime | None]:
    with shop_scope(context.engine, shop_id) as scope:
        row = scope.find(Credential, "client_secret_old")
        return credentials.secrets(scope, context.keyring).get("client_secret_old"), row and row.expires_at
