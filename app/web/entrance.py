"""The app's address as a shop's admin knows it: it leads to the panel, with all that the admin said in the query."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

bp = Blueprint("entrance", __name__)


@bp.get("/")
def enter() -> ResponseReturnValue:
    """Shopify adds a page's path to this address when it is reloaded, so it stands above the panel's own paths. Whom it
    sends without a frame of its own has a stand-alone app: they are signed in by installing it, or finding it there."""
    query = request.query_string.decode("ascii", "replace")
    is_stand_alone = "hmac" in request.args and request.args.get("embedded") != "1" and "id_token" not in request.args
    path = url_for("shopify.install") if is_stand_alone else "/panel/"
    answer = redirect(path + (f"?{query}" if query else ""))
    answer.headers["Cache-Control"] = "no-store"  # an ID token may be in the query
    return answer
