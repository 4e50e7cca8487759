"""A shop's secrets."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from app.db.scope import every_shop, shop_scope
from app.lib.encryption import Keyring, new_key
from app.shops import credentials
from app.shops.models import Shop

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEYRING = Keyring([new_key()])


def test_secrets_are_kept_encrypted_and_replaced_by_name(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        credentials.keep(scope, KEYRING, "client_secret", "first", NOW)
        credentials.keep(scope, KEYRING, "client_secret", "second", NOW)
        credentials.keep(scope, KEYRING, "access_token", "shpat", NOW, expires_at=NOW)
        assert credentials.secrets(scope, KEYRING) == {"client_secret": "second", "access_token": "shpat"}
    with every_shop(engine) as db:
        values = [bytes(row[0]) for row in db.batch().rows("SELECT value FROM credentials")]
    assert not any(word in value for value in values for word in (b"first", b"second", b"shpat"))
    with shop_scope(engine, stranger.id) as scope:
        assert credentials.secrets(scope, KEYRING) == {}


def test_forgetting_one_shop_s_secrets_leaves_the_other_s(engine: Engine, shop: Shop, stranger: Shop) -> None:
    for one in (shop, stranger):
        with shop_scope(engine, one.id, write=True) as scope:
            credentials.keep(scope, KEYRING, "client_secret", "x", NOW)
    with shop_scope(engine, shop.id, write=True) as scope:
        credentials.forget(scope)
        assert credentials.secrets(scope, KEYRING) == {}
    with shop_scope(engine, stranger.id) as scope:
        assert credentials.secrets(scope, KEYRING) == {"client_secret": "x"}
