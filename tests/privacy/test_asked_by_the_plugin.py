"""WordPress's tools for personal data, as the companion plugin passes them on: signed, worked by the worker, paged."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.context import Context
from app.db.scope import shop_scope
from app.factory import create_app
from app.furnish import furnish
from app.jobs.base import Job
from app.lib.encryption import Keyring
from app.privacy.models import PrivacyRequest
from app.privacy.work import work
from app.public import plugin
from app.settings import read
from app.shops.credentials import keep
from app.shops.models import Shop
from tests.conftest import make_shop
from tests.privacy.conftest import Place, fill
from tests.privacy.zelda import HER_EMAIL, NOW

SECRET = "ab" * 32
HOME = "https://shop.example"


class Asked:
    """The shop's PHP, and the worker when it is let."""

    def __init__(self, place: Place, client: FlaskClient) -> None:
        self.place, self.client = place, client

    def token(self, **changed: Any) -> str:
        now = int(time.time())
        claims = {"iss": HOME, "aud": "regulars", "sub": "1", "name": "A", "iat": now, "nbf": now, "exp": now + 60}
        return jwt.encode({**claims, **changed}, SECRET, algorithm="HS256")

    def ask(self, what: str, page: int = 1, email: str = HER_EMAIL, token: str = "", shop: str = "") -> Any:
        answer = self.client.post(
            f"/plugin/woocommerce/{shop or self.place.shop.id}/{what}",
            json={"email": email, "page": page},
            headers={"Authorization": f"Bearer {token or self.token()}"},
        )
        return answer.get_json() if answer.status_code == 200 else answer.status_code

    def work(self) -> None:
        job = Job(1, self.place.shop.id, "privacy", "", "ingest", 0)
        while work(self.place.context, job) is not None:
            pass


@pytest.fixture
def asked(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    monkeypatch.setattr(plugin, "_PATIENCE", 0.0)
    settings = read({"REGULARS_HOME": str(tmp_path)})
    context = Context(settings, sqlite_engine, Keyring.load(settings))
    shop = make_shop(sqlite_engine, "woocommerce", "shop.example")
    app = create_app(settings, sqlite_engine)
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        furnish(scope, NOW)
        scope.shop.home_url = HOME
        keep(scope, context.keyring, "webhook_secret", SECRET, NOW)
    place = Place(context, shop, app.test_client())
    fill(place)
    yield Asked(place, app.test_client())
    app.extensions["intake"].inbox.close()


def test_what_is_kept_is_told_in_wordpress_s_own_form_and_then_handed_over(asked: Asked) -> None:
    assert asked.ask("export") == {"data": [], "done": False}
    asked.work()
    said = asked.ask("export", page=2)
    assert said["done"]
    groups = {item["group_id"] for item in said["data"]}
    assert {"regulars-customers", "regulars-orders"} <= groups
    told = {fact["value"] for item in said["data"] for fact in item["data"]}
    assert HER_EMAIL in {value.lower() for value in told}
    assert all(isinstance(fact["value"], str) for item in said["data"] for fact in item["data"])
    row = asked.place.only(PrivacyRequest)
    assert (row.source, row.state, row.outcome, row.export) == ("plugin", "done", "handed over", None)


def test_an_erasure_is_said_to_be_done_when_it_is_done(asked: Asked) -> None:
    assert asked.ask("erase") == {"items_removed": False, "items_retained": False, "messages": [], "done": False}
    assert not asked.ask("erase", page=2)["done"]
    asked.work()
    said = asked.ask("erase", page=3)
    assert (said["items_removed"], said["items_retained"], said["done"]) == (True, False, True)
    assert said["messages"] == ["Orders keep their sums for the books, without saying whose they were."]
    assert asked.place.needles() == []
    assert len(asked.place.all(PrivacyRequest)) == 1


def test_asked_again_from_the_first_page_it_is_another_request(asked: Asked) -> None:
    for _ in range(2):
        asked.ask("export")
        asked.ask("export")
        asked.work()
        assert asked.ask("export", page=2)["data"]
    assert len(asked.place.all(PrivacyRequest)) == 2


@pytest.mark.parametrize(
    ("what", "nothing"),
    [
        ("export", {"data": [], "done": True}),
        ("erase", {"items_removed": False, "items_retained": False, "messages": [], "done": True}),
    ],
)
def test_of_somebody_unknown_there_is_nothing(asked: Asked, what: str, nothing: dict[str, Any]) -> None:
    asked.ask(what, email="nobody@example.com")
    asked.work()
    assert asked.ask(what, page=2, email="nobody@example.com") == nothing
    assert asked.place.needles() != []


def test_who_shows_no_token_of_this_shop_is_told_nothing(asked: Asked, stranger: Shop) -> None:
    old = {"iat": 1, "nbf": 1, "exp": 61}
    for token in ("x", asked.token(iss="https://other.example"), asked.token(**old), asked.token(aud="others")):
        assert asked.ask("export", token=token) == 401
    assert asked.ask("export", shop=str(stranger.id)) == 401
    assert asked.ask("export", shop="nonsense") == 401
    assert asked.place.all(PrivacyRequest) == []


def test_a_shop_that_was_disconnected_is_told_nothing(asked: Asked) -> None:
    with shop_scope(asked.place.context.engine, asked.place.shop.id, write=True) as scope:
        scope.shop.state = "uninstalled"
    assert asked.ask("erase") == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"email": 3}', b'{"email": "no address"}', json.dumps({"email": "a@b\0"})]
)
def test_what_cannot_be_read_is_answered_so(asked: Asked, body: bytes) -> None:
    path, headers = f"/plugin/woocommerce/{asked.place.shop.id}/export", {"Authorization": f"Bearer {asked.token()}"}
    assert asked.client.post(path, data=body, headers=headers).status_code == 400
