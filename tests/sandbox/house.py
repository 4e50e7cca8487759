"""Each platform's admin, served, and a panel to be framed in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, request
from flask.typing import ResponseReturnValue

from sandbox import front
from sandbox.admin import shopify, woocommerce
from sandbox.changes import Box
from sandbox.shopify.options import Options
from tests.serving import serving

STORE = "/store/regulars-demo"
SECRET = "shpss_" + "0123456789abcdef" * 2
PANEL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>{bridge}</head><body>
<s-app-nav><a href="/panel/" rel="home">Home</a><a href="/panel/customers?shop=s">Customers</a></s-app-nav>
<main><h1>Panel {path}</h1>
<form data-save-bar><label>Name <input name="name" value="old"></label></form></main></body></html>"""


@dataclass
class Connected:
    url: str
    secret: str = "ab" * 32


@dataclass
class Panel:
    """An app to be framed: a page of any path, and a resource that shows what it was asked with."""

    url: str = ""
    bridge: str = ""
    stale: int = 0  # how many of the next tokens to call stale
    seen: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("panel")

        @app.get("/panel/")
        @app.get("/panel/<path:path>")
        def page(path: str = "") -> str:
            return PANEL.format(bridge=self.bridge, path=path)

        @app.route("/panel/resource", methods=["GET", "POST"])
        def resource() -> ResponseReturnValue:
            self.seen.append({**request.headers, "body": request.get_data(as_text=True)})
            if self.stale:
                self.stale -= 1
                return "stale", 401, {"X-Shopify-Retry-Invalid-Session-Request": "1"}
            return {"seen": len(self.seen)}, {"Access-Control-Allow-Origin": "*"}

        return app


@dataclass
class House:
    """Both ends, on two sites: the shop on 127.0.0.1, the panel on localhost."""

    url: str
    panel: Panel
    app: Flask


@contextmanager
def house(box: Box, face: str) -> Iterator[House]:
    panel, app = Panel(), Flask("sandbox")
    front.register(app, box, face)
    with serving(panel.app()) as panel_port, serving(app) as port:
        panel.url = f"http://localhost:{panel_port}"
        shop_url = f"http://127.0.0.1:{port}"
        if face == "shopify":
            panel.bridge = (
                f'<script src="{shop_url}/shopifycloud/app-bridge.js" data-api-key="demo-client-id"></script>'
            )
            shopify.register(app, box, Options(app_url=panel.url, client_secret=SECRET))
        else:
            woocommerce.register(app, box, shop_url, lambda: Connected(panel.url))
        yield House(shop_url, panel, app)
