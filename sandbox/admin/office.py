"""What the admin pages of both platforms share: how a page is shown, what it may load, who may ask for a token."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.changes import Box
from sandbox.money import decimal

LATEST = 50


class Office:
    """`shared` are the addresses that every page of this admin names: home, app_path, token_url."""

    def __init__(self, box: Box, face: str, **shared: str) -> None:
        self.box = box
        self.facts = {"face": face, "shop": box.shop, **shared}
        self.blueprint = Blueprint(
            "admin", __name__, template_folder="templates", static_folder="static", static_url_path="/admin-assets"
        )

    def frame(self, app_url: str, path: str, query: dict[str, str]) -> Response:
        """The page that holds the panel, and may hold nothing else."""
        parts = urlsplit(app_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        frame_url = f"{app_url.rstrip('/')}/panel/{path}?{urlencode(query)}"
        return self.show("frame", framed=origin, app_origin=origin, frame_url=frame_url)

    def orders(self) -> Response:
        newest = list(self.box.shop.orders.values())[-LATEST:][::-1]
        return self.show("orders", orders=newest, decimal=decimal)

    def show(self, page: str, framed: str = "'none'", **facts: Any) -> Response:
        answer = Response(render_template(f"admin/{page}.html", **self.facts, **facts), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            f"frame-src {framed}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def token_answer(self, token: str) -> ResponseReturnValue:
        """For the page's own script: a browser names the origin of every POST, and it must be this one."""
        if request.headers.get("Origin") != request.host_url.rstrip("/"):
            abort(403, "Tokens are for this admin's own pages.")
        return {"token": token}, {"Cache-Control": "no-store"}
