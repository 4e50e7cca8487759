"""The app's address as a shop's admin knows it: it leads to the panel, with all that the admin said in the query."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

bp = Blueprint("entrance", __name__)


@bp.get("/")
def enter() -> ResponseReturnValue:
    """Shopify adds a page's path to this address when it is reloaded, so it stands above the panel's own paths."""
    query = request.query_string.decode("ascii", "replace")
    answer = redirect("/panel/" + (f"?{query}" if query else ""))
    answer.headers["Cache-Control"] = "no-store"  # an ID token may be in the query
    return answer
