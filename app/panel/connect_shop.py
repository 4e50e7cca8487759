"""Connecting a WooCommerce shop, stand-alone: its address, what was found there, its own page that asks, and back."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.errors import AuthLost, NotFound, PlatformDown, RateLimited, Refused
from app.lib.clock import utc_now
from app.panel.blueprint import bp
from app.shops import handover
from app.shops.clients import session_for
from app.shops.connect import connect
from app.team.actions import digest
from app.team.queries import shops_of
from app.web.cookies import set_cookie
from app.web.identify import COOKIE, Unknown, identify
from app.web.roof import roof
from app.web.shop_page import check_csrf
from connectors.woocommerce.discover import discover
from connectors.woocommerce.handover import keys_page

WISH = "regulars_connect"
_WISH_LASTS = timedelta(minutes=30)
_TROUBLES = (Refused, AuthLost, PlatformDown, RateLimited, NotFound)


@bp.get("/connect")
def connect_shop() -> ResponseReturnValue:
    """Who is not signed in yet does that first; what they came for is kept meanwhile."""
    wish = _wish()
    try:
        _enter()
    except Unknown:
        answer = Response(render_template("panel/connect/sign_in.html"), 401, mimetype="text/html")
        set_cookie(answer, WISH, urlencode(wish), _WISH_LASTS)
        return answer
    answer = Response(render_template("panel/connect/show.html", **wish), mimetype="text/html")
    answer.delete_cookie(WISH, path="/panel")
    return answer


@bp.post("/connect")
def look_for_shop() -> ResponseReturnValue:
    """Find the shop, and offer the way to its own page that asks."""
    _enter()
    check_csrf()
    wish = {name: request.form.get(name, "") for name in ("address", "back", "proof")}
    try:
        site = discover(wish["address"], session_for(roof().context))
    except _TROUBLES as error:
        return render_template("panel/connect/show.html", **wish, trouble=str(error)), 422
    try:
        approve, why_not = (
            handover.begin(
                roof().context, site, g.principal.account_id, _cookie(), wish["back"], utc_now(), wish["proof"]
            ),
            "",
        )
    except Refused as error:
        approve, why_not = "", str(error)
    return render_template("panel/connect/found.html", site=site, approve=approve, why_not=why_not)


@bp.post("/connect/keys")
def connect_by_hand() -> ResponseReturnValue:
    """By a key that the merchant made in the shop."""
    _enter()
    check_csrf()
    address = request.form.get("address", "")
    given = {name: request.form.get(name, "").strip() for name in ("consumer_key", "consumer_secret")}
    try:
        shop_id = connect(roof().context, "woocommerce", address, given, utc_now(), g.principal.account_id)
    except _TROUBLES as error:
        return render_template("panel/connect/show.html", address=address, trouble=str(error), is_by_hand=True), 422
    return _connected(shop_id, None)


@bp.get("/connect/back")
def come_back() -> ResponseReturnValue:
    """From the shop's own page. That it says success proves nothing yet."""
    token = request.args.get("user_id", "")
    try:
        _enter()
    except Unknown:
        handover.end(roof().context, token)
        return render_template("panel/connect/stranger.html"), 401
    if request.args.get("success") != "1":
        handover.end(roof().context, token)
        return render_template("panel/connect/refused.html", trouble="")
    try:
        parked = handover.come_back(roof().context, token, _cookie(), utc_now())
        if parked.is_proven:
            shop_id, _parked = handover.finish(roof().context, token, _cookie(), g.principal.account_id, "", utc_now())
            return _connected(shop_id, parked.back)
    except Refused as error:
        return render_template("panel/connect/refused.html", trouble=str(error)), 422
    except _TROUBLES as error:
        return render_template("panel/connect/refused.html", trouble=str(error), again=request.full_path), 503
    return _ask_for_the_end(parked.home_url, token)


@bp.post("/connect/finish")
def finish_connecting() -> ResponseReturnValue:
    _enter()
    check_csrf()
    token, typed = request.form.get("user_id", ""), request.form.get("end", "")
    try:
        shop_id, parked = handover.finish(roof().context, token, _cookie(), g.principal.account_id, typed, utc_now())
    except handover.NotItsEnd as error:
        return _ask_for_the_end(error.home_url, token, str(error)), 422
    except _TROUBLES as error:
        return render_template("panel/connect/refused.html", trouble=str(error)), 422
    return _connected(shop_id, parked.back)


def _ask_for_the_end(home_url: str, token: str, trouble: str = "") -> str:
    return render_template(
        "panel/connect/confirm.html", home_url=home_url, keys_page=keys_page(home_url), token=token, trouble=trouble
    )


def _connected(shop_id: int, back: str | None) -> ResponseReturnValue:
    """To the progress of the copying, or to the plugin's page that the merchant came from."""
    with shop_scope(roof().engine, shop_id, write=True) as scope:
        jobs.defer(scope, "furnish", lane="push", dedupe="furnish")
    if back is None:
        return redirect(url_for("panel.home", shop=shop_id), 303)
    # a page in between: where a form leads is held to this server by the policy that goes with every page
    return render_template("panel/connect/done.html", back=back), 200, {"Refresh": f"1; url={back}"}


def _enter() -> None:
    """Somebody who is signed in stand-alone, with shops or without any yet."""
    principal = identify(request)
    if principal.host != "standalone":
        raise NotFound
    with every_shop(roof().engine) as db:
        g.shops = shops_of(db, principal.account_id)
    g.principal, g.shop = principal, next(iter(g.shops), None)


def _cookie() -> bytes:
    return digest(request.cookies[COOKIE])


def _wish() -> dict[str, Any]:
    """What the plugin's button asks for; the same after signing in."""
    kept = {name: values[0] for name, values in parse_qs(request.cookies.get(WISH, "")).items()}
    return {
        "address": request.args.get("address", kept.get("address", "")),
        "back": request.args.get("return", kept.get("back", "")),
        "proof": request.args.get("proof", kept.get("proof", "")),
    }
