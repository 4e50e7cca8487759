"""A merchant takes a shop away: from that moment nothing is asked or sent. Then we leave the shop itself, and the keys
go; the data go after a month, unless the shop is connected again until then."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import PlatformDown, RateLimited, RegularsError
from app.lib.log import log
from app.reasons import Reason
from app.shops import credentials
from app.shops.apps import with_app
from app.shops.clients import connector_of, facts_of, session_for, webhook_address
from app.shops.models import Shop
from connectors.base import Client
from connectors.vault import Held

KEPT = timedelta(days=30)
_TRIED = timedelta(hours=1)  # to reach a shop that does not answer; then the keys go all the same


def disconnect(scope: ShopScope, now: datetime) -> None:
    """A shop that left already stays as it is."""
    shop = scope.shop
    if shop.state == "uninstalled":
        return
    shop.state, shop.state_reason, shop.remedy = "uninstalled", None, None
    shop.uninstalled_at, shop.wipe_at = now, now + KEPT
    jobs.defer(scope, "farewell", lane="push", dedupe="farewell")


def say_farewell(context: Context, shop_id: int, now: datetime) -> None:
    """Our webhooks go, the plugin's connection too, and then the keys; safe to repeat. A shop that was connected again
    meanwhile is let be. Raises PlatformDown or RateLimited as long as it is worth another try."""
    with shop_scope(context.engine, shop_id) as scope:
        shop, kept = scope.shop, credentials.secrets(scope, context.keyring)
    if shop.wipe_at is None or not kept:
        return
    reason = None
    try:
        if address := webhook_address(context, shop.platform, shop_id):
            _client(context, shop, kept).unsubscribe(address)
    except RegularsError as error:  # our key may be worth nothing there any more
        may_come = isinstance(error, PlatformDown | RateLimited)
        if may_come and shop.uninstalled_at and now < shop.uninstalled_at + _TRIED:
            raise
        log.warning("farewell", shop=shop_id, error=str(error))
        reason = Reason("left_behind", details=str(error)).kept()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        if scope.shop.wipe_at is not None:
            credentials.forget(scope)
            scope.shop.state_reason = reason


def _client(context: Context, shop: Shop, kept: Mapping[str, str]) -> Client:
    """By the keys that there are: the vault opens for nobody any more."""
    secrets = with_app(kept, context.settings) if shop.platform == "shopify" else kept
    connector, session = connector_of(shop.platform), session_for(context)
    return connector.client(shop.domain, shop.home_url, secrets, session, facts_of(shop), Held(secrets))
