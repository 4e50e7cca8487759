"""Who gets in, and what those are told who do not: bodies as recorded from real shops."""

import time
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from sandbox.woocommerce import Face, Options, register
from tests.sandbox.woocommerce.conftest import Caller, Signer

ORDERS = "/wp-json/wc/v3/orders"
NOBODY = ("woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
REFUSED = "woocommerce_rest_authentication_error"


def told(app: Flask, params: dict[str, str] | None = None, **more: Any) -> tuple[int, str, str]:
    response = app.test_client().get(ORDERS, query_string=params, **more)
    body = response.get_json()
    assert body["data"] == {"status": response.status_code}
    return response.status_code, body["code"], body["message"]


def basic(face: Face, secret: str | None = None) -> dict[str, Any]:
    return {"auth": (face.options.key, secret or face.options.secret)}


def test_a_signed_request_over_http_is_let_in_whatever_host_was_called(app: Flask, sign: Signer) -> None:
    params = sign("GET", ORDERS, {"status": "processing,completed", "search": "a b&c+ü~"})
    assert app.test_client().get(ORDERS, query_string=params).status_code == 200


def test_the_signature_is_over_the_shops_own_address(app: Flask, sign: Signer) -> None:
    message = "Invalid signature - provided signature does not match."
    assert told(app, sign("GET", ORDERS, home="http://127.0.0.1:8180")) == (401, REFUSED, message)
    assert told(app, sign("GET", ORDERS, secret="cs_other")) == (401, REFUSED, message)


def test_a_nonce_is_good_once(app: Flask, sign: Signer) -> None:
    params = sign("GET", ORDERS)
    assert app.test_client().get(ORDERS, query_string=params).status_code == 200
    assert told(app, params) == (401, REFUSED, "Invalid nonce - nonce has already been used.")


def test_a_timestamp_is_good_for_a_quarter_of_an_hour(app: Flask, sign: Signer) -> None:
    old = str(int(time.time()) - 1000)
    assert told(app, sign("GET", ORDERS, oauth_timestamp=old)) == (401, REFUSED, "Invalid timestamp.")


def test_an_unknown_key_is_named_as_such_only_over_oauth(app: Flask, face: Face, sign: Signer) -> None:
    assert told(app, sign("GET", ORDERS, oauth_consumer_key="ck_other")) == (401, REFUSED, "Consumer key is invalid.")
    https = {"headers": {"X-Forwarded-Proto": "https"}}
    assert told(app, **https, auth=("ck_other", "cs_other")) == (401, *NOBODY)


def test_basic_counts_over_https_only(app: Flask, face: Face) -> None:
    assert told(app, **basic(face)) == (401, *NOBODY)
    https = {"headers": {"X-Forwarded-Proto": "https"}}
    assert app.test_client().get(ORDERS, **basic(face), **https).status_code == 200
    assert told(app, **basic(face, "cs_wrong"), **https) == (401, REFUSED, "Consumer secret is invalid.")


def test_no_key_at_all_is_told_the_same_as_basic_over_http(app: Flask, face: Face) -> None:
    assert told(app) == (401, *NOBODY)


def test_query_keys_do_over_https(woo: Caller) -> None:
    params = {"consumer_key": woo.options.key, "consumer_secret": woo.options.secret}
    response = woo.app.test_client().get(ORDERS, query_string=params, headers={"X-Forwarded-Proto": "https"})
    assert response.status_code == 200


@pytest.mark.parametrize(("permissions", "method", "needed"), [("read", "POST", "write"), ("write", "GET", "read")])
def test_a_key_does_only_what_it_may(permissions: str, method: str, needed: str, small_box: Any) -> None:
    app = Flask("limited")
    face = register(app, small_box, Options("http://shop.test", permissions=permissions))
    response = Caller(app, face.options).call(method, "webhooks", json={} if method == "POST" else None)
    body = response.get_json()
    message = f"The API key provided does not have {needed} permissions."
    assert (response.status_code, body["code"], body["message"]) == (401, REFUSED, message)


def test_a_plain_address_needs_the_trick_with_x(app: Flask, face: Face) -> None:
    https = {"headers": {"X-Forwarded-Proto": "https"}}
    client = app.test_client()
    assert client.get("/?rest_route=/wc/v3/orders", **basic(face), **https).status_code == 401
    assert client.get("/?rest_route=/wc/v3/orders&x=wp-json%2Fwc%2F", **basic(face), **https).status_code == 401
    assert client.get("/?rest_route=/wc/v3/orders&x=wp-json/wc/", **basic(face), **https).status_code == 200


def test_the_index_is_open_and_says_where_and_when_the_shop_is(app: Flask, face: Face) -> None:
    for address in ("/wp-json/", "/?rest_route=/"):
        index = app.test_client().get(address).get_json()
        assert (index["home"], index["timezone_string"]) == (face.options.home_url, "Europe/Berlin")
        assert "wc/v3" in index["namespaces"]


def test_what_is_not_there_is_no_route(woo: Caller) -> None:
    response = woo.call("GET", "nonsense")
    assert (response.status_code, response.get_json()["code"]) == (404, "rest_no_route")


def test_a_nonce_is_one_keys_own(app: Flask, face: Face, sign: Signer) -> None:
    other, nonce = face.keys.make("read", "Other"), "0123456789abcdef"
    first = sign("GET", ORDERS, oauth_nonce=nonce)
    second = sign("GET", ORDERS, oauth_nonce=nonce, oauth_consumer_key=other.consumer_key, secret=other.consumer_secret)
    assert [app.test_client().get(ORDERS, query_string=each).status_code for each in (first, second)] == [200, 200]


def test_an_array_breaks_the_signature_and_a_comma_list_does_not(app: Flask, sign: Signer) -> None:
    broken = sign("GET", ORDERS, {"status[]": "processing"})
    assert told(app, broken)[2] == "Invalid signature - provided signature does not match."
    whole = sign("GET", ORDERS, {"status": "processing,completed", "include": "1,2,3"})
    assert app.test_client().get(ORDERS, query_string=whole).status_code == 200


def test_the_scheme_that_is_signed_is_the_one_that_php_sees(small_box: Any, sign: Signer) -> None:
    app = Flask("https home")
    register(app, small_box, Options("https://shop.test:8180"))
    params = sign("GET", ORDERS, home="http://shop.test:8180")
    assert app.test_client().get(ORDERS, query_string=params).status_code == 200
    assert told(app, sign("GET", ORDERS, home="https://shop.test:8180"))[0] == 401


def test_on_plain_permalinks_the_home_is_signed_without_a_slash(app: Flask, sign: Signer) -> None:
    plain = {"rest_route": "/wc/v3/orders", "x": "wp-json/wc/"}
    params = sign("GET", "", plain)
    query = "&".join(f"{key}={quote(value, safe='/')}" for key, value in params.items())
    assert app.test_client().get(f"/?{query}").status_code == 200


def test_what_is_missing_of_a_signature_is_named(app: Flask, sign: Signer) -> None:
    params = sign("GET", ORDERS)
    del params["oauth_nonce"]
    assert told(app, params) == (
        401, "woocommerce_rest_authentication_missing_parameter", "Missing OAuth parameter oauth_nonce",
    )  # fmt: skip


def test_there_is_no_rate_limit(woo: Caller) -> None:
    answers = [woo.call("GET", "orders", per_page=1) for _ in range(60)]
    assert {answer.status_code for answer in answers} == {200}
    assert not [name for name, _ in answers[0].headers if "rate" in name.lower()]


@pytest.mark.parametrize(("user", "status"), [("customer", 403), ("gone", 401)])
def test_a_key_goes_with_its_user(woo: Caller, face: Face, user: Any, status: int) -> None:
    face.keys.all()[0].user = user
    answer = woo.call("GET", "orders")
    assert (answer.status_code, answer.get_json()["code"]) == (status, "woocommerce_rest_cannot_view")
