"""Connections: for each shop of the account what arrives, what failed and why, with a button to try again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from sqlmodel import select

from app.db.scope import ShopScope, every_shop, shop_scope
from app.errors import Refused
from app.journal.keep import request_fetches
from app.journal.models import Delivery, FailedRecord
from app.journal.queries import delivery_counts, failed_deliveries, failed_records, rejected_since
from app.lib.clock import real_now, utc_now
from app.lib.i18n import _, noted
from app.mail.models import Message
from app.mail.queries import unsettled
from app.panel.blueprint import bp
from app.shops.apps import house_app
from app.shops.farewell import KEPT, disconnect
from app.shops.models import Account, Shop
from app.web.pages import done
from app.web.roof import roof
from app.web.shop_page import shop_action, shop_page
from app.writes.queries import counts as write_counts
from connectors.shopify.installation import missing
from connectors.woocommerce.handover import keys_page
from sync.models import Cursor, RefusedField, Run
from sync.queries import cursors, refused_fields, runs
from webhooks.process import retry
from webhooks.views import trouble

_SHOWN = 25
REMEDIES = {
    "reopen": noted(
        "Open Regulars in your Shopify admin: that connects the shop again, and what was missed is fetched."
    ),
    "connect": noted("Connect the shop again with credentials that are good: regulars connect."),
    "shop": noted("Open the shop again at its platform, then open Regulars there."),
    "activate": noted("Switch WooCommerce on again among the shop's plugins: within an hour all goes on by itself."),
}


@dataclass(frozen=True)
class Connection:
    shop: Shop
    deliveries: dict[str, int]
    cursors: Sequence[Cursor]
    runs: Sequence[Run]
    failed_deliveries: Sequence[Delivery]
    failed_records: Sequence[FailedRecord]
    messages: Sequence[Message]
    writes: dict[str, int]
    refused: Sequence[RefusedField]

    @property
    def missing(self) -> Mapping[str, str]:
        """Scopes that the shop did not grant, with what each switches off."""
        is_told = self.shop.platform == "shopify" and self.shop.scopes is not None
        return {scope: _(text) for scope, text in missing(self.shop.scopes or ()).items()} if is_told else {}

    @property
    def remedy(self) -> str:
        """What the merchant can do where the shop waits for them."""
        return _(REMEDIES[self.shop.remedy]) if self.shop.remedy in REMEDIES else ""

    @property
    def received(self) -> int:
        return sum(self.deliveries.values())

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


@bp.post("/connections/deliveries/<id:delivery_id>/retry")
@shop_action
def retry_delivery(scope: ShopScope, delivery_id: int) -> ResponseReturnValue:
    retry(scope, delivery_id, utc_now())
    return done("trying", "panel.connections")


@bp.post("/connections/records/<id:record_id>/retry")
@shop_action
def retry_record(scope: ShopScope, record_id: int) -> ResponseReturnValue:
    """A fresh read of the record: what failed may be right by now, or the code that read it."""
    record = scope.get(FailedRecord, record_id)
    request_fetches(scope, [(record.kind, record.external_id)], "retry", utc_now())
    return done("trying", "panel.connections")


def _connections() -> Iterator[Connection]:
    for shop in g.shops:
        with shop_scope(roof().engine, shop.id) as scope:
            yield Connection(
                shop=shop,
                deliveries=delivery_counts(scope),
                cursors=cursors(scope),
                runs=runs(scope, _SHOWN),
                failed_deliveries=failed_deliveries(scope, _SHOWN),
                failed_records=failed_records(scope, _SHOWN),
                messages=unsettled(scope, _SHOWN),
                writes=write_counts(scope),
                refused=refused_fields(scope),
            )


def _troubles() -> list[str]:
    found = []
    if not roof().settings.public_url:
        found.append(
            _("PUBLIC_URL is not set: shops cannot send webhooks here, so changes are asked for every few minutes.")
        )
    if trouble():
        found.append(_("The disk is full or read-only: webhooks cannot be kept, and shops are asked to repeat them."))
    return found
