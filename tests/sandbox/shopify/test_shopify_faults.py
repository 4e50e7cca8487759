"""What goes wrong on purpose at the Shopify face, and that it does so the same way for the same seed."""

import http.client
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.faults import Faults, read
from sandbox.serve import arguments, make_app
from tests.sandbox.shopify.conftest import DOMAIN, TOKEN, Asker, Receiver, document
from tests.serving import serving

GRAPHQL = "/admin/api/2026-10/graphql.json"


def faults(asker: Asker, **shares: Any) -> Faults:
    found = asker.face.world.options.faults
    found.set(shares)
    return found


def subscribe(asker: Asker, receiver: Receiver) -> None:
    asker.data(document("webhook_create"), topic="ORDERS_CREATE", sub={"uri": receiver.url, "format": "JSON"})


def sell(asker: Asker, orders: int) -> list[int]:
    variant = next(iter(asker.box.shop.variants))
    return [asker.box.place_order([(variant, 1)], email="a@example.com").id for _ in range(orders)]


def test_the_same_seed_strikes_at_the_same_places_whatever_else_is_drawn() -> None:
    def places(made: Faults, also: bool) -> list[bool]:
        return [made.strikes("drop") for _ in range(50) if not also or made.strikes("slow") in (True, False)]

    first, second, other = (Faults(seed=seed, shares={"drop": 0.3, "slow": 0.5}) for seed in (7, 7, 8))
    assert places(first, also=False) == places(second, also=True) != places(other, also=False)
    assert 5 < first.struck["drop"] < 30


def test_a_switch_that_there_is_none_of_is_said() -> None:
    with pytest.raises(ValueError, match="no switch dropp"):
        Faults().set({"dropp": 1})
    assert read(["drop=0.5", "fields=Order.email,Customer.note"]) == {
        "drop": 0.5,
        "fields": ["Order.email", "Customer.note"],
    }


def test_webhooks_are_dropped_sent_twice_and_out_of_order(small: Asker, receiver: Receiver) -> None:
    subscribe(small, receiver)
    made = faults(small, drop=0.2, duplicate=0.3, reorder=0.5, seconds=0.2)
    sold = sell(small, 40)
    assert small.face.deliveries.flush()
    came = [each.json["id"] for each in receiver.got]
    assert len(set(came)) == 40 - made.struck["drop"] < 40
    assert len(came) == len(set(came)) + made.struck["duplicate"] > len(set(came))
    assert list(dict.fromkeys(came)) != [each for each in sold if each in came]
    ids = [each.headers["X-Shopify-Webhook-Id"] for each in receiver.got]
    assert len(set(ids)) == len(set(came))  # a repetition is the same delivery


def test_throttled_comes_without_a_charge(small: Asker) -> None:
    faults(small, throttled=1.0)
    answer = small.ask("{ shop { name } }")
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["THROTTLED"]
    record = small.face.tokens.points.record()
    assert (record["asked"], record["tooEarly"]) == (0, 0)


def test_a_field_that_is_not_approved_is_null_with_an_error_for_each_place(small: Asker) -> None:
    sell(small, 3)
    faults(small, fields=["Order.email"])
    answer = small.ask("{ orders(first: 3) { nodes { name email } } }")
    assert [set(node) - {"name"} and node["email"] for node in answer["data"]["orders"]["nodes"]] == [None] * 3
    assert [error["path"] for error in answer["errors"]] == [["orders", "nodes", at, "email"] for at in range(3)]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}
    _, rows = small.bulk("{ orders { edges { node { id email } } } }")
    assert {row["email"] for row in rows} == {None}


@pytest.fixture
def url() -> Iterator[str]:
    words = ["--face", "shopify", "--orders", "20", "--restore-rate", "50", "--faults", "cut=1.0", "seconds=0.1"]
    app = make_app(arguments(words), "http://127.0.0.1")
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


def ask(url: str) -> requests.Response:
    made = requests.post(f"{url}/admin/oauth/access_token", json=CREDENTIALS, headers={"Host": DOMAIN}, timeout=60)
    headers = {"Host": DOMAIN, "X-Shopify-Access-Token": made.json()["access_token"]}
    return requests.post(url + GRAPHQL, json={"query": "{ shop { name } }"}, headers=headers, timeout=60)


CREDENTIALS = {
    "client_id": "demo-client-id",
    "client_secret": "shpss_demo0000000000000000000000000",
    "grant_type": "client_credentials",
}


def test_switches_are_set_at_the_start_and_over_http_and_an_answer_may_break_off(url: str) -> None:
    with pytest.raises(requests.exceptions.RequestException):
        ask(url)
    for switch, status in (("limited", 429), ("error", 500), ("slow", 200)):
        assert requests.post(f"{url}/_sandbox/faults", json={switch: 1.0}, timeout=60).status_code == 200
        assert ask(url).status_code == status
    told = requests.get(f"{url}/_sandbox/faults", timeout=60).json()
    assert (told["slow"], told["struck"]) == (1.0, {"cut": 1, "limited": 1, "error": 1, "slow": 1})
    assert requests.post(f"{url}/_sandbox/faults", json={"nonsense": 1}, timeout=60).status_code == 422
    points = requests.get(f"{url}/_sandbox/shopify/points", timeout=60).json()
    assert (points["maximumAvailable"], points["restoreRate"], points["tooEarly"]) == (1000, 50, 0)
    assert points["asked"] == 2  # the one that broke off and the slow one


def test_a_bulk_file_that_broke_off_can_be_asked_for_from_there(small: Asker) -> None:
    sell(small, 5)
    ended, rows = small.bulk("{ orders { edges { node { id } } } }")
    parts = urlsplit(ended["url"])
    headers = {"Host": "127.0.0.1", "Range": "bytes=10-"}
    with small.client.get(f"{parts.path}?{parts.query}", headers=headers) as rest:
        assert rest.status_code == http.client.PARTIAL_CONTENT
        assert rest.headers["Content-Range"].startswith("bytes 10-")
        assert len(rest.data) == int(ended["fileSize"]) - 10
    assert rows


def test_all_tokens_of_the_app_draw_from_one_bucket(small: Asker) -> None:
    before = small.face.tokens.points.asked
    threads = [threading.Thread(target=small.ask, args=["{ shop { name } }"]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert small.face.tokens.bucket(TOKEN, small.box.now()) is small.face.tokens.points
    assert small.face.tokens.points.asked == before + 3
