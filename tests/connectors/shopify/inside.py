"""A box's Shopify face without a server: a session that calls it, and what its webhooks would have told."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from flask import Flask
from requests.adapters import HTTPAdapter

from connectors.shopify.client import ShopifyClient
from sandbox.changes import Box, Event
from sandbox.shopify import Face, Options, register
from sandbox.shopify.webhooks import TOPICS
from tests.connectors.shopify.fakes import response

TOKEN = "shpat_" + "0" * 32


class Inside:
    """told: every delivery's topic and body, in order, made when it happened."""

    def __init__(self, box: Box) -> None:
        self._app, self._options = Flask("box"), Options(access_token=TOKEN)
        self._face: Face = register(self._app, box, self._options)
        self.told: list[tuple[str, bytes]] = []
        box.listen(self._heard)

    def client(self, work: Path) -> ShopifyClient:
        secrets = {"access_token": TOKEN, "client_secret": self._options.client_secret}
        session = requests.Session()
        session.trust_env = False
        for address in (f"https://{self._options.domain}/", "http://127.0.0.1"):
            session.mount(address, ToTheApp(self._app))
        return ShopifyClient(self._options.domain, secrets, session, work)

    def _heard(self, event: Event) -> None:
        if event.kind in TOPICS:
            _, topic, make = TOPICS[event.kind]
            self.told.append((topic, msgspec.json.encode(make(self._face.world, event))))


class ToTheApp(HTTPAdapter):
    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client = app.test_client()

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        answer = self._client.open(
            f"{parts.path}?{parts.query}", base_url=f"{parts.scheme}://{parts.netloc}", method=request.method,
            data=request.body, headers=dict(request.headers), buffered=True,
        )  # fmt: skip
        made = response(answer.status_code, answer.data)
        made.headers.update(answer.headers)
        answer.close()  # it holds a bulk file open
        made.url, made.request = str(request.url), request
        return made
