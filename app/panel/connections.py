"""Connections: for each shop of the account whether it is well, what it did not grant, and the way to leave it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import select

from app.db.scope import ShopScope, every_shop, shop_scope
from app.errors import Refused
from app.jobs.queries import dead
from app.journal.queries import failures, rejected_since
from app.lib.clock import real_now, utc_now
from app.lib.i18n import _, noted
from app.panel.blueprint import bp
from app.proof.queries import Standing, standing
from app.shops.apps import house_app
from app.shops.farewell import KEPT, disconnect
from app.shops.models import Account, Shop
from app.web.filters import today
from app.web.roof import roof
from app.web.shop_page import shop_action, shop_page
from app.writes.queries import counts as write_counts
from connectors.shopify.installation import missing
from connectors.woocommerce.handover import keys_page
from webhooks.views import trouble

_SHOWN = 25
REMEDIES = {
    "reopen": noted(
        "Open Regulars in your Shopify admin: that connects the shop again, and what was missed is fetched."
    ),
    "connect": noted("Connect the shop again with credentials that it accepts; what was missed is fetched."),
    "shop": noted("Open the shop again at its platform, then open Regulars there."),
    "activate": noted("Switch WooCommerce on again among the shop's plugins: within an hour all goes on by itself."),
}


@dataclass(frozen=True)
class Connection:
    shop: Shop
    failures: int
    writes: dict[str, int]
    proof: Standing

    @property
    def missing(self) -> Mapping[str, str]:
        """Scopes that the shop did not grant, with what each switches off."""
        is_told = self.shop.platform == "shopify" and self.shop.scopes is not None
        return {scope: _(text) for scope, text in missing(self.shop.scopes or ()).items()} if is_told else {}

    @property
    def named(self) -> dict[str, Any]:
        """How an address names this shop where the page shows several."""
        return {"shop": self.shop.id} if g.principal.host == "standalone" else {}


@bp.get("/connections")
@shop_page
def connections(scope: ShopScope) -> ResponseReturnValue:
    with every_shop(roof().engine) as db:
        rejected = rejected_since(db, (real_now() - timedelta(days=30)).date())
        account = db.first(select(Account).where(Account.id == g.principal.account_id))
    return render_template(
        "panel/connections/show.html",
        connections=list(_connections()),
        troubles=_troubles(),
        rejected=rejected,
        account=account,
        may_install=g.principal.host == "standalone" and house_app(roof().settings) and roof().settings.public_url,
    )


@bp.get("/connections/disconnect")
@shop_page
def confirm_disconnecting(scope: ShopScope) -> ResponseReturnValue:
    return render_template("panel/connections/disconnect.html", days=KEPT.days)


@bp.post("/connections/disconnect")
@shop_action
def disconnect_shop(scope: ShopScope) -> ResponseReturnValue:
    """The page is shown at once: in a shop's own admin nobody is let in any more after this."""
    if g.principal.host == "shopify":
        raise Refused(_("Uninstall the app in your Shopify admin: that disconnects the shop."))
    disconnect(scope, utc_now())
    keys = keys_page(scope.shop.home_url) if scope.shop.platform == "woocommerce" else ""
    return render_template("panel/connections/disconnected.html", wipe_at=scope.shop.wipe_at, keys_page=keys)


@bp.app_template_filter()
def remedy(shop: Shop) -> str:
    """What the merchant can do where the shop waits for them."""
    return _(REMEDIES[shop.remedy]) if shop.remedy in REMEDIES else ""


def _connections() -> Iterator[Connection]:
    for shop in g.shops:
        with shop_scope(roof().engine, shop.id) as scope:
            failed = failures(scope) + len(dead(scope, _SHOWN))
            yield Connection(shop, failed, write_counts(scope), standing(scope, today(shop)))


def _troubles() -> list[tuple[str, str]]:
    """What hinders all shops, each with what to set for whoever runs the machine."""
    found = []
    if not roof().settings.public_url:
        why = _("Shops cannot reach this installation, so changes are asked for every few minutes.")
        found.append((why, "PUBLIC_URL"))
    if trouble():
        why = _("The disk is full or read-only: webhooks cannot be kept, and shops are asked to repeat them.")
        found.append((why, ""))
    return found
