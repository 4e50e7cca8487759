"""A connected shop's secrets as its client sees them: read afresh each time, renewed by one at a time."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import AuthLost, RateLimited
from app.lib.clock import real_now
from app.shops import credentials
from app.shops.apps import with_app
from app.shops.models import Shop
from connectors.vault import Renewal

_LEASE = timedelta(seconds=90)  # longer than a platform is given to answer; a process that dies holds nobody off longer
_PATIENCE = 60.0  # seconds
_PAUSE = 0.1


class KeptSecrets:
    """Keeps `connectors.vault.Vault`. The lock is a column and not the database's: SQLite has one writer, whom nobody
    may hold up while a platform takes its time to answer."""

    def __init__(self, context: Context, shop_id: int) -> None:
        self._context, self._shop_id = context, shop_id

    def read(self) -> Mapping[str, str]:
        with shop_scope(self._context.engine, self._shop_id) as scope:
            _check_installed(scope)
            kept = credentials.secrets(scope, self._context.keyring)
            return with_app(kept, self._context.settings) if scope.shop.platform == "shopify" else kept

    def renew(self, renewal: Renewal) -> Mapping[str, str]:
        with self._alone():
            changed = renewal(self.read())
            if changed:
                self._keep(changed)
        return self.read()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lease = self._wait_for_lease()
        try:
            yield
        finally:
            with shop_scope(self._context.engine, self._shop_id, write=True) as scope:
                mine = update(Shop).where(col(Shop.id) == self._shop_id, col(Shop.renewing_until) == lease)
                scope.execute(mine.values(renewing_until=None))

    def _wait_for_lease(self) -> datetime:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            lease = self._claim(real_now())
            if lease:
                return lease
            time.sleep(_PAUSE)
        raise RateLimited("another process has been renewing the shop's token for a minute", 10.0)

    def _claim(self, now: datetime) -> datetime | None:
        free = or_(col(Shop.renewing_until).is_(None), col(Shop.renewing_until) < now)
        with shop_scope(self._context.engine, self._shop_id, write=True) as scope:
            claim = update(Shop).where(col(Shop.id) == self._shop_id, free).values(renewing_until=now + _LEASE)
            return now + _LEASE if scope.execute(claim) == 1 else None

    def _keep(self, changed: Mapping[str, str]) -> None:
        with shop_scope(self._context.engine, self._shop_id, write=True) as scope:
            _check_installed(scope)
            credentials.change(scope, self._context.keyring, changed, real_now())


def _check_installed(scope: ShopScope) -> None:
    if scope.shop.state == "uninstalled":
        raise AuthLost(f"{scope.shop.domain} is not connected any more.")
