"""A shop's secrets, encrypted at rest."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import select

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


def forget(scope: ShopScope) -> None:
    """The shop's secrets are gone; it has to be connected again."""
    scope.execute(delete(Credential))
