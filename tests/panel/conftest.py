"""A panel over one SQLite database with two shops of two accounts, and somebody signed in to ours."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db.scope import every_shop
from app.factory import create_app
from app.lib.clock import real_now
from app.settings import read
from app.shops.models import Shop
from app.team.actions import csrf_token, sign_in, sign_in_link
from app.web.identify import COOKIE
from tests.conftest import make_shop
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


@pytest.fixture
def house(bare: House) -> House:
    """Ours and theirs, a year behind each."""
    for shop in (bare.ours, bare.theirs):
        seed(bare.engine, shop, real_now())
    return bare


def build(engine: Engine, home: Path, **environ: str) -> House:
    ours = make_shop(engine)
    theirs = make_shop(engine, domain="theirs.myshopify.com")
    app = create_app(read({"REGULARS_HOME": str(home), **environ}), engine)
    client = app.test_client()
    csrf = sign_in_as(client, engine, "owner@example.com")
    return House(app, engine, ours, theirs, client, csrf)


def sign_in_as(client: FlaskClient, engine: Engine, email: str) -> str:
    """The cookie into the client; what its pages would send back with a change."""
    with every_shop(engine, write=True) as db:
        cookie = sign_in(db, sign_in_link(db, email, real_now(), "").rpartition("/")[2], real_now())
    assert cookie is not None
    client.set_cookie(COOKIE, cookie, path="/panel")
    return csrf_token(cookie)
