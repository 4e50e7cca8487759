"""The life of a connection, as the platform tells it."""

from datetime import datetime

from app import jobs
from app.db.scope import ShopScope
from app.errors import AuthLost
from app.reasons import Reason
from app.shops import credentials
from app.shops.models import Shop
from connectors.records import Lifecycle


def apply(scope: ShopScope, said: Lifecycle, now: datetime) -> None:
    """What was told is only a hint where there is something to ask; of an uninstallation nobody is asked."""
    match said.kind:
        case "uninstalled" if not is_overtaken(scope.shop, said.at):
            leave(scope, now)
        case "bulk_finished" if scope.shop.state == "connecting":  # the backfill that waits for it goes on at once
            jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
        case "shop_changed":
            jobs.defer(scope, "facts", lane="push", dedupe="facts")
        case "scopes_changed" | "billing_changed" | "cap_approached":
            jobs.defer(scope, "installation", lane="push", dedupe="installation")


def is_overtaken(shop: Shop, left_at: datetime | None) -> bool:
    """Was the shop installed or authorised again since? Deliveries come up to a day late, and in any order."""
    return left_at is not None and left_at < (shop.authorised_at or shop.installed_at)


def leave(scope: ShopScope, now: datetime) -> None:
    """Everything stops at once and nobody is called: the tokens are worth nothing already. The secret that signs stays,
    since late deliveries and the shop's last wishes are signed with it."""
    shop = scope.shop
    shop.state, shop.remedy, shop.uninstalled_at = "uninstalled", None, now
    shop.state_reason = Reason("uninstalled").kept()
    credentials.forget(scope, "grant", "access_token")


def may_call(scope: ShopScope) -> bool:
    return scope.shop.state in ("connecting", "active")


def pause(scope: ShopScope, error: AuthLost, began: datetime) -> None:
    """Until the merchant does what the error says. A shop that left stays gone, and one that was authorised again since
    the work began, which was refused with what it had then, is tried again."""
    shop = scope.shop
    if may_call(scope) and (shop.authorised_at is None or shop.authorised_at <= began):
        shop.state, shop.state_reason, shop.remedy = "paused", Reason.of(error).kept(), error.remedy


def go_on(scope: ShopScope) -> None:
    """The shop's plugin is back, which it only waited for; one that left, or waits for its merchant, stays so."""
    shop = scope.shop
    if shop.state == "paused" and shop.remedy == "activate":
        shop.state, shop.state_reason, shop.remedy = "active" if shop.backfilled_at else "connecting", None, None
