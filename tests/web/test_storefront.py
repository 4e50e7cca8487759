"""The storefront's questions through Shopify's app proxy: signed by Shopify, just now, and for one customer alone."""

import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer
from app.db.scope import shop_scope
from app.factory import create_app
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.loyalty.models import LedgerEntry
from app.settings import Settings, read
from app.shops.credentials import keep
from app.shops.models import Shop
from connectors.shopify.proxy import customer_of
from tests.commerce.said import customer, take_in
from tests.conftest import make_shop

SECRET, OLD = "hush", "hush-as-it-was"
RECORDED = "path_prefix=/apps/my-app&shop=some-random-store.myshopify.com&timestamp=1466106083"
Query = dict[str, list[str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({"REGULARS_HOME": str(tmp_path)})


@pytest.fixture
def shop(sqlite_engine: Engine, settings: Settings) -> Shop:
    """Its customer 7 holds 120 points; customer 8 holds none."""
    shop = make_shop(sqlite_engine)
    take_in(sqlite_engine, shop, customer("7"), customer("8"))
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        for name, value in (("client_secret", SECRET), ("client_secret_old", OLD)):
            keep(scope, Keyring.load(settings), name, value, real_now())
        holder = scope.first(select(Customer).where(Customer.external_id == "7"))
        assert holder is not None
        scope.add(
            LedgerEntry(shop_id=shop.id, customer_id=holder.id, points=120, reason="earned", created_at=real_now())
        )
    return shop


@pytest.fixture
def client(sqlite_engine: Engine, settings: Settings, shop: Shop) -> FlaskClient:
    return create_app(settings, sqlite_engine).test_client()


def signed(secret: str = SECRET, age: int = 0, **changed: str) -> Query:
    said = {
        "logged_in_customer_id": "7",
        "path_prefix": "/apps/regulars",
        "shop": "ours.myshopify.com",
        "timestamp": str(int(real_now().timestamp()) - age),
        **changed,
    }
    text = "".join(f"{name}={value}" for name, value in sorted(said.items()))
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {name: [value] for name, value in {**said, "signature": signature}.items()}


def ask(client: FlaskClient, query: Query) -> tuple[int, object]:
    answer = client.get("/proxy/points?" + urlencode(query, doseq=True))
    return answer.status_code, answer.get_json(silent=True)


def test_a_customer_is_told_of_her_points(client: FlaskClient) -> None:
    assert ask(client, signed()) == (200, {"points": 120})
    assert ask(client, signed(logged_in_customer_id="8")) == (200, {"points": 0})
    assert ask(client, signed(OLD)) == (200, {"points": 120})


def test_nobody_and_a_stranger_have_no_points(client: FlaskClient) -> None:
    assert ask(client, signed(logged_in_customer_id="")) == (200, {"points": None})
    assert ask(client, signed(logged_in_customer_id="99")) == (200, {"points": None})


def _smuggled() -> Query:
    """Signed as a visitor's own parameter, read as a customer: the same letters, cut elsewhere."""
    given = signed(logged_in_customer_id="", a="1logged_in_customer_id=7m=")
    return {**given, "a": ["1"], "logged_in_customer_id": ["7"], "m": ["logged_in_customer_id="]}


REFUSED: dict[str, Callable[[], Query]] = {
    "signed by another": lambda: signed("other"),
    "changed": lambda: {**signed(), "logged_in_customer_id": ["8"]},
    "old": lambda: signed(age=95),
    "from the future": lambda: signed(age=-95),
    "without a time": lambda: signed(timestamp=""),
    "with a time that is none": lambda: signed(timestamp="NaN"),
    "with half a second": lambda: signed(timestamp=f"{int(real_now().timestamp())}.5"),
    "without end": lambda: signed(timestamp="Infinity"),
    "of two customers": lambda: {**signed(), "logged_in_customer_id": ["7", "8"]},
    "signed twice": lambda: {**signed(), "signature": signed()["signature"] * 2},
    "not signed": lambda: {name: value for name, value in signed().items() if name != "signature"},
    "signed in other letters": lambda: {**signed(), "signature": ["ä" * 64]},
    "with a name of somebody's own": _smuggled,
    "of a shop that is not ours": lambda: signed(shop="theirs.myshopify.com"),
    "empty": dict,
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_shopify_did_not_send_just_now_is_refused(client: FlaskClient, kind: str) -> None:
    assert ask(client, REFUSED[kind]())[0] == 401


def test_a_shop_that_left_is_told_nothing(client: FlaskClient, sqlite_engine: Engine, shop: Shop) -> None:
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        scope.shop.state = "uninstalled"
    assert ask(client, signed())[0] == 401


def test_the_answer_is_kept_by_nobody(client: FlaskClient) -> None:
    assert client.get("/proxy/points?" + urlencode(signed(), doseq=True)).headers["Cache-Control"] == "no-store"


def test_shopify_s_own_example_is_signed_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a customer, as Shopify's library has it in its tests, and so refused, though the signature is right."""
    query = parse_qs(RECORDED)
    text = "".join(f"{name}={values[0]}" for name, values in sorted(query.items()))
    expected = "f5cd7233558b1c50102a6f33c0b63ad1e1072a2fc126cb58d4500f75223cefcd"
    assert hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest() == expected
    monkeypatch.setattr("time.time", lambda: 1466106083.0)
    assert customer_of({**query, "signature": [expected]}, ["secret"]) is None
    full = {name: values[0] for name, values in query.items()} | {"logged_in_customer_id": ""}
    assert customer_of(signed("secret", **full), ["secret"]) == ""
