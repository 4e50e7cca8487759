"""What a shop's answers mean, in words, and who must act."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import responses

from app.errors import AuthLost, PlatformDown, RateLimited
from app.lib.clock import real_now
from connectors.woocommerce import subscriptions
from connectors.woocommerce.errors import NoRoute, NotJson, check
from connectors.woocommerce.transport import Transport
from tests.waiting import PATIENCE

SECRETS = {"consumer_key": "ck_x", "consumer_secret": "cs_x"}
HTML = "<!DOCTYPE html><title>Shop</title>"
ERROR = {
    "code": "woocommerce_rest_cannot_view",
    "message": "Sorry, you cannot list resources.",
    "data": {"status": 401},
}


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind"),
    [
        (429, "slow down", {"Retry-After": "7"}, RateLimited),
        (503, "", {"Retry-After": "7"}, RateLimited),
        (503, HTML, {}, PlatformDown),
        (500, '{"code":"internal_server_error","message":"<p>There has been a critical error.</p>"}', {}, PlatformDown),
        (500, '{"code":"woocommerce_rest_cannot_create_order_refund","message":"x","data":500}', {}, PlatformDown),
        (502, "Bad Gateway", {}, PlatformDown),
        (200, HTML, {}, NotJson),
        (404, HTML, {}, NotJson),
        (200, "", {}, NotJson),
        (403, HTML, {}, PlatformDown),
        (401, "Authorization Required", {}, PlatformDown),
        (403, '{"code":"rest_forbidden","message":"by a security plugin"}', {}, PlatformDown),
    ],
)
def test_hosts_and_firewalls_answer_too(status: int, body: str, headers: dict[str, str], kind: type) -> None:
    with pytest.raises(kind) as caught:
        check(_answer(status, body, headers), "shop.test")
    if isinstance(caught.value, RateLimited):
        assert caught.value.seconds == 7


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, "<title>Maintenance</title>", "is being maintained, or has too much to do"),
        (200, "<title>Just a moment...</title>", "answers with a web page"),
        (202, "<title>Just a moment...</title>", "firewall in front of shop.test"),
        (504, "<title>Gateway Timeout</title>", "answers 504 and not in JSON"),
    ],
)
def test_a_page_in_place_of_json_says_whose_it_is(status: int, body: str, words: str) -> None:
    with pytest.raises(NotJson, match=words):
        check(_answer(status, body), "shop.test")


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("90", 90, 90),
        ("99999", 3600, 3600),
        ("", 30, 30),
        ("soon", 30, 30),
        ("Thu, 01 Jan 2099 00:00:00 GMT", 3600, 3600),
        ("Thu, 01 Jan 1998 00:00:00 GMT", 1, 1),
        ("in 5 minutes", 250, 301),
    ],
)
def test_how_long_a_shop_asks_us_to_wait(said: str, least: float, most: float) -> None:
    header = format_datetime(real_now() + timedelta(minutes=5), usegmt=True) if "minutes" in said else said
    with pytest.raises(RateLimited) as caught:
        check(_answer(429, "<html>", {"Retry-After": header}), "shop.test")
    assert least <= caught.value.seconds <= most


@responses.activate
def test_a_firewalls_page_is_waited_for_also_where_nothing_is_known_yet() -> None:
    """It covers the index, too: that must not be taken for a no of the shop's."""
    for address in ("https://shop.test/wp-json/wc/v3/orders", "https://shop.test/wp-json/", "https://shop.test/"):
        responses.add("GET", address, body="<title>Just a moment...</title>", status=503)
    with pytest.raises(PlatformDown, match="firewall in front of"):
        Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders")


def test_a_thing_that_has_a_code_of_its_own_is_no_error() -> None:
    check(_answer(200, '{"id": 5, "code": "minus5"}'), "shop.test")


@responses.activate
def test_a_server_that_drops_the_header_gets_the_key_in_the_query() -> None:
    asked = []

    def shop(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        asked.append(request)
        is_known = "consumer_key=ck_x&consumer_secret=cs_x" in (request.url or "")
        return (200, {}, "[]") if is_known else (401, {}, json.dumps(ERROR))

    responses.add_callback("GET", "https://shop.test/wp-json/wc/v3/orders", shop)
    transport = Transport("https://shop.test", SECRETS, requests.Session())
    for _ in range(2):
        assert transport.get("wc/v3/orders").content == b"[]"
    assert len(asked) == 3  # once in vain, then it is known
    assert asked[0].headers["Authorization"].startswith("Basic ")
    assert "Authorization" not in asked[2].headers


@responses.activate
def test_a_shop_behind_a_proxy_that_hides_tls_gets_oauth_at_last() -> None:
    def shop(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        is_known = "oauth_signature=" in (request.url or "")
        return (200, {}, "[]") if is_known else (401, {}, json.dumps(ERROR))

    responses.add_callback("GET", "https://shop.test/wp-json/wc/v3/orders", shop)
    assert Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders").content == b"[]"


@responses.activate
def test_a_key_that_no_way_helps_is_lost() -> None:
    responses.add("GET", "https://shop.test/wp-json/wc/v3/orders", json=ERROR, status=401)
    with pytest.raises(AuthLost, match=r"shop\.test knows the key, but the user"):
        Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders")


@responses.activate
def test_plain_links_are_found_when_pretty_ones_answer_a_page(recorded: Callable[[str], Any]) -> None:
    plain = []

    def front(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        url = request.url or ""
        if "rest_route=/wc/v3/orders" in url:
            plain.append(url)
            return 200, {}, "[]"
        return (200, {}, json.dumps(recorded("index_wp_json"))) if "rest_route=/" in url else (200, {}, HTML)

    responses.add("GET", "https://shop.test/wp-json/wc/v3/orders", body=HTML)
    responses.add("GET", "https://shop.test/wp-json/", body=HTML)
    responses.add_callback("GET", "https://shop.test/", front)
    transport = Transport("https://shop.test", SECRETS, requests.Session())
    transport.get("wc/v3/orders", {"per_page": 5})
    transport.get("wc/v3/orders")
    assert plain == [
        "https://shop.test/?rest_route=/wc/v3/orders&per_page=5&x=wp-json/wc/",
        "https://shop.test/?rest_route=/wc/v3/orders&x=wp-json/wc/",
    ]
    asked = len(responses.calls)
    Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders")
    assert len(responses.calls) == asked + 1  # the next job need not find it out


@responses.activate
def test_a_maintenance_page_is_the_platforms_trouble_and_not_plain_links(recorded: Callable[[str], Any]) -> None:
    responses.add("GET", "https://shop.test/wp-json/wc/v3/orders", body=HTML)
    responses.add("GET", "https://shop.test/wp-json/", json=recorded("index_wp_json"))
    with pytest.raises(PlatformDown, match="web page where its REST API should answer"):
        Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders")


@responses.activate
def test_a_server_that_lets_no_delete_through_is_told_by_post() -> None:
    """Seen with plain links behind nginx: 405 with a web page."""
    hooks = "https://shop.test/wp-json/wc/v3/webhooks"
    body = {
        "id": 3,
        "name": "Regulars order.updated x",
        "status": "active",
        "topic": "order.updated",
        "delivery_url": "u",
    }
    responses.add("GET", hooks, json=[body])
    responses.add("DELETE", f"{hooks}/3", body=HTML, status=405)
    deleted = responses.add("POST", f"{hooks}/3", json=body)
    subscriptions.unsubscribe(Transport("https://shop.test", SECRETS, requests.Session()), "u")
    assert [call.request.url for call in deleted.calls] == [f"{hooks}/3?force=true&_method=DELETE"]


def test_a_shop_without_a_key_must_be_connected_again() -> None:
    with pytest.raises(AuthLost, match="connect the shop again"):
        Transport("https://shop.test", {}, requests.Session())


def _answer(status: int, body: str, headers: dict[str, str] | None = None) -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = status, body.encode()
    made.headers.update(headers or {})
    return made


@responses.activate
def test_a_key_that_is_known_by_its_signature_alone_has_lost_its_user() -> None:
    """Neither header nor query let it in, and yet the shop knows it: asked by TLS, it wants another signature."""
    address = "https://shop.test/wp-json/wc/v3/orders"
    for _way in ("basic", "query"):
        responses.add("GET", address, json=ERROR, status=401)
    signature = {"code": "woocommerce_rest_authentication_error", "message": "Invalid signature - no match."}
    responses.add("GET", address, json=signature, status=401)
    with pytest.raises(AuthLost, match="the user it belongs to is gone"):
        Transport("https://shop.test", SECRETS, requests.Session()).get("wc/v3/orders")


@responses.activate
def test_woocommerce_that_is_switched_off_is_told_apart_from_a_route_that_is_not_there(
    recorded: Callable[[str], Any],
) -> None:
    """The plugin deactivated, all its routes are gone: the merchant must act, and nothing is taken for deleted."""
    no_route = {"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}
    index = recorded("index_wp_json")
    for path in ("orders/7", "variations"):
        responses.add("GET", f"https://shop.test/wp-json/wc/v3/{path}", json=no_route, status=404)
    responses.add("GET", "https://shop.test/wp-json/", json=index | {"namespaces": ["oembed/1.0", "wp/v2"]})
    transport = Transport("https://shop.test", SECRETS, requests.Session())
    with pytest.raises(AuthLost, match=r"WooCommerce is switched off at shop\.test") as caught:
        transport.get("wc/v3/orders/7")
    assert caught.value.remedy == "activate"
    responses.replace("GET", "https://shop.test/wp-json/", json=index)
    with pytest.raises(NoRoute):
        transport.get("wc/v3/variations")
    responses.replace("GET", "https://shop.test/wp-json/", body="Forbidden", status=403)
    responses.add("GET", "https://shop.test/", body="Forbidden", status=403)
    with pytest.raises(NoRoute):  # an index that is hidden says nothing
        transport.get("wc/v3/variations")


@responses.activate
def test_at_most_two_questions_are_under_way_at_once() -> None:
    now, most, lock, meeting = 0, 0, threading.Lock(), threading.Barrier(2)

    def shop(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        meeting.wait(PATIENCE)  # two have to be here
        time.sleep(0.02)  # in which a third one would come
        with lock:
            now -= 1
        return 200, {}, "[]"

    responses.add_callback("GET", "https://shop.test/wp-json/wc/v3/orders", shop)
    transport = Transport("https://shop.test", SECRETS, requests.Session())
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: transport.get("wc/v3/orders"), range(12)))
    assert most == 2
