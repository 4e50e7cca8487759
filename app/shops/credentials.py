"""A shop's secrets, encrypted at rest."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.lib.encryption import Keyring
from app.shops.models import Credential


def secrets(scope: ShopScope, keyring: Keyring) -> dict[str, str]:
    """All secrets of the shop by name. Raises KeyLost."""
    return {row.name: keyring.open(row.value).decode() for row in scope.all(select(Credential))}


def keep(
    scope: ShopScope, keyring: Keyring, name: str, value: str, now: datetime, expires_at: datetime | None = None
) -> None:
    """Keep a secret, in place of an older one of that name."""
    row = scope.find(Credential, name)
    sealed = keyring.seal(value.encode())
    if row is None:
        scope.add(Credential(shop_id=scope.shop_id, name=name, value=sealed, changed_at=now, expires_at=expires_at))
    else:
        row.value, row.changed_at, row.expires_at = sealed, now, expires_at


def change(scope: ShopScope, keyring: Keyring, changed: Mapping[str, str], now: datetime) -> None:
    """Keep several secrets at once; those that are "" go."""
    scope.lock(scope.shop)  # two who keep a secret that is new would both add it
    for name, value in changed.items():
        if value:
            keep(scope, keyring, name, value, now)
        else:
            forget(scope, name)


def forget(scope: ShopScope, *names: str) -> None:
    """These secrets are gone; without a name all are, and the shop has to be connected again."""
    scope.execute(delete(Credential).where(col(Credential.name).in_(names)) if names else delete(Credential))


def tidy(scope: ShopScope, keyring: Keyring, now: datetime) -> None:
    """Throw away what has had its time, and encrypt with the first key what an older one encrypted."""
    for row in scope.all(select(Credential)):
        if row.expires_at and row.expires_at <= now:
            scope.delete(row)
        elif not keyring.is_first(row.value):
            row.value = keyring.seal(keyring.open(row.value))
