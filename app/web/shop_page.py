"""A page of one shop: @shop_page opens its scope to read, @shop_action to write; neither without a Principal."""

from collections.abc import Callable
from functools import wraps
from hmac import compare_digest
from typing import Any

from flask import abort, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.db.scope import every_shop, shop_scope
from app.errors import NotFound
from app.lib.i18n import _
from app.shops.models import Shop
from app.team.actions import csrf_token
from app.team.queries import shops_of
from app.web.identify import COOKIE, identify
from app.web.roof import roof

View = Callable[..., ResponseReturnValue]


def shop_page(view: View) -> View:
    """The view's first argument is a ShopScope for reading."""

    @wraps(view)
    def wrapped(**arguments: Any) -> ResponseReturnValue:
        enter()
        with shop_scope(roof().engine, g.shop.id) as scope:
            return make_response(view(scope, **arguments))

    return wrapped


def shop_action(view: View) -> View:
    """The view's first argument is a ShopScope for writing, committed when it answers without an error."""

    @wraps(view)
    def wrapped(**arguments: Any) -> ResponseReturnValue:
        enter()
        check_csrf()
        with shop_scope(roof().engine, g.shop.id, write=True) as scope:
            return make_response(view(scope, **arguments))

    return wrapped


def enter() -> None:
    """Find out who asks and for which of their shops: g.principal, g.shops, g.shop."""
    principal = identify(request)
    with every_shop(roof().engine) as db:
        shops = shops_of(db, principal.account_id)
    if not shops:
        abort(redirect(url_for("panel.connect_shop")))
    g.shop = _chosen(shops, principal.shop_id)
    g.shops = shops if principal.shop_id is None else [g.shop]
    g.principal = principal


def _chosen(shops: Any, only: int | None) -> Shop:
    wanted = str(only) if only is not None else request.args.get("shop", "")
    for shop in shops:
        if not wanted or str(shop.id) == wanted:
            return shop  # type: ignore[no-any-return]
    raise NotFound(_("There is no such shop."))


def check_csrf() -> None:
    """Only a cookie comes by itself: what it signs in must show that a page of ours sent it."""
    if g.principal.via != "cookie":
        return
    sent = request.headers.get("X-CSRF-Token") or request.form.get("csrf_token", "")
    if not compare_digest(sent.encode(), csrf_token(request.cookies[COOKIE]).encode()):
        abort(403)


def page_csrf() -> str:
    """What a page puts into its head for its own script to send back; nothing in an admin's frame."""
    principal = g.get("principal")
    return csrf_token(request.cookies[COOKIE]) if principal and principal.via == "cookie" else ""


def shop_argument() -> str | None:
    """How addresses within the panel name the shop, so that each works as a document too."""
    principal = g.get("principal")
    if principal is None:
        return None
    if principal.host == "standalone":
        return str(g.shop.id) if len(g.shops) > 1 else None
    return str(g.shop.domain)
