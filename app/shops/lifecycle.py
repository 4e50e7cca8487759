"""The life of a connection, as the platform tells it."""

from datetime import datetime

from app import jobs
from app.db.scope import ShopScope
from connectors.records import Lifecycle


def apply(scope: ShopScope, said: Lifecycle, now: datetime) -> None:
    """Uninstalled: everything stops at once and nobody is called; a late one never undoes a newer install."""
    shop = scope.shop
    if said.kind == "uninstalled" and (said.at is None or said.at >= shop.installed_at):
        shop.state, shop.uninstalled_at = "uninstalled", now
        shop.state_reason = "the app was uninstalled in the shop"
    elif said.kind == "shop_changed":
        jobs.defer(scope, "facts", lane="push", dedupe="facts")
