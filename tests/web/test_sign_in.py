"""Signing in stand-alone: a link once, a cookie, and what a change must carry."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db.scope import every_shop
from app.errors import BadInput
from app.factory import create_app
from app.lib.clock import real_now
from app.settings import read
from app.team.actions import csrf_token, sign_in, sign_in_link
from app.web.identify import COOKIE
from tests.conftest import make_shop


@pytest.fixture
def client(sqlite_engine: Engine, tmp_path: Path) -> FlaskClient:
    make_shop(sqlite_engine)
    environ = {"REGULARS_HOME": str(tmp_path), "PUBLIC_URL": "https://crm.example"}
    return create_app(read(environ), sqlite_engine).test_client()


def link(engine: Engine, email: str = "Owner@Example.com") -> str:
    with every_shop(engine, write=True) as db:
        return sign_in_link(db, email, real_now(), "https://crm.example").removeprefix("https://crm.example")


def cookie(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE, path="/panel")
    assert found is not None
    return found.value


def test_following_the_link_does_not_use_it_up(client: FlaskClient, sqlite_engine: Engine) -> None:
    address = link(sqlite_engine)
    assert '<form method="post">' in client.get(address).text
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 303
    assert client.get("/panel/").status_code == 200


def test_a_link_works_once(client: FlaskClient, sqlite_engine: Engine) -> None:
    address = link(sqlite_engine)
    client.post(address)
    assert client.post(address).status_code == 401


def test_another_site_cannot_sign_a_person_in(client: FlaskClient, sqlite_engine: Engine) -> None:
    address = link(sqlite_engine)
    assert client.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post(address, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_a_made_up_link_signs_nobody_in(client: FlaskClient) -> None:
    answer = client.post("/panel/sign-in/made-up")
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers


def test_a_link_lasts_a_quarter_of_an_hour(client: FlaskClient, sqlite_engine: Engine) -> None:
    with every_shop(sqlite_engine, write=True) as db:
        old = sign_in_link(db, "a@example.com", real_now() - timedelta(minutes=16), "").rpartition("/")[2]
        assert sign_in(db, old, real_now()) is None


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient, sqlite_engine: Engine) -> None:
    said = client.post(link(sqlite_engine)).headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/panel"} <= set(said.split("; "))


def test_what_is_kept_does_not_sign_anybody_in(client: FlaskClient, sqlite_engine: Engine) -> None:
    client.post(link(sqlite_engine))
    with sqlite_engine.connect() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    assert "owner@example.com" in dump
    assert cookie(client) not in dump


def test_a_change_needs_what_only_our_pages_know(client: FlaskClient, sqlite_engine: Engine) -> None:
    client.post(link(sqlite_engine))
    change = {"points_per_unit": "5", "is_on": "on"}
    assert client.post("/panel/loyalty", data=change).status_code == 403
    assert client.post("/panel/loyalty", data=change, headers={"X-CSRF-Token": "x"}).status_code == 403
    good = {"X-CSRF-Token": csrf_token(cookie(client))}
    assert client.post("/panel/loyalty", data=change, headers=good).status_code == 303


def test_the_cookie_counts_for_nothing_in_a_shop_s_admin(client: FlaskClient, sqlite_engine: Engine) -> None:
    client.post(link(sqlite_engine))
    assert client.get("/panel/?shop=ours.myshopify.com").status_code == 302
    assert client.get("/panel/", headers={"Authorization": "Bearer x"}).status_code == 401


def test_stand_alone_nobody_may_frame_the_panel(client: FlaskClient, sqlite_engine: Engine) -> None:
    client.post(link(sqlite_engine))
    assert "frame-ancestors 'none'" in client.get("/panel/").headers["Content-Security-Policy"]


def test_signing_out_ends_the_session_itself(client: FlaskClient, sqlite_engine: Engine) -> None:
    client.post(link(sqlite_engine))
    kept = cookie(client)
    assert client.post("/panel/sign-out").status_code == 403
    client.post("/panel/sign-out", data={"csrf_token": csrf_token(kept)})
    client.set_cookie(COOKIE, kept, path="/panel")
    assert client.get("/panel/").status_code == 401


def test_an_address_of_another_account_s_shop_is_not_there(client: FlaskClient, sqlite_engine: Engine) -> None:
    theirs = make_shop(sqlite_engine, domain="theirs.myshopify.com")
    client.post(link(sqlite_engine))
    assert client.get(f"/panel/?shop={theirs.id}").status_code == 404


def test_what_is_no_address_is_refused(sqlite_engine: Engine) -> None:
    make_shop(sqlite_engine)
    with every_shop(sqlite_engine, write=True) as db, pytest.raises(BadInput):
        sign_in_link(db, "nobody", real_now(), "")


def test_on_a_fresh_server_the_first_person_comes_before_the_first_shop(sqlite_engine: Engine, tmp_path: Path) -> None:
    client = create_app(read({"REGULARS_HOME": str(tmp_path)}), sqlite_engine).test_client()
    answer = client.post(link(sqlite_engine))
    assert client.get(answer.location).location == "/panel/connect"
    assert client.get("/panel/connect").status_code == 200
    assert client.get("/panel/customers").location == "/panel/connect"
