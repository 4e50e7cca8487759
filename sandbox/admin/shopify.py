"""Shopify's admin: the app in its frame with a fresh ID token, and the script that apps load from Shopify."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime

from flask import Flask
from flask.typing import ResponseReturnValue

from sandbox.admin.office import Office
from sandbox.changes import Box
from sandbox.shopify.options import Options
from sandbox.shopify.tokens import mint_id_token

USER_ID = 1  # the shop's owner


def register(app: Flask, box: Box, options: Options) -> None:
    handle = options.domain.partition(".")[0]
    home = f"/store/{handle}"
    app_path, token_url = f"{home}/apps/regulars", f"{home}/id-token"
    office = Office(box, "shopify", home=home, app_path=app_path, token_url=token_url)
    bp = office.blueprint

    def token() -> str:
        return mint_id_token(options, USER_ID, datetime.now(UTC))  # real time, as all who check tokens go by it

    @bp.get("/shopifycloud/app-bridge.js")
    def app_bridge() -> ResponseReturnValue:
        return bp.send_static_file("app-bridge.js")

    @bp.get(home)
    def orders() -> ResponseReturnValue:
        return office.orders()

    @bp.get(app_path)
    @bp.get(f"{app_path}/<path:path>")
    def panel(path: str = "") -> ResponseReturnValue:
        if options.app_url is None:
            return office.show("no_app")
        return office.frame(options.app_url, path, first_load(options, handle, token()))

    @bp.post(token_url)
    def id_token() -> ResponseReturnValue:
        return office.token_answer(token())

    app.register_blueprint(bp)


def first_load(options: Options, handle: str, token: str) -> dict[str, str]:
    """What Shopify adds to the address of an app's first document, signed."""
    query = {
        "embedded": "1",
        "host": b64encode(f"admin.shopify.com/store/{handle}".encode()).decode().rstrip("="),
        "id_token": token,
        "locale": "en",
        "shop": options.domain,
        "timestamp": str(int(datetime.now(UTC).timestamp())),
    }
    signed = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return {**query, "hmac": hmac.new(options.client_secret.encode(), signed.encode(), hashlib.sha256).hexdigest()}
