"""Answers to whoever is not known: a retry for scripts, a bounce page for an admin's frame, words for the rest."""

from urllib.parse import urlencode

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlmodel import select

from app.db.scope import every_shop, shop_scope
from app.shops.apps import app_of
from app.shops.credentials import secrets
from app.shops.models import Shop
from app.web.headers import origin
from app.web.identify import Unknown
from app.web.roof import roof
from app.web.tokens import SHOPIFY_DOMAIN

bp = Blueprint("bounce", __name__, url_prefix="/panel")
RETRY = {"X-Shopify-Retry-Invalid-Session-Request": "1", "X-Retry-Token": "1"}


def refuse(unknown: Unknown) -> ResponseReturnValue:
    if unknown.how == "header":
        return render_template("errors/401.html"), 401, RETRY
    if unknown.how == "bounce":
        return redirect(f"{url_for('bounce.show')}?{urlencode({**_address(), 'shopify-reload': _here()})}")
    return render_template("errors/401.html"), 401


@bp.get("/bounce")
def show() -> ResponseReturnValue:
    """Holds nothing but the script that fetches a token and goes on to `shopify-reload`, a path of ours."""
    back = request.args.get("shopify-reload", "")
    if not back.startswith("/panel/"):
        abort(404)
    name = request.args.get("shop", "")
    if SHOPIFY_DOMAIN.fullmatch(name):
        return render_template(
            "bounce/shopify.html", bridge=roof().bridge_script, api_key=client_id(_shop("shopify", name))
        )
    g.framing_shop = _shop("woocommerce", name) or abort(404)
    return render_template("bounce/wp.html", parent=origin(g.framing_shop.home_url), back=back)


def shop_here() -> Shop | None:
    """The Shopify shop that this document is about: the one that was let in, or else the one that the address names."""
    return g.get("shop") or _shop("shopify", request.args.get("shop", ""))


def client_id(shop: Shop | None) -> str:
    """The id of the app that a Shopify shop has installed: its own, or the one this house runs."""
    own: dict[str, str] = {}
    if shop is not None:
        with shop_scope(roof().engine, shop.id) as scope:
            own = secrets(scope, roof().context.keyring)
    app = app_of(own, roof().settings)
    return (app.client_id if app else None) or ""


def _shop(platform: str, domain: str) -> Shop | None:
    with every_shop(roof().engine) as db:
        found: Shop | None = db.first(select(Shop).where(Shop.platform == platform, Shop.domain == domain))
    return found


def _address() -> dict[str, str]:
    return {name: request.args[name] for name in ("shop", "host", "embedded", "locale") if name in request.args}


def _here() -> str:
    query = [(k, v) for k, v in request.args.items(multi=True) if k not in ("id_token", "hmac", "timestamp", "session")]
    return request.path + ("?" + urlencode(query) if query else "")
