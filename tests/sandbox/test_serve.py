"""The served box, as another process sees it: started, asked, acted upon, ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from woocommerce import API

from sandbox.serve import arguments, make_app

Shop = tuple[str, subprocess.Popen[str]]


def start(*arguments: str, **environment: str) -> Shop:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--orders", "120", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | environment)
    assert process.stdout is not None
    word, _, url = process.stdout.readline().strip().partition(" ")
    assert word == "ready"
    return url, process


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    return process.returncode


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    url, process = start("--face", "woocommerce")
    yield url
    assert end(process) == 0


def client(shop: str) -> API:
    info = requests.get(f"{shop}/_sandbox/info", timeout=60).json()
    return API(
        url=info["home_url"], consumer_key=info["key"], consumer_secret=info["secret"], version="wc/v3", timeout=30
    )


def test_the_usual_library_reads_the_shop_over_plain_http(shop: str) -> None:
    answer = client(shop).get("orders", params={"per_page": 5, "status": "processing,completed", "search": "a@b c"})
    assert (answer.status_code, answer.json()) == (200, [])
    orders = client(shop).get("orders", params={"per_page": 5, "orderby": "id", "order": "asc"})
    assert len(orders.json()) == 5


def test_array_parameters_break_the_librarys_signature(shop: str) -> None:
    assert client(shop).get("orders", params={"status[]": ["processing", "completed"]}).status_code == 401


def test_the_library_makes_a_webhook(shop: str) -> None:
    made = client(shop).post("webhooks", {"topic": "coupon.created", "delivery_url": "http://127.0.0.1:1/nowhere"})
    assert (made.status_code, made.json()["status"]) == (201, "active")


def test_info_says_what_the_shop_is(shop: str) -> None:
    info = requests.get(f"{shop}/_sandbox/info", timeout=60).json()
    assert (info["face"], info["home_url"], info["domain"]) == ("woocommerce", shop, shop.removeprefix("http://"))
    assert (info["currency"], info["timezone"], info["source"]) == ("EUR", "Europe/Berlin", "generated")
    assert info["data_end"] <= time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 5))


def test_acts_change_the_shop_and_its_books(shop: str) -> None:
    before = requests.get(f"{shop}/_sandbox/books", timeout=60).json()
    order = act(shop, act="place_order", email="somebody@example.com")
    act(shop, act="refund", order_id=order["order_id"])
    checkout = act(shop, act="abandon", email="left@example.com", consent="subscribed")
    bought = act(shop, act="complete", checkout_id=checkout["checkout_id"])
    after = requests.get(f"{shop}/_sandbox/books", timeout=60).json()
    assert after["orders"] - before["orders"] == 2
    assert after["refunds"] - before["refunds"] == 1
    assert after["net_minor"] - before["net_minor"] == bought["placed_minor"] > 0


def test_an_act_that_cannot_be_done_is_refused_with_its_reason(shop: str) -> None:
    for wish, reason in (({"act": "fly"}, "no act 'fly'"), ({"act": "cancel", "order_id": 0}, "no order 0")):
        answer = requests.post(f"{shop}/_sandbox/act", json=wish, timeout=60)
        assert answer.status_code == 422
        assert reason in answer.json()["error"]


def act(shop: str, **wish: object) -> dict[str, int]:
    answer = requests.post(f"{shop}/_sandbox/act", json=wish, timeout=60)
    assert answer.status_code == 200, answer.text
    done: dict[str, int] = answer.json()
    return done


def test_the_other_face_shows_the_same_shop_and_its_clock_may_be_set(tmp_path: Path) -> None:
    ahead = tmp_path / "clock"
    ahead.write_text("86400000")
    url, process = start("--face", "shopify", "--as-is", REGULARS_CLOCK=str(ahead))
    try:
        info = requests.get(f"{url}/_sandbox/info", timeout=60).json()
        assert (info["face"], info["domain"]) == ("shopify", "regulars-demo.myshopify.com")
        assert info["data_end"].startswith("2026-06-2")
        act(url, act="place_order", email="later@example.com")
        later = requests.get(f"{url}/_sandbox/info", timeout=60).json()["data_end"]
        assert later > time.strftime("%Y-%m-%dT", time.gmtime(time.time() + 86_000_000))
    finally:
        assert end(process) == 0


def test_a_missing_file_is_said_and_ends_it() -> None:
    command = [sys.executable, "-m", "sandbox", "--face", "woocommerce", "--data", "online-retail"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "needs the file" in done.stderr


def test_the_woocommerce_face_is_served_as_it_is_asked_for() -> None:
    words = "--storage posts --woocommerce 11.0.1 --timezone Asia/Kolkata --decimals 4 --webhook-delay inf --plain"
    args = arguments(["--face", "woocommerce", "--orders", "30", *words.split(), "--faults", "limited=1"])
    http = make_app(args, "http://127.0.0.1:8180").test_client()
    keys = {"consumer_key": args.key, "consumer_secret": args.secret}
    query = {**keys, "rest_route": "/wc/v3/system_status", "x": "wp-json/wc/"}
    asked = "/?" + "&".join(f"{name}={value}" for name, value in query.items())
    assert http.get(asked).status_code == 429
    http.post("/_sandbox/faults", json={})
    status = http.get(asked, headers={"X-Forwarded-Proto": "https"}).get_json()
    assert (status["environment"]["version"], status["settings"]["HPOS_enabled"]) == ("11.0.1", False)
    assert status["settings"]["number_of_decimals"] == 4
    assert http.get("/_sandbox/info").get_json()["timezone"] == "Asia/Kolkata"
