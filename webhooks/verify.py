"""Whose delivery is it, and is it theirs: shops with their secrets, remembered for some seconds."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.shops import credentials
from app.shops.apps import app_of
from app.shops.models import Shop

REMEMBERED = 10.0  # seconds


@dataclass(frozen=True)
class Known:
    """A shop and the secrets that its platform may have signed with."""

    shop_id: int
    secrets: tuple[str, ...]
    until: float


class Shops:
    """The shops that deliveries come from: Shopify's by their domain, WooCommerce's by our id."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[tuple[str, str], Known] = {}  # one read or write at a time is all that it needs: no lock

    def signed_by(self, platform: str, name: str, is_signed: Callable[[Sequence[str]], bool]) -> int | None:
        """The shop's id, where its signature is good. Where it is not, the secrets are read afresh and tried again, so
        that a new secret works at once."""
        known = self._known.get((platform, name))
        if known is None or known.until < time.monotonic() or not is_signed(known.secrets):
            known = self._look_up(platform, name)
            if known is None or not is_signed(known.secrets):
                self._known.pop((platform, name), None)
                return None
            self._known[platform, name] = known
        return known.shop_id

    def is_known(self, platform: str, name: str) -> bool:
        return self._find(platform, name) is not None

    def _look_up(self, platform: str, name: str) -> Known | None:
        shop_id = self._find(platform, name)
        if shop_id is None:
            return None
        with shop_scope(self._context.engine, shop_id) as scope:
            kept = credentials.secrets(scope, self._context.keyring)
        return Known(shop_id, self._signing(platform, kept), time.monotonic() + REMEMBERED)

    def _find(self, platform: str, name: str) -> int | None:
        is_named = Shop.id == int(name) if platform == "woocommerce" else Shop.domain == name
        with every_shop(self._context.engine) as db:
            return db.first(select(Shop.id).where(Shop.platform == platform, is_named))

    def _signing(self, platform: str, kept: Mapping[str, str]) -> tuple[str, ...]:
        if platform == "woocommerce":
            return tuple(filter(None, [kept.get("webhook_secret")]))
        app = app_of(kept, self._context.settings)
        return app.secrets if app else ()
