"""The panel served to a real Chromium: stand-alone, and framed by the sandbox's admin on another site."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect
from sqlalchemy import Engine
from sqlmodel import select

from app.db.engine import open_engine
from app.db.meta import mark_as_demo
from app.db.scope import every_shop, shop_scope
from app.factory import create_app
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.settings import read
from app.shops.credentials import keep
from app.shops.models import Shop
from app.team.actions import sign_in_link
from sandbox.admin import shopify, woocommerce
from sandbox.shopify.options import Options
from tests.panel.conftest import year  # noqa: F401  the fixture itself
from tests.panel.pages import ids_of as first_rows
from tests.sandbox.conftest import make_small_box
from tests.serving import serving
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests/node_modules/axe-core/axe.min.js"
SECRET = "shpss_" + "0123456789abcdef" * 2
_PAINTED = """new Promise(found => new PerformanceObserver(list => found(list.getEntries().at(-1).startTime))
         .observe({type: "largest-contentful-paint", buffered: true}))"""
expect.set_options(timeout=1000 * PATIENCE)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Served:
    """The panel at `url`; `entry` is what a person opens; ids of the shop's first rows by kind."""

    url: str
    entry: str
    engine: Engine
    ids: dict[str, Any]

    def path(self, pattern: str) -> str:
        return pattern.format(**self.ids)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not have complained when the test ends."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    # Chromium writes down every answer of 400 and more; a form that comes back with its faults is meant to.
    assert [text for text in complaints if "status of 422" not in text] == []


@pytest.fixture
def home(year: Path, tmp_path: Path) -> Path:  # noqa: F811
    shutil.copytree(year, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def panel(home: Path) -> Iterator[Served]:
    """Stand-alone, its entry a sign-in link."""
    engine = open_engine(f"sqlite:///{home / 'regulars.sqlite'}")
    with serving(create_app(read({"REGULARS_HOME": str(home)}), engine)) as port:
        url = f"http://127.0.0.1:{port}"
        with every_shop(engine, write=True) as db:
            link = sign_in_link(db, "owner@example.com", real_now(), url)
        yield Served(url, link, engine, ids_of(engine, shop_of(engine)))
    engine.dispose()


@pytest.fixture(params=["shopify", "wp"])
def framed(request: pytest.FixtureRequest, home: Path) -> Iterator[Served]:
    """In the frame of each platform's admin: the shop on 127.0.0.1, the panel on localhost, two sites to a browser."""
    engine = open_engine(f"sqlite:///{home / 'regulars.sqlite'}")
    mark_as_demo(engine)
    admin = Flask("admin")
    with serving(admin) as admin_port:
        shop_url = f"http://127.0.0.1:{admin_port}"
        settings = read({"REGULARS_HOME": str(home), "REGULARS_SHOPIFY_ORIGIN": shop_url})
        with serving(create_app(settings, engine)) as port:
            url, shop = f"http://localhost:{port}", shop_of(engine)
            box, keyring = make_small_box(), Keyring.load(settings)
            with shop_scope(engine, shop.id, write=True) as scope:
                if request.param == "shopify":
                    scope.shop.domain, scope.shop.home_url = box.shop.domain, f"https://{box.shop.domain}"
                    keep(scope, keyring, "client_id", "demo-client-id", real_now())
                    keep(scope, keyring, "client_secret", SECRET, real_now())
                    shopify.register(admin, box, Options(app_url=url, client_secret=SECRET))
                    entry = f"{shop_url}/store/regulars-demo/apps/regulars"
                else:
                    scope.shop.platform = "woocommerce"
                    scope.shop.domain, scope.shop.home_url = shop_url.partition("//")[2], shop_url
                    keep(scope, keyring, "webhook_secret", SECRET, real_now())
                    connected = woocommerce_connection(url)
                    woocommerce.register(admin, box, shop_url, lambda: connected)
                    entry = f"{shop_url}/wp-admin/admin.php?page=regulars"
            yield Served(url, entry, engine, ids_of(engine, shop))
    engine.dispose()


@dataclass
class Connected:
    url: str
    secret: str


def woocommerce_connection(url: str) -> Connected:
    return Connected(url, SECRET)


def enter(page: Page, served: Served) -> Frame:
    """Open the admin; the panel's frame once it shows its page."""
    page.goto(served.entry)
    handle = page.wait_for_selector("#app")
    frame = handle.content_frame() if handle else None
    assert frame is not None
    frame.wait_for_selector("main h1")
    return frame


def shows_within(milliseconds: float, opened: Callable[[], Page | Frame]) -> bool:
    """Whether what counts of a page (its largest contentful paint) is there so soon, now and then at least: a busy
    machine is late for many, a page that takes too long for all."""
    return any(opened().evaluate(_PAINTED) < milliseconds for _ in range(10))


def faults(view: Page | Frame) -> list[str]:
    """What axe finds wrong, WCAG 2.0 to 2.2 at A and AA."""
    found = view.evaluate(AXE.read_text() + f"; axe.run({{runOnly: {RULES}}})")
    return [f"{fault['id']}: {[node['html'][:120] for node in fault['nodes'][:3]]}" for fault in found["violations"]]


def shop_of(engine: Engine) -> Shop:
    with every_shop(engine) as db:
        shop = db.first(select(Shop).where(Shop.domain == "ours.myshopify.com"))
    assert shop is not None
    return shop


def ids_of(engine: Engine, shop: Shop) -> dict[str, Any]:
    with shop_scope(engine, shop.id) as scope:
        return {**first_rows(scope), "shop": shop.id}
