"""A panel over one SQLite database with two shops of two accounts, and somebody signed in to ours."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from app.db.engine import open_engine
from app.db.scope import every_shop
from app.factory import create_app
from app.lib.clock import real_now
from app.settings import read
from app.shops.models import Shop
from app.team.actions import csrf_token, sign_in, sign_in_link
from app.web.identify import COOKIE
from tests.conftest import import_models, make_shop
from tests.panel.seed import seed


@dataclass
class House:
    app: Flask
    engine: Engine
    ours: Shop
    theirs: Shop
    client: FlaskClient
    csrf: str


@pytest.fixture
def bare(sqlite_engine: Engine, tmp_path: Path) -> House:
    """Nothing in either shop yet."""
    return build(sqlite_engine, tmp_path)


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a year behind both shops, made once and copied for each test."""
    home = tmp_path_factory.mktemp("year")
    import_models()
    engine = open_engine(f"sqlite:///{home / 'regulars.sqlite'}")
    SQLModel.metadata.create_all(engine)
    for domain in ("ours.myshopify.com", "theirs.myshopify.com"):
        seed(engine, make_shop(engine, domain=domain), real_now())
    engine.dispose()
    return home


@pytest.fixture
def house(year: Path, tmp_path: Path) -> Iterator[House]:
    """Ours and theirs, a year behind each."""
    shutil.copytree(year, tmp_path, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{tmp_path / 'regulars.sqlite'}")
    yield build(engine, tmp_path)
    engine.dispose()


def build(engine: Engine, home: Path, **environ: str) -> House:
    ours = known_shop(engine, "ours.myshopify.com")
    theirs = known_shop(engine, "theirs.myshopify.com")
    app = create_app(read({"REGULARS_HOME": str(home), **environ}), engine)
    client = app.test_client()
    csrf = sign_in_as(client, engine, "owner@example.com")
    return House(app, engine, ours, theirs, client, csrf)


def known_shop(engine: Engine, domain: str) -> Shop:
    with every_shop(engine) as db:
        shop = db.first(select(Shop).where(Shop.domain == domain))
    return shop or make_shop(engine, domain=domain)


def sign_in_as(client: FlaskClient, engine: Engine, email: str) -> str:
    """The cookie into the client; what its pages would send back with a change."""
    with every_shop(engine, write=True) as db:
        cookie = sign_in(db, sign_in_link(db, email, real_now(), "").rpartition("/")[2], real_now())
    assert cookie is not None
    client.set_cookie(COOKIE, cookie, path="/panel")
    return csrf_token(cookie)
