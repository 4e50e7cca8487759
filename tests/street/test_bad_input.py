"""Whatever is wrong with what comes in: the answer says what and where, and everything else goes on."""

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlmodel import col, select

from app.commerce.models import Order
from app.db.scope import every_shop, shop_scope
from app.demo.processes import free_port
from app.demo.street import FACES, Street
from app.journal.models import Delivery, Rejected
from app.lib.clock import utc_now
from app.shops import credentials
from app.shops.models import Shop
from tests.street.conftest import House, act, open_house, receive, sqlite
from tests.street.courier import Courier
from webhooks.process import retry

ORDER = Path(__file__).parents[1] / "fixtures" / "woocommerce" / "order.created__by_the_api.json"
CHECKOUT = {
    "token": "t1", "name": "#1", "created_at": "2026-06-01T10:00:00+02:00", "updated_at": "2026-06-01T10:00:00+02:00",
    "presentment_currency": "EUR", "total_price": "12.50", "line_items": [],
}  # fmt: skip
numbers = count()


@pytest.fixture(scope="module")
def home(shops: Street, courier: Courier) -> Iterator[House]:
    with sqlite() as url, open_house(shops, courier, url) as found:
        yield found


def regulars(home: House, *arguments: str, **environ: str) -> str:
    """What a command that cannot do what it was asked says: one line, exit code 2."""
    command = [sys.executable, "-m", "app.cli", *arguments]
    environment = {**os.environ, **home.street.house_environment(), **environ}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr.strip()


def connect_woocommerce(home: House, url: str, key: str, secret: str) -> str:
    return regulars(home, "connect", "woocommerce", url, "--key", key, "--secret", secret)


def connect_shopify(home: House, domain: str) -> str:
    return regulars(home, "connect", "shopify", domain, "--client-id", "x", "--client-secret", "y")


def shop_count(home: House) -> int:
    with every_shop(home.context.engine) as db:
        return len(db.all(select(Shop.id)))


def test_a_wrong_key_or_secret_connects_nothing(home: House) -> None:
    woo = home.street.infos["woocommerce"]
    assert "key" in connect_woocommerce(home, woo["home_url"], "ck_" + "0" * 40, woo["secret"])
    assert "secret" in connect_woocommerce(home, woo["home_url"], woo["key"], "cs_" + "0" * 40)
    assert "client" in connect_shopify(home, home.street.infos["shopify"]["domain"])
    assert shop_count(home) == 2


def test_a_wrong_address_is_named(home: House) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "127.0.0.1 does not answer" in connect_woocommerce(home, nobody, "ck_x", "cs_x")
    assert "address" in connect_shopify(home, "not a shop!")


def test_a_shop_that_is_not_woocommerce_is_told_apart(home: House) -> None:
    assert "WooCommerce" in connect_woocommerce(home, home.street.mails_url, "ck_x", "cs_x")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("orders_cuont >= 3", "orders_cuont"),
        ("orders_count >= three", "three"),
        ("orders_count >= 3 AND", "the end"),
        ("net_spent > 10.005", "10.005"),
    ],
)
def test_a_segment_text_with_a_typo_is_pointed_at(home: House, text: str, named: str) -> None:
    assert named in regulars(home, "segment", "count", home.street.infos["shopify"]["domain"], text)


def test_commands_say_what_is_missing_or_odd(home: House) -> None:
    assert "nobody.example" in regulars(home, "audit", "nobody.example")
    assert "DATABASE_URL" in regulars(home, "state-hash", "1", DATABASE_URL="mysql://here")
    assert "--data" in regulars(home, "demo", "--once", "--data", "online-retail")


def woo_order(**changed: Any) -> bytes:
    body = json.loads(json.loads(ORDER.read_text())["body_text"])
    return json.dumps({**body, **changed}).encode()


def woo_order_without(name: str) -> bytes:
    body = json.loads(woo_order())
    del body[name]
    return json.dumps(body).encode()


def checkout(**changed: Any) -> bytes:
    return json.dumps({**CHECKOUT, **changed}).encode()


def post(home: House, face: str, topic: str, body: bytes, secret: str | None = None) -> tuple[int, str]:
    """Deliver as the platform does, or with somebody else's secret; the answer and the topic that it is kept under."""
    shop_id = home.shops[face]
    with shop_scope(home.context.engine, shop_id) as scope:
        kept = credentials.secrets(scope, home.context.keyring)
    key = secret or kept["client_secret" if face == "shopify" else "webhook_secret"]
    signature = base64.b64encode(hmac.digest(key.encode(), body, hashlib.sha256)).decode()
    number = f"test-{next(numbers):03}"
    if face == "shopify":
        path = "/webhooks/shopify"
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": home.street.infos[face]["domain"],
            "X-Shopify-Webhook-Id": number,
            "X-Shopify-Hmac-Sha256": signature,
        }
    else:
        path = f"/webhooks/woocommerce/{shop_id}"
        headers = {
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": number,
            "X-WC-Webhook-Signature": signature,
        }
    url = f"http://127.0.0.1:{home.street.ports.web}{path}"
    answer = requests.post(url, data=body, headers={**headers, "Content-Type": "application/json"}, timeout=60)
    return answer.status_code, number


def delivery(home: House, number: str) -> Delivery:
    with every_shop(home.context.engine) as db:
        (found,) = db.all(select(Delivery).where(col(Delivery.delivery_key).contains(number)))
    return found


NOT_ALLOWED = b'{"code": "woocommerce_rest_cannot_view", "message": "No", "data": {"status": 401}}'
BAD = [
    ("shopify", "orders/create", b"not JSON", "body"),
    ("shopify", "orders/create", b'{"name": "#1001"}', "updated_at"),
    ("shopify", "orders/create", b'{"updated_at": "yesterday"}', "updated_at"),
    ("shopify", "products/delete", b'{"id": {"odd": 1}}', "id"),
    ("shopify", "app/uninstalled", b'{"updated_at": 7}', "id"),
    ("shopify", "checkouts/create", checkout(presentment_currency="ZZZ"), "ZZZ"),
    ("shopify", "checkouts/create", checkout(created_at="2026-06-01T10:00:00"), "created_at"),
    ("shopify", "checkouts/create", checkout(total_price="a lot"), "a lot"),
    ("woocommerce", "order.created", b"<html>Error</html>", "JSON"),
    ("woocommerce", "order.created", woo_order_without("id"), "id"),
    ("woocommerce", "order.created", woo_order(total="a lot"), "a lot"),
    ("woocommerce", "order.created", woo_order(currency="ZZZ"), "ZZZ"),
    ("woocommerce", "order.created", woo_order(date_created_gmt="yesterday"), "date_created_gmt"),
    ("woocommerce", "order.created", NOT_ALLOWED, "may no longer"),
]  # fmt: skip


def test_a_delivery_that_cannot_be_read_is_kept_with_the_reason_and_the_others_go_on(
    home: House, courier: Courier
) -> None:
    answers = [post(home, face, topic, body) for face, topic, body, _ in BAD]
    placed = {face: act(home.street, face, "place_order", email="fine@example.com") for face in FACES}
    receive(home, courier)
    assert {status for status, _ in answers} == {200}
    for (face, topic, _, named), (_, number) in zip(BAD, answers, strict=True):
        found = delivery(home, number)
        assert (found.shop_id, found.state, found.attempts) == (home.shops[face], "failed", 1), topic
        assert named in (found.error or ""), found.error
    for face in FACES:
        with shop_scope(home.context.engine, home.shops[face]) as scope:
            assert scope.first(select(Order).where(Order.external_id == str(placed[face]["order_id"]))) is not None


def test_a_failed_delivery_can_be_tried_again(home: House) -> None:
    _, number = post(home, "shopify", "checkouts/create", checkout(token="t2", total_price="much"))
    home.settle()
    failed = delivery(home, number)
    assert failed.state == "failed"
    with shop_scope(home.context.engine, failed.shop_id, write=True) as scope:
        retry(scope, failed.id, utc_now())
    home.settle()
    again = delivery(home, number)
    assert (again.state, again.attempts, again.error) == ("failed", 2, failed.error)


@pytest.mark.parametrize("face", FACES)
def test_what_does_not_verify_is_refused_and_counted_and_never_kept(home: House, face: str) -> None:
    body = json.dumps({"id": 1, "face": face}).encode()
    topic = "orders/create" if face == "shopify" else "order.created"
    answers = [post(home, face, topic, body, secret="somebody else's") for _ in range(3)]
    assert [status for status, _ in answers] == [401] * 3
    home.street.until("they are counted", lambda: rejected(home, face) is not None)
    found = rejected(home, face)
    assert found is not None
    assert (found.count, found.samples) == (3, [hashlib.sha256(body).hexdigest()])
    with every_shop(home.context.engine) as db:
        assert not db.all(select(Delivery).where(col(Delivery.body_digest) == hashlib.sha256(body).digest()))


def rejected(home: House, face: str) -> Rejected | None:
    name = home.street.infos[face]["domain"] if face == "shopify" else str(home.shops[face])
    with every_shop(home.context.engine) as db:
        found = db.first(select(Rejected).where(col(Rejected.address).contains(name)))
    return found if found is not None and found.count == 3 else None
