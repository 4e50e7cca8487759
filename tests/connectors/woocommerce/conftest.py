"""Recorded bodies, a shop that answers by a script, and the sandbox's shop."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server

from app.lib.outgoing import guarded_session
from connectors.base import ShopFacts
from connectors.woocommerce import WooCommerceConnector, lists, transport
from connectors.woocommerce.client import WooClient
from connectors.woocommerce.errors import NoRoute
from sandbox import serve

FIXTURES = Path(__file__).parents[2] / "fixtures" / "woocommerce"
FACTS = ShopFacts("shop.test", "Shop", "USD", "America/New_York", "https://shop.test")


@pytest.fixture(autouse=True)
def nothing_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test meets its shop for the first time."""
    monkeypatch.setattr(transport, "_learnt", {})


@pytest.fixture
def facts() -> ShopFacts:
    return FACTS


@pytest.fixture
def recorded() -> Callable[[str], Any]:
    """The body of a recorded answer, fresh each time."""
    return _answer


def _answer(name: str) -> Any:
    said = json.loads((FIXTURES / "answers" / f"{name}.json").read_text())
    return said.get("body", said) if isinstance(said, dict) else said


@dataclass(frozen=True)
class Delivered:
    topic: str  # from the file's name
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture
def delivered() -> Callable[[str], Delivered]:
    def load(name: str) -> Delivered:
        said = json.loads((FIXTURES / f"{name}.json").read_text())
        return Delivered(name.partition("__")[0], dict(said["headers"]), base64.b64decode(said["body_base64"]))

    return load


@dataclass
class Script:
    """A transport that answers from a table of lists: path -> rows. `before` runs before each request. seconds: what a
    page with so many rows asked for takes. is_hpos: a page past the end claims that there is nothing at all."""

    lists: dict[str, list[Any]]
    host: str = "shop.test"
    before: Callable[[str, dict[str, str]], None] = lambda path, params: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    total: int | None = None  # what X-WP-Total claims, where it lies
    trash: dict[str, list[Any]] = field(default_factory=dict)  # path -> rows of that list's trash
    seconds: Callable[[int], float] = lambda size: 0.1
    is_hpos: bool = True

    def get(self, path: str, params: Mapping[str, object] | None = None, timeout: float = 60) -> requests.Response:
        said = {name: str(value) for name, value in (params or {}).items()}
        self.asked.append((path, said))
        self.before(path, said)
        if path not in self.lists:
            raise NoRoute(f"{self.host} says: No route was found (rest_no_route)")
        found = self.trash.get(path, []) if said.get("status") == "trash" else self.lists[path]
        if said.get("status") == "checkout-draft":
            found = [row for row in found if row.get("status") == "checkout-draft"]
        if "include" in said:
            found = [row for row in found if str(row.get("id")) in said["include"].split(",")]
        at = int(said.get("offset", 0))
        rows = found[at : at + int(said.get("per_page", 10))]
        if said.get("_fields") == "id":
            rows = [{"id": row["id"]} for row in rows if "id" in row]
        made = self.answer(rows, len(found) if self.total is None else self.total)
        made.elapsed = timedelta(seconds=self.seconds(int(said.get("per_page", 10))))
        return made

    def answer(self, body: Any, total: int) -> requests.Response:
        made = requests.Response()
        made.status_code, made._content = 200, json.dumps(body).encode()
        made.headers["X-WP-Total"] = str(total) if body or not self.is_hpos else "0"
        return made


@pytest.fixture(autouse=True)
def nobody_was_slow_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_sizes", {})


@pytest.fixture
def script() -> type[Script]:
    return Script


@dataclass
class Sandbox:
    url: str
    session: requests.Session
    info: dict[str, Any]

    def client(self, **secrets: str) -> WooClient:
        known = {"consumer_key": self.info["key"], "consumer_secret": self.info["secret"], **secrets}
        return WooCommerceConnector().client(self.info["domain"], self.url, known, self.session)

    def books(self) -> dict[str, Any]:
        found: dict[str, Any] = self.session.get(f"{self.url}/_sandbox/books").json()
        return found

    def act(self, **wish: Any) -> dict[str, Any]:
        done: dict[str, Any] = self.session.post(f"{self.url}/_sandbox/act", json=wish).json()
        return done


@pytest.fixture(scope="session")
def woocommerce_shop() -> Iterator[Sandbox]:
    """The sandbox's fashion shop behind its WooCommerce face."""
    args = serve.arguments(["--face", "woocommerce", "--orders", "300"])
    server = make_server("127.0.0.1", 0, _later, threaded=True, request_handler=serve.Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    server.app = serve.make_app(args, url)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with guarded_session(allow_private=True) as session:
        yield Sandbox(url, session, session.get(f"{url}/_sandbox/info").json())
    server.shutdown()
    server.server_close()


def _later(environ: Any, start: Any) -> Any:
    raise RuntimeError("the app comes when its address is known")
