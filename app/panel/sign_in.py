"""Signing in stand-alone: the link shows a button, and only that uses it up, since scanners follow links."""

from flask import abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.db.scope import every_shop
from app.lib.clock import real_now
from app.panel.blueprint import bp
from app.panel.connect_shop import WISH
from app.team import actions as team
from app.web.cookies import set_cookie
from app.web.identify import COOKIE
from app.web.roof import roof
from app.web.shop_page import check_csrf, enter


@bp.get("/sign-in/<token>")
def sign_in(token: str) -> ResponseReturnValue:
    return render_template("panel/sign_in/show.html")


@bp.post("/sign-in/<token>")
def use_link(token: str) -> ResponseReturnValue:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)  # another site would sign a person in as somebody else
    with every_shop(roof().engine, write=True) as db:
        cookie = team.sign_in(db, token, real_now())
    if cookie is None:
        return render_template("panel/sign_in/used.html"), 401
    began = (
        "panel.connect_shop" if WISH in request.cookies else "panel.home"
    )  # what they came for before they signed in
    response = redirect(url_for(began), 303)
    set_cookie(response, COOKIE, cookie, team.SESSION_LASTS)
    return response


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    enter()
    check_csrf()
    if g.principal.via == "cookie":
        with every_shop(roof().engine, write=True) as db:
            team.sign_out(db, request.cookies[COOKIE])
    response = redirect(url_for("panel.home"), 303)
    response.delete_cookie(COOKIE, path="/panel")
    return response
