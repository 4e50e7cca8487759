"""Installing the Shopify app that this house runs: by an ID token of the panel as it is opened in the shop's admin, or
by the code that a merchant brings back from Shopify's own page."""

import secrets as random
from datetime import datetime

import msgspec
from sqlalchemy import or_, update
from sqlmodel import col

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import Refused
from app.lib.i18n import _
from app.lib.ids import new_id
from app.shops import credentials
from app.shops.apps import app_of, house_app
from app.shops.clients import connector_of, session_for
from app.shops.models import Shop
from app.shops.register import known_shop, register
from connectors.shopify import oauth
from connectors.shopify.oauth import Grant


def install_by_token(context: Context, domain: str, id_token: str, now: datetime) -> int:
    """The id of a shop whose admin opened the panel: new, back again, or to be authorised again. The token has been
    checked. Raises AuthLost where the shop's admin does not have the app after all, RateLimited or PlatformDown."""
    return _take_in(context, domain, oauth.exchange(_app(context, domain), id_token), now)


def install_by_code(context: Context, domain: str, code: str, account_id: int | None, now: datetime) -> int:
    """The same for a merchant who comes back from Shopify's page. account_id: of the person who is signed in."""
    return _take_in(context, domain, oauth.by_code(_app(context, domain), code), now, account_id)


def prove(context: Context, shop_id: int, at: datetime) -> None:
    """Shopify vouched for the installation at `at`: what is told of an end before that is told late."""
    with shop_scope(context.engine, shop_id, write=True) as scope:
        is_newer = or_(col(Shop.authorised_at).is_(None), col(Shop.authorised_at) < at)
        scope.execute(update(Shop).where(col(Shop.id) == shop_id, is_newer).values(authorised_at=at))


def _app(context: Context, domain: str) -> oauth.App:
    """The house's app in this shop. A shop that is connected through an app of its own stays with that."""
    app = house_app(context.settings)
    shop = known_shop(context, "shopify", domain)
    if shop is not None:
        with shop_scope(context.engine, shop.id) as scope:
            app = app_of(credentials.secrets(scope, context.keyring), context.settings)
    if app is None or not app.is_house or app.client_id is None:
        raise Refused(_("This shop is connected through an app of its own."))
    return oauth.App(app.client_id, app.client_secret, domain, session_for(context))


def _take_in(context: Context, domain: str, grant: Grant, now: datetime, account_id: int | None = None) -> int:
    fixed = {"access_token": grant.access_token}
    client = connector_of("shopify").client(domain, f"https://{domain}", fixed, session_for(context))
    facts = msgspec.structs.replace(client.facts(), domain=domain)  # by which its tokens and deliveries will name it
    shop_id = register(context, "shopify", facts, now, new_id=new_id(), account_id=account_id)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        kept = {"grant": grant.text(), "access_token": "", "webhook_secret": random.token_hex(32)}
        credentials.change(scope, context.keyring, kept, now)
        scope.shop.scopes = scope.shop.scopes or grant.scopes  # what is new is kept by the job that reads more for it
        _begin(scope)
    return shop_id


def _begin(scope: ShopScope) -> None:
    """What a worker does next. A backfill that was through is not begun again: it only has the gap pulled."""
    jobs.defer(scope, "furnish", lane="push", dedupe="furnish")
    jobs.defer(scope, "webhooks", lane="push", dedupe="webhooks")
    jobs.defer(scope, "installation", lane="push", dedupe="installation")
    jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
