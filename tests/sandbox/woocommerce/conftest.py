"""The WooCommerce face of a small shop, a client that holds its key, and a place that webhooks come to."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from sandbox.changes import Box
from sandbox.woocommerce import Face, Options, register

HOME = "http://shop.test:8180"
Signer = Callable[..., dict[str, str]]


@dataclass(slots=True)
class Arrival:
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def topic(self) -> str | None:
        return self.headers.get("X-WC-Webhook-Topic")


@dataclass(slots=True)
class Receiver:
    url: str
    arrivals: list[Arrival] = field(default_factory=list)
    answer: int = 200
    moved: str = ""  # a path that has moved to another, of which the answer is 307

    def topics(self) -> list[str | None]:
        return [arrival.topic for arrival in self.arrivals]


@dataclass(slots=True)
class Caller:
    """Asks over https with Basic, which is shorter than signing."""

    app: Flask
    options: Options

    def call(self, method: str, path: str, json: Any = None, **query: Any) -> TestResponse:
        pair = base64.b64encode(f"{self.options.key}:{self.options.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "X-Forwarded-Proto": "https"}
        address = f"/wp-json/wc/v3/{path}"
        return self.app.test_client().open(address, method=method, query_string=query, json=json, headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        response = self.call("GET", path, **query)
        assert response.status_code == 200, response.data
        return response.get_json()

    def ids(self, path: str, **query: Any) -> list[int]:
        return [thing["id"] for thing in self.get(path, **query)]

    def total(self, path: str, **query: Any) -> int:
        return int(self.call("HEAD", path, **query).headers["X-WP-Total"])


@dataclass(slots=True)
class Street:
    """A face of a fresh small shop, made as asked, and who calls it."""

    box: Box
    face: Face
    woo: Caller


@pytest.fixture
def shop_of(new_small_box: Callable[[], Box]) -> Callable[..., Street]:
    def make(timezone: str = "", **options: Any) -> Street:
        app, box = Flask("face"), new_small_box()
        box.shop.timezone = timezone or box.shop.timezone
        face = register(app, box, Options(HOME, delivery_delay=0.05, delivery_timeout=60, **options))
        return Street(box, face, Caller(app, face.options))

    return make


@pytest.fixture
def app(small_box: Box) -> Flask:
    return Flask("face")


@pytest.fixture
def face(app: Flask, small_box: Box) -> Face:
    return register(app, small_box, Options(HOME, delivery_delay=0.05, delivery_timeout=60))


@pytest.fixture
def woo(app: Flask, face: Face) -> Caller:
    return Caller(app, face.options)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lambda: place))
    place = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield place
    server.shutdown()
    thread.join()
    server.server_close()


def _handler(place: Callable[[], Receiver]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            place().arrivals.append(Arrival(self.path, dict(self.headers), body))
            is_moved = self.path == place().moved
            self.send_response(307 if is_moved else place().answer)
            if is_moved:
                self.send_header("Location", "/moved-to")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler


@pytest.fixture
def sign(face: Face) -> Signer:
    """Signs as OAuth 1.0a has it, written for these tests and from nothing of the sandbox's."""

    def signed(method: str, path: str, params: dict[str, str] | None = None, **changes: str) -> dict[str, str]:
        oauth = {
            "oauth_consumer_key": face.options.key,
            "oauth_nonce": base64.b16encode(hashlib.sha1(f"{time.time_ns()}".encode()).digest()).decode(),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(time.time())),
        }
        whole = (params or {}) | oauth | {name: value for name, value in changes.items() if name in oauth}
        query = urlencode(sorted(whole.items()), quote_via=quote, safe="~")
        base = "&".join(quote(part, safe="~") for part in (method, changes.get("home", HOME) + path, query))
        key = changes.get("secret", face.options.secret) + "&"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
        return whole | {"oauth_signature": base64.b64encode(digest).decode()}

    return signed
