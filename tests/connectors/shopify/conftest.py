"""A shop in a box that speaks Shopify's API over HTTP, and a session that finds it."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from connectors.shopify.client import ShopifyClient

ROOT = Path(__file__).parents[3]
DOMAIN = "regulars-demo.myshopify.com"
SECRETS = {"client_id": "demo-client-id", "client_secret": "shpss_demo0000000000000000000000000"}


class Box:
    """The running box: its address, its own routes, and clients of its shop."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return dict(json.load(answer))

    def post(self, path: str) -> None:
        assert requests.post(self.url + path, timeout=90).status_code < 300

    def act(self, what: str, **fields: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sandbox/act", json={"act": what, **fields}, timeout=30)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount(f"https://{DOMAIN}/", ToTheBox(self.url))
        return session

    def client(self, work: Path) -> ShopifyClient:
        return ShopifyClient(DOMAIN, SECRETS, self.session(), work)


class ToTheBox(HTTPAdapter):
    """Sends what is meant for the shop's domain to the box, the domain in the Host header."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        request.headers["Host"] = parts.netloc
        request.url = self._url + parts.path + (f"?{parts.query}" if parts.query else "")
        return super().send(request, **options)


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    command = [sys.executable, "-m", "sandbox", "--face", "shopify", "--data", "generated", "--orders", "400"]
    with subprocess.Popen([*command, "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("ready "), line
            yield Box(line.split()[1])
        finally:
            process.terminate()
            process.wait(60)
