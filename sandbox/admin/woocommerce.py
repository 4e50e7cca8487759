"""wp-admin: the plugin's page under WooCommerce, which frames the panel with tokens that the plugin signs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

import jwt
from flask import Flask, abort, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.admin.office import Office
from sandbox.changes import Box
from sandbox.woocommerce.wc_auth import KEYS_PAGE

USER_ID, USER_NAME = "1", "admin"  # of WordPress
LIFE = 60  # seconds
PAGE = "/wp-admin/admin.php"


class Connection(Protocol):
    """What Regulars told the plugin when it connected."""

    @property
    def url(self) -> str: ...
    @property
    def secret(self) -> str: ...


def register(app: Flask, box: Box, home_url: str, connection: Callable[[], Connection | None]) -> None:
    app_path, home = f"{PAGE}?page=regulars", f"{PAGE}?page=wc-orders"
    office = Office(box, "woocommerce", home=home, app_path=app_path, token_url="/wp-admin/admin-ajax.php")
    bp = office.blueprint

    @bp.get("/wp-admin/")
    def wp_admin() -> ResponseReturnValue:
        return redirect(home)

    @bp.get(PAGE)
    def page() -> ResponseReturnValue:
        if request.args.get("page") == "wc-orders":
            return office.orders()
        if request.args.get("page") == "wc-settings":
            return redirect(KEYS_PAGE)
        if request.args.get("page") != "regulars":
            abort(404)
        connected = connection()
        if connected is None:
            return office.show("no_app")
        query = {"shop": urlsplit(home_url).netloc, "id_token": panel_token(home_url, connected.secret)}
        return office.frame(connected.url, request.args.get("path", "").lstrip("/"), query)

    @bp.post("/wp-admin/admin-ajax.php")
    def ajax() -> ResponseReturnValue:
        connected = connection()
        if connected is None:
            abort(409, "This shop is not connected.")
        return office.token_answer(panel_token(home_url, connected.secret))

    app.register_blueprint(bp)


def panel_token(home_url: str, secret: str) -> str:
    now = int(datetime.now(UTC).timestamp())  # real time, as all who check tokens go by it
    claims = {"iss": home_url, "aud": "regulars", "sub": USER_ID, "name": USER_NAME}
    return jwt.encode({**claims, "iat": now, "nbf": now, "exp": now + LIFE}, secret, algorithm="HS256")
