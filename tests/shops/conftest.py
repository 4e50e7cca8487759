"""A house that runs a Shopify app of its own, a shop in a box that has it, and a clock that both follow."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from app import settings
from app.context import Context
from app.db.engine import open_engine
from app.db.scope import every_shop, shop_scope
from app.factory import create_app
from app.jobs.base import Again, Job
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.shops import credentials
from app.shops.clients import client_for
from app.shops.models import Shop
from connectors.base import Client
from connectors.shopify.oauth import Grant, kept_grant
from sandbox import shopify
from sandbox.shopify import Face, Options, mint_id_token
from sync.__main__ import HANDLERS
from tests.sandbox.conftest import make_small_box
from tests.serving import serving

DOMAIN = "regulars-demo.myshopify.com"
CLIENT_ID, SECRET = "the-house-s-app", "shpss_0123456789abcdef0123456789abcdef"
PUBLIC_URL = "https://regulars.example"
CLOCKS = (
    "app.lib.clock", "sandbox.clock", "jwt.api_jwt", "shopify_app.exchange.token_exchange",
    "shopify_app.exchange.refresh_token", "shopify_app.exchange.client_credentials",
)  # fmt: skip


class Clock:
    """Moves the time of everybody who looks at it: ours, the box's, Shopify's library's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = timedelta()
        clock = self

        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime.now(tz) + clock.ahead

        for name in CLOCKS:
            monkeypatch.setattr(importlib.import_module(name), "datetime", Moved)

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass
class House:
    """The panel, the worker's jobs, and what is kept; `face` is the shop's side."""

    context: Context
    face: Face
    app: Flask
    engines: list[Engine] = field(default_factory=list)

    @property
    def panel(self) -> FlaskClient:
        return self.app.test_client()

    def id_token(self, secret: str = SECRET) -> str:
        return mint_id_token(replace(self.face.world.options, client_secret=secret), 42, real_now())

    def open_panel(self, path: str = "/panel/", id_token: str | None = None) -> Any:
        """As Shopify's admin does: the first document in its frame."""
        query = {"shop": DOMAIN, "host": "aG9zdA", "embedded": "1", "id_token": id_token or self.id_token()}
        return self.panel.get(path, query_string=query)

    def ask_panel(self, path: str = "/panel/") -> Any:
        """As a page that is open already."""
        headers = {"Authorization": f"Bearer {self.id_token()}"}
        return self.panel.get(path, query_string={"shop": DOMAIN}, headers=headers)

    def pull_lever(self, what: str, **query: str) -> None:
        origin = self.context.settings.shopify_origin
        assert requests.post(f"{origin}/_sandbox/shopify/{what}", params=query, timeout=60).ok

    def work(self, *names: str) -> None:
        for name in names:
            assert self.begin(name) is None

    def begin(self, name: str) -> Again | None:
        return HANDLERS[name](self.context, Job(1, self.shop.id, name, "", "lane", 0))

    def client(self) -> Client:
        """With a database connection of its own, as another process has it."""
        engine = open_engine(self.context.engine.url.render_as_string(hide_password=False))
        self.engines.append(engine)
        return client_for(replace(self.context, engine=engine), self.shop.id)

    @property
    def shop(self) -> Shop:
        (found,) = self.shops()
        return found

    def shops(self) -> Sequence[Shop]:
        with every_shop(self.context.engine) as db:
            return db.all(select(Shop))

    def secrets(self) -> dict[str, str]:
        with shop_scope(self.context.engine, self.shop.id) as scope:
            return credentials.secrets(scope, self.context.keyring)

    def grant(self) -> Grant:
        found = kept_grant(self.secrets())
        assert found is not None
        return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Iterator[House]:
    options = Options(domain=DOMAIN, client_id=CLIENT_ID, client_secret=SECRET, app_url=PUBLIC_URL, retry_scale=0.0001)
    box = Flask("box", static_folder=None)
    face = shopify.register(box, make_small_box(), options)
    with serving(box) as port:
        given = settings.read(
            {
                "REGULARS_HOME": str(tmp_path),
                "PUBLIC_URL": PUBLIC_URL,
                "REGULARS_SHOPIFY_ORIGIN": f"http://127.0.0.1:{port}",
                "SHOPIFY_CLIENT_ID": CLIENT_ID,
                "SHOPIFY_CLIENT_SECRET": SECRET,
            }
        )
        app = create_app(given, engine)
        made = House(Context(given, engine, Keyring.load(given)), face, app)
        yield made
        for each in made.engines:
            each.dispose()
        app.extensions["intake"].inbox.close()
