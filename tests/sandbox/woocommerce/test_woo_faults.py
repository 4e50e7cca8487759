"""What goes wrong on purpose at the WooCommerce face."""

import http.client
import time

import pytest

from sandbox.changes import Box
from sandbox.woocommerce import Face
from tests.sandbox.woocommerce.conftest import Caller, Receiver
from tests.serving import serving


def subscribe(woo: Caller, receiver: Receiver, topic: str = "order.created") -> int:
    response = woo.call("POST", "webhooks", json={"topic": topic, "delivery_url": receiver.url, "secret": "ab"})
    receiver.arrivals.clear()
    return int(response.get_json()["id"])


@pytest.mark.parametrize(
    ("switch", "status", "is_html"),
    [
        ("limited", 429, False),
        ("error", 500, False),
        ("unavailable", 503, False),
        ("page_200", 200, True),
        ("page_403", 403, True),
        ("page_503", 503, True),
    ],
)
def test_an_answer_can_be_anything_but_the_answer(
    woo: Caller, face: Face, switch: str, status: int, is_html: bool
) -> None:
    face.options.faults.set({switch: 1.0})
    response = woo.call("GET", "orders")
    assert (response.status_code, response.data.startswith(b"<!DOCTYPE html>")) == (status, is_html)
    face.options.faults.set({})
    assert woo.ids("orders")


def test_a_page_can_take_its_time(woo: Caller, face: Face) -> None:
    face.options.faults.set({"slow": 1.0, "seconds": 0.2})
    began = time.monotonic()
    woo.ids("orders", per_page=1)
    assert time.monotonic() - began >= 0.2


def test_a_connection_can_be_cut_in_the_middle_of_an_answer(woo: Caller, face: Face) -> None:
    face.options.faults.set({"cut": 1.0})
    with serving(woo.app) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        line.request("GET", "/wp-json/")
        with pytest.raises(http.client.IncompleteRead):
            line.getresponse().read()
        line.close()


def test_webhooks_can_be_lost_for_a_while(woo: Caller, small_box: Box, face: Face, receiver: Receiver) -> None:
    subscribe(woo, receiver)
    face.options.faults.set({"drop": 1.0})
    small_box.place_order([(10, 1)], person_id=2)
    face.options.faults.set({})
    kept = small_box.place_order([(10, 1)], person_id=2)
    assert face.deliveries.flush()
    assert [arrival.json()["id"] for arrival in receiver.arrivals] == [kept.id]
    assert face.deliveries.counts()["failed"] == 0


def test_a_receiver_that_is_down_disables_the_webhook_with_its_seventh_failure(
    woo: Caller, small_box: Box, face: Face, receiver: Receiver
) -> None:
    number = subscribe(woo, receiver)
    face.options.faults.set({"unreached": 1.0})
    for _ in range(7):
        small_box.place_order([(10, 1)], person_id=2)
        assert face.deliveries.flush()
    assert (woo.get(f"webhooks/{number}")["status"], receiver.arrivals) == ("disabled", [])


def test_deliveries_come_twice_and_out_of_order(woo: Caller, small_box: Box, face: Face, receiver: Receiver) -> None:
    subscribe(woo, receiver)
    face.options.faults.set({"duplicate": 0.3, "reorder": 0.5, "seconds": 0.2, "seed": 7})
    sold = [small_box.place_order([(10, 1)], person_id=2).id for _ in range(20)]
    assert face.deliveries.flush()
    came = [arrival.json()["id"] for arrival in receiver.arrivals]
    assert len(came) == 20 + face.options.faults.struck["duplicate"] > 20
    assert sorted(set(came)) == sold != list(dict.fromkeys(came))


def test_levers_switch_webhooks_and_keys_off(woo: Caller, face: Face, receiver: Receiver) -> None:
    number = subscribe(woo, receiver)
    http = woo.app.test_client()
    assert http.post("/_sandbox/woocommerce/webhooks", json={"status": "disabled"}).get_json() == {
        str(number): "disabled"
    }
    assert http.post("/_sandbox/woocommerce/webhooks", json={"status": "off"}).status_code == 422
    http.post("/_sandbox/woocommerce/keys", json={"permissions": "read"})
    assert woo.call("POST", "webhooks", json={}).status_code == 401
    http.post("/_sandbox/woocommerce/keys", json={"user": "customer"})
    assert woo.call("GET", "orders").status_code == 403
    http.post("/_sandbox/woocommerce/keys", json={"revoked": True})
    assert woo.call("GET", "orders").status_code == 401
