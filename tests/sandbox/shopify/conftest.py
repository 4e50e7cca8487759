"""A generated shop behind the Shopify face, and somebody who asks it over HTTP."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox import shopify
from sandbox.changes import Box
from sandbox.faults import Faults
from sandbox.shopify import Face, Options
from sandbox.sources.load import load
from tests.waiting import until

DOMAIN = "regulars-demo.myshopify.com"
TOKEN = "shpat_of_a_custom_app"
SECRET = "shpss_0123456789abcdef0123456789abcdef"  # as long as the platform's own
OPTIONS = Options(domain=DOMAIN, client_secret=SECRET, access_token=TOKEN, retry_scale=0.0001)
DOCUMENTS = Path(__file__).with_name("documents")

Answer = dict[str, Any]


def document(name: str) -> str:
    return (DOCUMENTS / f"{name}.graphql").read_text()


@dataclass
class Asker:
    """Sends documents with the custom app's token."""

    client: FlaskClient
    face: Face

    @property
    def box(self) -> Box:
        return self.face.world.box

    def ask(self, text: str, **variables: Any) -> Answer:
        headers = {"Host": DOMAIN, "X-Shopify-Access-Token": TOKEN}
        body = {"query": text, "variables": variables}
        answer = self.client.post("/admin/api/2026-10/graphql.json", json=body, headers=headers)
        assert answer.status_code == 200
        found: Answer = json.loads(answer.data)
        return found

    def data(self, text: str, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        answer = self.ask(text, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def bulk(self, text: str) -> tuple[Answer, list[Answer]]:
        """Runs a bulk query to its end: the operation and its rows."""
        started = self.data(document("bulk_run"), query=text)["bulkOperationRunQuery"]
        assert started["userErrors"] == []
        ended = self.wait_for(started["bulkOperation"]["id"])
        return ended, self.rows(ended["url"])

    def wait_for(self, operation: str) -> Answer:
        found: Answer = {}

        def has_ended() -> bool:
            found.update(self.data(document("bulk_poll"), id=operation)["bulkOperation"])
            return bool(found["completedAt"])

        until(has_ended, "the end of the bulk operation")
        return found

    def rows(self, url: str | None) -> list[Answer]:
        if url is None:
            return []
        parts = urlsplit(url)
        with self.client.get(f"{parts.path}?{parts.query}", headers={"Host": "127.0.0.1"}) as answer:
            assert answer.content_type == "application/jsonl"
            return [json.loads(line) for line in answer.data.splitlines()]


def make_asker(box: Box, options: Options = OPTIONS) -> Asker:
    app = Flask("sandbox", static_folder=None)
    face = shopify.register(app, box, options)
    return Asker(app.test_client(), face)


def generated_box(orders: int = 400) -> Box:
    return Box(load("generated", DOMAIN, orders=orders, until=None))


@pytest.fixture(scope="session")
def generated() -> Asker:
    """To be read only: many tests share it."""
    return make_asker(generated_box())


@pytest.fixture
def small(small_box: Box) -> Asker:
    """A shop of its own for each test."""
    return make_asker(small_box, replace(OPTIONS, faults=Faults()))


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Answer:
        found: Answer = json.loads(self.body)
        return found

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]


@dataclass
class Receiver:
    """An app that takes webhooks; `refusals` of them it answers with 500 first."""

    url: str = ""
    refusals: int = 0
    got: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def topics(self) -> list[str]:
        return [each.topic for each in self.got]

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            self.got.append(Received(headers, body))
            if self.refusals:
                self.refusals -= 1
                return 500
            return 200


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(found.take(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}/webhooks"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()
