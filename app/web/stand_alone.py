"""Installing the house's Shopify app for the stand-alone panel: to Shopify's page that asks, and back with a code."""

import secrets
from datetime import timedelta
from hmac import compare_digest

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.db.scope import every_shop, shop_scope
from app.errors import Refused
from app.lib.clock import real_now, utc_now
from app.lib.i18n import _
from app.shops.apps import App, house_app
from app.shops.install import install_by_code
from app.team.actions import SESSION_LASTS, sign_in_installer
from app.team.queries import person_of
from app.web.cookies import set_cookie
from app.web.identify import COOKIE
from app.web.roof import roof
from app.web.tokens import SHOPIFY_DOMAIN
from connectors.shopify.permission import is_signed, permission_url

bp = Blueprint("shopify", __name__, url_prefix="/panel/shopify")
STATE_COOKIE = "regulars_install"
_LASTS = timedelta(minutes=10)


@bp.get("/install")
def install() -> ResponseReturnValue:
    """Begun by Shopify, which signs, or by somebody who is signed in here."""
    app, domain = _app(), _domain()
    if not (_account() or _comes_from_shopify(app)):
        abort(401)
    state = secrets.token_urlsafe(32)
    answer = redirect(_where(permission_url(app.client_id or "", domain, _back(), state), domain))
    set_cookie(answer, STATE_COOKIE, state, _LASTS, path="/panel/shopify")
    return answer


@bp.get("/callback")
def callback() -> ResponseReturnValue:
    """Back from Shopify: signed by it, just now, and begun in this very browser."""
    app, domain = _app(), _domain()
    state = request.cookies.get(STATE_COOKIE, "")
    is_ours = bool(state) and compare_digest(state.encode(), request.args.get("state", "").encode())
    if not is_ours or not _comes_from_shopify(app):
        abort(401)
    shop_id = install_by_code(roof().context, domain, request.args.get("code", ""), _account(), utc_now())
    answer = redirect(url_for("panel.home", shop=shop_id))
    answer.delete_cookie(STATE_COOKIE, path="/panel/shopify")
    if not _account():
        _sign_in(answer, shop_id)
    return answer


def _app() -> App:
    app = house_app(roof().settings)
    if app is None or app.client_id is None or roof().settings.public_url is None:
        raise Refused(_("This server runs no Shopify app of its own: connect the shop by its own app's credentials."))
    return app


def _domain() -> str:
    domain = request.args.get("shop", "").strip().lower()
    if domain and "." not in domain:
        domain += ".myshopify.com"
    if not SHOPIFY_DOMAIN.fullmatch(domain):
        raise Refused(_("Name the shop as in name.myshopify.com."))
    return domain


def _comes_from_shopify(app: App) -> bool:
    return is_signed(request.args.to_dict(flat=False), app.secrets, real_now())


def _account() -> int | None:
    with every_shop(roof().engine) as db:
        found = person_of(db, request.cookies.get(COOKIE, ""), real_now())
    return found[0].account_id if found else None


def _sign_in(answer: Response, shop_id: int) -> None:
    """Whoever may install in the shop may see it: where nobody else's shop and nobody else is in the account."""
    with shop_scope(roof().engine, shop_id) as scope:
        shop = scope.shop
    with every_shop(roof().engine, write=True) as db:
        cookie = sign_in_installer(db, shop, real_now())
    if cookie:
        set_cookie(answer, COOKIE, cookie, SESSION_LASTS)


def _back() -> str:
    return f"{roof().settings.public_url}{url_for('shopify.callback')}"


def _where(address: str, domain: str) -> str:
    """A demo's Shopify stands in for the real one, in browsers too."""
    stand_in = roof().stand_in
    return address.replace(f"https://{domain}", stand_in, 1) if stand_in else address
