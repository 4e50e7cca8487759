"""A merchant takes a shop away: from that moment nothing is asked or sent. Then we leave the shop itself, and the keys
go; the data go after a month, unless the shop is connected again until then."""

from datetime import datetime, timedelta

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import PlatformDown, RateLimited, RegularsError
from app.lib.i18n import noted
from app.shops import credentials
from app.shops.clients import client_for, webhook_address

KEPT = timedelta(days=30)
_TRIED = timedelta(hours=1)  # to reach a shop that does not answer; then the keys go all the same
_LEFT_BEHIND = noted("The shop could not be reached, so our webhooks stand there still: they are answered no more.")


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
        shop = scope.shop
        is_over = shop.wipe_at is None or not credentials.secrets(scope, context.keyring)
    if is_over:
        return
    reason = None
    try:
        if address := webhook_address(context, shop.platform, shop_id):
            client_for(context, shop_id).unsubscribe(address)
    except (PlatformDown, RateLimited):
        if shop.uninstalled_at and now < shop.uninstalled_at + _TRIED:
            raise
        reason = _LEFT_BEHIND
    except RegularsError:  # our key is worth nothing there any more
        reason = _LEFT_BEHIND
    with shop_scope(context.engine, shop_id, write=True) as scope:
        if scope.shop.wipe_at is not None:
            credentials.forget(scope)
            scope.shop.state_reason = reason
