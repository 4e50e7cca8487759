"""What is told a merchant whose key or address will not do."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, redirect
from sqlalchemy import Engine

from tests.serving import serving
from tests.shops.handing import Street, approve, begin, box, csrf, finish, look, walked


@pytest.fixture
def street(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    with walked(sqlite_engine, tmp_path, monkeypatch) as made:
        yield made


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("wrong key", "does not accept this consumer key"),
        ("wrong secret", "does not accept this consumer key with this secret"),
        ("read only", "permissions are not enough"),
        ("write only", "permissions are not enough"),
        ("user gone", "the user it belongs to is gone"),
        ("customer", "user may not do this"),
    ],
)
def test_what_is_wrong_with_a_key_is_told_apart(street: Street, how: str, words: str) -> None:
    ada = street.browser("ada@example.com")
    key = street.face.keys.make({"read only": "read", "write only": "write"}.get(how, "read_write"), "by hand")
    key.user = {"user gone": "gone", "customer": "customer"}.get(how, "manager")  # type: ignore[assignment]
    form = {
        "csrf_token": csrf(ada.get(f"{street.url}/panel/connect", timeout=60)),
        "address": street.shop_url,
        "consumer_key": "ck_unknown" if how == "wrong key" else key.consumer_key,
        "consumer_secret": "cs_wrong" if how == "wrong secret" else key.consumer_secret,
    }
    said = ada.post(f"{street.url}/panel/connect/keys", data=form, timeout=60)
    assert (said.status_code, words in said.text.replace("&#39;", "'")) == (422, True), said.text
    assert street.shops() == []


@pytest.mark.parametrize("host", ["127.0.0.2", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_a_private_address_is_refused(street: Street, host: str) -> None:
    said = look(street, street.browser("ada@example.com"), f"http://{host}:8080")
    assert (said.status_code, "not a public address" in said.text) == (422, True)
    assert street.waiting() == []


def test_a_redirect_to_a_private_address_is_refused(street: Street) -> None:
    shop = Flask("redirects", static_folder=None)
    shop.add_url_rule("/<path:rest>", view_func=lambda rest: redirect(f"http://127.0.0.2:8080/{rest}"))
    with serving(shop) as port:
        said = look(street, street.browser("ada@example.com"), f"http://127.0.0.1:{port}")
    assert (said.status_code, "not a public address" in said.text) == (422, True)


def test_a_name_that_turns_private_before_the_merchant_is_back_is_refused(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"shop.example": "127.0.0.1"}
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real(names.get(host, host), *rest, **more))
    ada = street.browser("ada@example.com")
    with box("shop.example") as (url, face):
        back = approve(street, begin(street, ada, url))
        names["shop.example"] = "127.0.0.2"
        said = ada.get(back, timeout=60)
        assert (said.status_code, "not a public address" in said.text) == (422, True)
        assert finish(street, ada, back, face.keys.all()[-1].end).status_code == 422
    assert street.shops() == []
