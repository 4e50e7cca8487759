"""Letting a shop's admin in: to a shop that is connected, or that this very opening installs or authorises anew."""

from datetime import UTC, datetime

from app.context import Context
from app.db.scope import shop_scope
from app.errors import AuthLost
from app.lib.clock import real_now, utc_now
from app.lib.log import log
from app.shops.install import install_by_token, prove
from app.shops.models import Shop
from app.web.tokens import Claims


def admit(context: Context, claims: Claims, token: str, *, is_document: bool) -> Shop | None:
    """The shop of a good token, or None. Only the opening of a document installs: what a page that is still open asks
    for after the app was taken out calls nobody."""
    shop = claims.shop
    if claims.is_house and is_document:
        shop = _opened(context, claims, token)
    return None if shop is None or shop.state == "uninstalled" else shop


def _opened(context: Context, claims: Claims, token: str) -> Shop | None:
    shop = claims.shop
    if shop is not None and shop.state in ("connecting", "active"):
        prove(context, shop.id, _issued_at(claims))
        return shop
    try:
        shop_id = install_by_token(context, claims.domain, token, utc_now())
    except AuthLost as error:  # a shop that waits for its merchant may still be looked at, and says what to do
        log.warning("a shop was not authorised", shop=claims.domain, error=str(error))
        return shop
    with shop_scope(context.engine, shop_id) as scope:
        return scope.shop


def _issued_at(claims: Claims) -> datetime:
    """When Shopify made the token, on the clock by which shops live."""
    return utc_now() - (real_now() - datetime.fromtimestamp(claims.iat, UTC))
