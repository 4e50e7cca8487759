"""From what a merchant types to the shop, or to a sentence that says why not; and how keys are signed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import requests
import responses
from flask import Flask, request

from app.errors import BadInput, PlatformDown, Refused
from connectors.woocommerce import auth
from connectors.woocommerce.discover import discover
from sandbox.woocommerce.auth import Gate
from sandbox.woocommerce.options import DEMO_KEY, DEMO_SECRET, Options

HTML = "<!DOCTYPE html><title>Shop</title>"


@pytest.fixture
def index(recorded: Callable[[str], Any]) -> dict[str, Any]:
    found: dict[str, Any] = recorded("index_wp_json") | {"home": "https://shop.test", "url": "https://shop.test"}
    return found


@pytest.mark.parametrize(
    "typed",
    ["shop.test", "https://shop.test/", " https://shop.test/wp-admin/index.php ", "https://shop.test/wp-json/", "HTTPS://shop.test"],
)  # fmt: skip
@responses.activate
def test_an_address_is_found_however_it_is_typed(typed: str, index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", json=index)
    site = discover(typed, requests.Session())
    assert (site.home_url, site.domain) == ("https://shop.test", "shop.test")
    assert (site.name, site.timezone) == ("Woo Test Shop", "America/New_York")


@responses.activate
def test_http_is_tried_where_https_does_not_answer(index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", body=PlatformDown("shop.test does not answer"))
    responses.add("GET", "http://shop.test/wp-json/", json=index | {"home": "http://shop.test"})
    assert discover("shop.test", requests.Session()).home_url == "http://shop.test"


@responses.activate
def test_the_home_that_the_shop_names_is_where_it_is_called(index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", json=index | {"home": "https://www.shop.test/de"})
    responses.add("GET", "https://www.shop.test/de/wp-json/", json=index | {"home": "https://www.shop.test/de"})
    site = discover("shop.test", requests.Session())
    assert (site.home_url, site.domain) == ("https://www.shop.test/de", "www.shop.test/de")


@responses.activate
def test_a_home_that_leads_nowhere_is_not_gone_to(index: dict[str, Any]) -> None:
    """A shop on an odd port names itself by that port and the scheme it was asked by, where nothing speaks TLS."""
    responses.add("GET", "https://shop.test:8143/wp-json/", json=index | {"home": "https://shop.test:8180"})
    responses.add("GET", "https://shop.test:8180/wp-json/", body=PlatformDown("shop.test's certificate"))
    site = discover("https://shop.test:8143", requests.Session())
    assert (site.home_url, site.domain) == ("https://shop.test:8143", "shop.test:8143")


@responses.activate
def test_plain_links_answer_in_the_query(index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", body=HTML)
    responses.add("GET", "https://shop.test/", json=index)
    assert discover("shop.test", requests.Session()).home_url == "https://shop.test"


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (200, HTML, Refused, r"shop\.test answers with a web page"),
        (404, HTML, Refused, r"shop\.test answers with a web page"),
        (200, '{"hello": 1}', Refused, r"shop\.test answers, but not as WordPress does"),
        (200, '{"namespaces": ["wp/v2"], "home": "https://shop.test"}', Refused, "WooCommerce is not active there"),
        (401, '{"code": "rest_not_logged_in"}', Refused, r"shop\.test hides its REST API"),
        (200, '{"namespaces": ["wp/v2", "wc/v1"], "home": "https://shop.test"}', Refused, "too old for Regulars"),
        (503, HTML, PlatformDown, r"shop\.test answers 503"),
        (403, "<title>Attention Required! | Cloudflare</title>", Refused, r"firewall in front of shop\.test.*403"),
        (503, "<title>Just a moment...</title>", Refused, r"firewall in front of shop\.test.*503"),
        (202, "<meta http-equiv=refresh content='0;/.well-known/sgcaptcha/'>", Refused, r"firewall in front"),
    ],
)
@responses.activate
def test_what_is_no_shop_is_told_apart_in_words(status: int, body: str, kind: type, words: str) -> None:
    for url in ("https://shop.test/wp-json/", "https://shop.test/"):
        responses.add("GET", url, body=body, status=status)
    with pytest.raises(kind, match=words):
        discover("https://shop.test", requests.Session())


@responses.activate
def test_a_password_before_the_shop_is_told_apart() -> None:
    asks = {"WWW-Authenticate": 'Basic realm="staging"'}
    for url in ("https://shop.test/wp-json/", "https://shop.test/"):
        responses.add("GET", url, body=HTML, status=401, headers=asks)
    with pytest.raises(Refused, match=r"shop\.test asks for a password"):
        discover("https://shop.test", requests.Session())


@responses.activate
def test_a_shop_by_http_only_is_known_as_such(index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", body=PlatformDown("shop.test does not answer"))
    responses.add("GET", "http://shop.test/wp-json/", json=index | {"home": "http://shop.test", "url": ""})
    site = discover("shop.test", requests.Session())
    assert (site.is_secure, site.is_tls_lost, site.is_plain) == (False, False, False)


@responses.activate
def test_a_shop_that_does_not_know_of_its_tls_is_called_by_tls_all_the_same(index: dict[str, Any]) -> None:
    told = index | {"home": "http://shop.test/de", "url": "http://shop.test/de"}
    responses.add("GET", "https://shop.test/de/wp-json/", json=told)
    site = discover("https://shop.test/de", requests.Session())
    assert (site.home_url, site.is_secure, site.is_tls_lost) == ("https://shop.test/de", True, True)


@responses.activate
def test_a_shop_named_by_http_that_lives_by_https_is_called_there(index: dict[str, Any]) -> None:
    for scheme in ("http", "https"):
        responses.add("GET", f"{scheme}://shop.test/wp-json/", json=index)
    site = discover("http://shop.test", requests.Session())
    assert (site.home_url, site.is_tls_lost) == ("https://shop.test", False)


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "my shop", "ftp://shop.test", "https://", "me:pass@shop.test", "shop.test:99999", "[::1",
        "shop.test\\@evil.example",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_so(typed: str) -> None:
    with pytest.raises(BadInput, match="address"):
        discover(typed, requests.Session())


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ({"timezone_string": "Europe/Berlin"}, "Europe/Berlin"),
        ({"timezone_string": "", "gmt_offset": "5.5"}, "Asia/Kolkata"),
        ({"timezone_string": "", "gmt_offset": -5}, "Etc/GMT+5"),
        ({"timezone_string": "", "gmt_offset": 0}, "UTC"),
    ],
)
@responses.activate
def test_a_shop_set_to_an_offset_has_a_zone_too(said: dict[str, Any], zone: str, index: dict[str, Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/", json=index | said)
    assert discover("https://shop.test", requests.Session()).timezone == zone


@pytest.mark.parametrize(
    ("home", "address", "params"),
    [
        ("http://shop.test", "http://shop.test/wp-json/wc/v3/orders", {"per_page": "100"}),
        ("http://shop.test:8180", "http://shop.test:8180/wp-json/wc/v3/orders", {"include": "1,2,3", "order": "asc"}),
        (
            "http://shop.test/blog",
            "http://shop.test/blog/wp-json/wc/v3/orders",
            {"modified_after": "2026-11-21T20:14:47"},
        ),
        ("http://shop.test", "http://shop.test/wp-json/wc/v3/orders", {"search": "a b/c~d%e+ü&x"}),
    ],
)
def test_a_signature_is_what_the_shop_computes(home: str, address: str, params: dict[str, str]) -> None:
    gate = Gate(Options(home))
    path = address.removeprefix(home)
    signed = auth.oauth("GET", address, params, DEMO_KEY, DEMO_SECRET)
    with Flask("shop").test_request_context(path, query_string=signed, base_url="http://other.test"):
        gate.check(request)  # raises where key, signature, time or nonce is wrong
    assert json.dumps(signed) != json.dumps(auth.oauth("GET", address, params, DEMO_KEY, DEMO_SECRET))  # a new nonce


def test_plain_links_are_signed_for_the_home_without_a_slash() -> None:
    params = {"rest_route": "/wc/v3/orders", "x": "wp-json/wc/"}
    one = auth.oauth("GET", "http://shop.test/", params, "ck", "cs")
    again = {name: value for name, value in one.items() if name != "oauth_signature"}
    pairs = "&".join(f"{quote(n, safe='~')}={quote(v, safe='~')}" for n, v in sorted(again.items()))
    base = "&".join(quote(part, safe="~") for part in ("GET", "http://shop.test", pairs))
    expected = base64.b64encode(hmac.new(b"cs&", base.encode(), hashlib.sha256).digest()).decode()
    assert one["oauth_signature"] == expected
