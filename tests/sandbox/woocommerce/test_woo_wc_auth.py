"""The hand-over of keys at the shop's own page, as it was recorded."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from sandbox.changes import Box
from sandbox.woocommerce import Face, Options, register
from tests.sandbox.woocommerce.conftest import HOME, Receiver

ASKED = {
    "app_name": "CRM Connector",
    "user_id": "tenant-42:nonce-xyz",
    "return_url": "http://127.0.0.1:5000/return?state=abc",
    "callback_url": "https://127.0.0.1:8191/callback",
    "scope": "read_write",
}


@pytest.fixture
def browser(app: Flask, face: Face) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def callback(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address that the shop takes for https, and that is answered without TLS."""
    real = requests.post
    plainly: Callable[..., Any] = lambda url, **more: real(url.replace("https://", "http://"), **more)  # noqa: E731
    monkeypatch.setattr("sandbox.woocommerce.wc_auth.requests.post", plainly)
    return receiver.url.replace("http://", "https://") + "/callback"


def ask(browser: FlaskClient, route: str = "authorize", **changes: str) -> TestResponse:
    asked = {name: value for name, value in (ASKED | changes).items() if value}
    return browser.get(f"/wc-auth/v1/{route}?{urlencode(asked)}")


def sign_in(browser: FlaskClient, **changes: str) -> TestResponse:
    """-> the page that asks for approval"""
    asked = urlencode(ASKED | changes)
    login = browser.post(f"/wc-auth/v1/login/?{asked}", data={"username": "admin", "password": "password"})
    assert login.status_code == 302
    page = ask(browser, **changes)
    assert page.status_code == 200
    return page


def approve(browser: FlaskClient, page: TestResponse) -> TestResponse:
    link = re.search(r'href="([^"]*access_granted[^"]*)"', page.text)
    assert link
    return browser.get(link[1].replace("&amp;", "&").replace(HOME, ""))


def test_who_is_not_signed_in_is_sent_to_the_form(browser: FlaskClient) -> None:
    answer = ask(browser)
    assert (answer.status_code, "/wc-auth/v1/login/" in answer.location) == (302, True)
    assert 'class="wc-auth-login"' in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scope": ""}, "Missing parameter scope"),
        ({"user_id": ""}, "Missing parameter user_id"),
        ({"scope": "admin"}, "Invalid scope admin"),
        ({"callback_url": "http://127.0.0.1:8191/callback"}, "The callback_url needs to be over SSL"),
    ],
)
def test_what_is_missing_or_odd_is_a_page_with_401(browser: FlaskClient, changes: dict[str, str], said: str) -> None:
    answer = ask(browser, **changes)
    assert (answer.status_code, f"Error: {said}." in answer.text) == (401, True)


def test_an_address_without_a_scheme_is_taken_for_https(browser: FlaskClient) -> None:
    assert ask(browser, callback_url="127.0.0.1:8191/callback").status_code == 302


def test_the_page_names_the_app_the_scope_and_the_host_and_sends_no_frame_options(browser: FlaskClient) -> None:
    page = sign_in(browser)
    assert all(word in page.text for word in ("CRM Connector", "Read/Write", "127.0.0.1", "Approve", "Deny"))
    assert "X-Frame-Options" not in page.headers


def test_the_key_is_posted_before_the_manager_is_sent_back(
    browser: FlaskClient, face: Face, receiver: Receiver, callback: str
) -> None:
    answer = approve(browser, sign_in(browser, callback_url=callback))
    assert answer.status_code == 302
    assert answer.location.startswith("http://127.0.0.1:5000/return?state=abc&success=1&user_id=tenant-42")
    [arrival] = receiver.arrivals
    assert arrival.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert arrival.headers["User-Agent"] == f"WordPress/6.8.3; {HOME}"
    body = arrival.json()
    assert list(body) == ["key_id", "user_id", "consumer_key", "consumer_secret", "key_permissions"]
    assert (body["user_id"], body["key_permissions"]) == ("tenant-42:nonce-xyz", "read_write")
    known = face.keys.find(body["consumer_key"])
    assert known
    assert known.consumer_secret == body["consumer_secret"]


@pytest.mark.parametrize("status", [201, 204, 500])
def test_anything_but_200_takes_the_key_back(
    browser: FlaskClient, face: Face, receiver: Receiver, callback: str, status: int
) -> None:
    page = sign_in(browser, callback_url=callback)
    receiver.answer = status
    answer = approve(browser, page)
    assert (answer.status_code, len(receiver.arrivals), len(face.keys.all())) == (401, 1, 1)
    assert "unable to send the consumer data" in answer.text


def test_nobody_there_takes_the_key_back(browser: FlaskClient, face: Face, callback: str) -> None:
    answer = approve(browser, sign_in(browser, callback_url="https://127.0.0.1:1/callback"))
    assert (answer.status_code, len(face.keys.all())) == (401, 1)


def test_the_approval_can_be_replayed_and_makes_another_key(
    browser: FlaskClient, face: Face, receiver: Receiver, callback: str
) -> None:
    page = sign_in(browser, callback_url=callback)
    assert [approve(browser, page).status_code for _ in range(2)] == [302, 302]
    assert len({arrival.json()["consumer_key"] for arrival in receiver.arrivals}) == 2
    assert len(face.keys.all()) == 3


def test_deny_leads_back_without_a_key(browser: FlaskClient) -> None:
    page = sign_in(browser)
    assert "success=0&amp;user_id=tenant-42" in page.text


def test_a_scope_is_the_keys_permission(browser: FlaskClient, receiver: Receiver, callback: str) -> None:
    approve(browser, sign_in(browser, callback_url=callback, scope="read"))
    assert receiver.arrivals[0].json()["key_permissions"] == "read"


def test_a_plain_shop_has_the_page_under_the_home(new_small_box: Callable[[], Box]) -> None:
    app = Flask("plain")
    register(app, new_small_box(), Options(HOME, is_plain=True))
    plain = {"wc-auth-version": "1", "wc-auth-route": "authorize", **ASKED}
    answer = app.test_client().get(f"/?{urlencode(plain)}")
    assert (answer.status_code, "wc-auth-route=login" in answer.location) == (302, True)
    page = app.test_client().get("/wp-json/")
    assert (page.status_code, page.content_type) == (200, "text/html; charset=UTF-8")
    assert app.test_client().get("/?rest_route=/").get_json()["home"] == HOME
