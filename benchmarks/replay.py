"""Serves over HTTP what a face wrote to disk: `python -m benchmarks.replay FACE FOLDER PORT [SECONDS A PAGE]`."""

import json
import re
import sys
import time
from array import array
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from benchmarks.woocommerce_face import FIRST_ID

DOMAIN = "replayed.myshopify.com"
_CONNECTION = re.compile(r"\{\s*(\w+)")


class Replay(BaseHTTPRequestHandler):
    """One request after another on a connection that stays."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder: ClassVar[Path]
    origin: ClassVar[str]

    def answer(self, body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def say(self, what: Any, status: int = 200) -> None:
        self.answer(json.dumps(what).encode(), status)

    def log_message(self, *_: Any) -> None:
        """Nothing: whoever measures reads no log."""


class Shopify(Replay):
    """Token, shop facts, bulk operations and their files; every other list is empty."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/access_token"):
            self.say({"access_token": "shpat_replayed", "expires_in": 86_399, "scope": ""})
        else:
            self.say({"data": self._data(asked["query"], asked["variables"])})

    def do_GET(self) -> None:
        path = self.folder / Path(self.path).name
        self.send_response(200)
        self.send_header("Content-Length", str(path.stat().st_size))
        self.end_headers()
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                self.wfile.write(chunk)

    def _data(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        if "bulkOperationRunQuery" in query:
            kind = _named(variables["query"])
            started = {"id": f"gid://shopify/BulkOperation/{kind}", "status": "CREATED"}
            return {"bulkOperationRunQuery": {"bulkOperation": started, "userErrors": []}}
        if query.startswith("query Shop "):
            return {"shop": _SHOP}
        if "bulkOperation(" in query:
            return {"bulkOperation": self._operation(variables["id"])}
        return {_named(query): {"nodes": [], "pageInfo": {"hasNextPage": False}}}

    def _operation(self, gid: str) -> dict[str, Any]:
        kind = gid.rpartition("/")[2]
        roots, objects = json.loads((self.folder / "counts.json").read_text())[kind]
        return {
            "id": gid, "status": "COMPLETED", "errorCode": None, "objectCount": str(objects),
            "rootObjectCount": str(roots), "fileSize": str((self.folder / f"{kind}.jsonl").stat().st_size),
            "url": f"{self.origin}/{kind}.jsonl", "partialDataUrl": None,
        }  # fmt: skip


def _named(query: str) -> str:
    found = _CONNECTION.search(query)
    return found[1] if found else ""


_SHOP = {
    "id": "gid://shopify/Shop/1", "name": "Replayed", "contactEmail": "shop@example.com", "myshopifyDomain": DOMAIN,
    "url": "https://replayed.example", "currencyCode": "EUR", "ianaTimezone": "Europe/Berlin", "taxesIncluded": False,
}  # fmt: skip


class Rows:
    """A list on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_suffix(".rows")
        places = path.with_suffix(".places")
        self._places = array("Q")
        with places.open("rb") as file:
            self._places.fromfile(file, places.stat().st_size // 8)

    def __len__(self) -> int:
        return len(self._places) - 1

    def page(self, offset: int, count: int) -> bytes:
        first, end = min(offset, len(self)), min(offset + count, len(self))
        with self._path.open("rb") as file:
            file.seek(self._places[first])
            return b"[" + file.read(self._places[end] - self._places[first])[:-1] + b"]"


_EMPTY = ("coupons", "products/categories")


class WooCommerce(Replay):
    """The lists of wc/v3 by offset; no drafts, nothing in the trash, nothing changed since. seconds: what each answer
    takes; times: when each was asked for, which `/asked` tells."""

    lists: ClassVar[dict[str, Rows]]
    seconds: ClassVar[float] = 0.0
    times: ClassVar[list[float]] = []

    def do_GET(self) -> None:
        if self.path == "/asked":
            self.say(self.times)
            return
        self.times.append(time.monotonic())
        time.sleep(self.seconds)
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.removeprefix("/wp-json/").removeprefix("wc/v3/")
        if not name:
            said = {"namespaces": ["wc/v3"], "name": "Replayed", "home": self.origin, "url": self.origin}
            self.say({**said, "timezone_string": "Europe/Berlin"})
        elif name == "system_status":
            self.say({"settings": {"currency": "EUR", "number_of_decimals": 2}})
        elif name.startswith("settings/"):
            self.say({"value": ""})
        elif name in _EMPTY:
            self.answer(b"[]", headers={"X-WP-Total": "0", "X-WP-TotalPages": "0"})
        elif name not in self.lists:
            self.say({"code": "rest_no_route", "message": "No route", "data": {"status": 404}}, 404)
        elif "include" in asked:
            self._chosen(name, asked)
        else:
            self._page(name, asked)

    def _page(self, name: str, asked: dict[str, str]) -> None:
        is_empty = asked.get("status") in ("trash", "checkout-draft") or "modified_after" in asked or "after" in asked
        rows = self.lists[name]
        body = b"[]" if is_empty else rows.page(int(asked.get("offset", 0)), int(asked["per_page"]))
        self.answer(body, headers={"X-WP-Total": "0" if is_empty else str(len(rows)), "X-WP-TotalPages": "1"})

    def _chosen(self, name: str, asked: dict[str, str]) -> None:
        rows, fields = self.lists[name], asked.get("_fields", "").split(",")
        found = [json.loads(rows.page(int(number) - FIRST_ID, 1))[0] for number in asked["include"].split(",")]
        self.say([{field: row[field] for field in fields} if fields[0] else row for row in found])


def main(face: str, folder: Path, port: int, seconds: float) -> None:
    kind = {"shopify": Shopify, "woocommerce": WooCommerce}[face]
    kind.folder, kind.origin = folder, f"http://127.0.0.1:{port}"
    if kind is WooCommerce:
        WooCommerce.seconds = seconds
        WooCommerce.lists = {name: Rows(folder / name) for name in ("products", "customers", "orders", "refunds")}
    server = ThreadingHTTPServer(("127.0.0.1", port), kind)
    print("ready ", port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]) if len(sys.argv) > 4 else 0.0)
