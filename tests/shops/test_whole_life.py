"""A shop's life with everything running: the panel served, a worker at work, the shop's own deliveries."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import requests
from flask import Flask
from sqlalchemy import Engine

from app import settings
from app.context import Context
from app.factory import create_app
from app.lib.encryption import Keyring
from sandbox import shopify
from sandbox.shopify import Options
from sync.__main__ import run
from tests.sandbox.conftest import make_small_box
from tests.serving import serving
from tests.shops.conftest import CLIENT_ID, DOMAIN, SECRET, House
from tests.waiting import until

TOML = Path(__file__).parents[2] / "extensions" / "shopify" / "shopify.app.toml"


@contextmanager
def living_house(engine: Engine, home: Path) -> Iterator[House]:
    face = shopify.register(
        box := Flask("box", static_folder=None),
        make_small_box(),
        Options(domain=DOMAIN, client_id=CLIENT_ID, client_secret=SECRET),
    )
    environ = {"REGULARS_HOME": str(home), "SHOPIFY_CLIENT_ID": CLIENT_ID, "SHOPIFY_CLIENT_SECRET": SECRET}
    front = Flask("front", static_folder=None)
    with serving(box) as shop_port, serving(front) as port:
        given = replace(
            settings.read({**environ, "REGULARS_SHOPIFY_ORIGIN": f"http://127.0.0.1:{shop_port}"}),
            public_url=f"http://localhost:{port}",
        )
        app = create_app(given, engine)
        front.wsgi_app = app.wsgi_app  # type: ignore[method-assign]
        house = House(Context(given, engine, Keyring.load(given)), face, app)
        stop = threading.Event()
        worker = threading.Thread(target=run, args=(house.context, stop, 2))
        worker.start()
        try:
            yield house
        finally:
            stop.set()
            worker.join()
            app.extensions["intake"].inbox.close()


def deploy(house: House) -> None:
    """The app's own configuration, which names the fixed topics."""
    address = f"{house.context.settings.shopify_origin}/_sandbox/shopify/deploy"
    given = {"url": house.context.settings.public_url}
    assert requests.post(address, params=given, data=TOML.read_bytes(), timeout=60).ok


def test_a_shop_is_installed_copied_left_and_found_again(sqlite_engine: Engine, tmp_path: Path) -> None:
    """R21. Whoever comes back goes on where they were: nothing is deleted, nothing begun afresh."""
    with living_house(sqlite_engine, tmp_path) as house:
        deploy(house)
        assert house.open_panel().status_code == 200
        until(lambda: house.shop.state == "active", "its history is copied")
        until(lambda: bool(house.shop.webhooks_checked_at), "its webhooks are subscribed")
        first = house.shop
        assert "Small &amp; Sons" in house.ask_panel("/panel/connections").text

        house.pull_lever("uninstall")
        until(lambda: house.shop.state == "uninstalled", "it is told of the end")
        asked = house.face.tokens.points.asked
        time.sleep(1.5)  # a tick of the timetable and more
        assert house.face.tokens.points.asked == asked

        house.pull_lever("install")
        assert house.open_panel().status_code == 200
        until(lambda: house.shop.state == "active", "it goes on")
        assert (house.shop.id, house.shop.backfilled_at) == (first.id, first.backfilled_at)
        until(lambda: bool(house.face.subscriptions.all), "its webhooks are subscribed again")
