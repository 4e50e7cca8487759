"""The face beside what real shops were recorded to answer and to deliver: the same keys, types, codes and words."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from sandbox.changes import Box
from sandbox.sources import generated
from sandbox.woocommerce import Options, register
from tests.sandbox.woocommerce.conftest import Caller, Receiver, Signer, Street

RECORDED = Path(__file__).parents[2] / "fixtures" / "woocommerce"
ORDERS = "/wp-json/wc/v3/orders"
OFTEN = {"Content-Type", "X-Robots-Tag", "Link", "Expires", "Cache-Control", "Allow", "X-WP-Total", "X-WP-TotalPages"}


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def differences(real: Any, ours: Any, at: str = "") -> Iterator[str]:
    """Keys that one has and the other has not, and values of another type; what is null can be anything."""
    if isinstance(real, dict) and isinstance(ours, dict):
        yield from (f"{at}.{key}" for key in real.keys() ^ ours.keys())
        for key in real.keys() & ours.keys():
            yield from differences(real[key], ours[key], f"{at}.{key}")
    elif isinstance(real, list) and isinstance(ours, list):
        for each in ours if real else ():
            yield from min((list(differences(one, each, f"{at}[]")) for one in real), key=len)
    elif real is not None and ours is not None and _kind(real) != _kind(ours) and not at.endswith(".image.id"):
        yield f"{at}: {real!r} {ours!r}"


def _kind(value: object) -> str:
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


# bodies


@pytest.fixture(scope="module")
def boutique() -> Street:
    box = Box(generated.generate("demo.example", seed=3, orders=400))
    app = Flask("boutique")
    face = register(app, box, Options("http://shop.test"))
    return Street(box, face, Caller(app, face.options))


@pytest.fixture(scope="module")
def sold(boutique: Street) -> list[dict[str, Any]]:
    pages = range(1, 1 + -(-boutique.woo.total("orders") // 100))
    return [order for page in pages for order in boutique.woo.get("orders", per_page=100, page=page)]


CHOSEN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "order_guest": lambda order: order["customer_id"] == 0,
    "order_coupon": lambda order: order["coupon_lines"],
    "order_with_tax": lambda order: order["customer_id"] and order["tax_lines"] and order["refunds"],
    "order_fees": lambda order: order["fee_lines"],
    "order_partially_refunded": lambda order: order["customer_id"] and order["refunds"],
    "order_with_variation": lambda order: any(line["variation_id"] for line in order["line_items"]),
    "order_eur": lambda order: order["currency"] != "USD" and order["customer_id"],
}


@pytest.mark.parametrize("name", CHOSEN)
def test_an_order_is_written_as_recorded(sold: list[dict[str, Any]], name: str) -> None:
    real = recorded(f"answers/{name}")["body"]
    ours = next(order for order in sold if CHOSEN[name](order))
    if not real["customer_id"] or not ours["customer_id"]:
        real["_links"].pop("customer", None)
        ours["_links"].pop("customer", None)
    assert sorted(differences(real, ours)) == []
    assert list(real) == list(ours)


def test_a_variations_image_is_zero_where_there_is_none_and_a_products_is_empty(sold: list[dict[str, Any]]) -> None:
    real = recorded("answers/order_with_variation")["body"]
    for order in (real, *sold):
        assert all(
            line["image"]["id"] == (0 if line["variation_id"] else "")
            for line in order["line_items"]
        )  # fmt: skip


def test_a_draft_is_written_as_recorded(boutique: Street) -> None:
    variant = next(iter(boutique.box.shop.variants))
    draft = boutique.box.open_checkout([(variant, 1)], email="draft@example.com", as_draft=True)
    real = recorded("answers/order_checkout_draft")
    assert sorted(differences(real, boutique.woo.get(f"orders/{draft.id}"))) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("customer_single", "customers/{person}"),
        ("customers_page1", "customers"),
        ("coupons", "coupons"),
        ("refunds_all", "refunds"),
        ("order_refunds", "orders/{refunded}/refunds"),
        ("order_notes", "orders/{order}/notes"),
        ("product_simple", "products/{simple}"),
        ("product_variable", "products/{variable}"),
        ("product_variations", "products/{variable}/variations"),
        ("products_categories", "products/categories"),
        ("data_currencies_current", "data/currencies/current"),
        ("webhooks_list", "webhooks"),
    ],
)
def test_a_body_is_written_as_recorded(boutique: Street, sold: list[dict[str, Any]], name: str, path: str) -> None:
    products = boutique.box.shop.products.values()
    there = {
        "person": boutique.woo.ids("customers", per_page=1)[0],
        "order": sold[0]["id"],
        "refunded": next(order["id"] for order in sold if order["tax_lines"] and order["refunds"]),
        "simple": next(product.id for product in products if not product.option_names),
        "variable": next(product.id for product in products if product.option_names),
    }
    boutique.woo.call("POST", f"orders/{there['order']}/notes", json={"note": "Packed by warehouse"})
    boutique.woo.call("POST", "webhooks", json={"topic": "coupon.deleted", "delivery_url": "http://127.0.0.1:1/"})
    real = recorded(f"answers/{name}")
    ours = boutique.woo.get(path.format(**there))
    assert sorted(differences(real.get("body", real.get("r")), ours)) == []


def test_the_status_page_says_what_a_client_needs_as_recorded(boutique: Street) -> None:
    real, ours = recorded("answers/system_status_trimmed")["body"], boutique.woo.get("system_status")
    assert ours["settings"].keys() <= real["settings"].keys()
    assert [each for each in differences(real, ours) if ":" in each] == []


def test_the_index_has_what_the_recorded_one_has(boutique: Street) -> None:
    real = recorded("answers/index_wp_json")["body"]
    ours = boutique.woo.app.test_client().get("/wp-json/").get_json()
    assert real.keys() <= ours.keys()
    assert {"wc/v3", "wc-analytics", "wp/v2", "oembed/1.0"} <= set(ours["namespaces"]) & {*real["namespaces"]}


# refusals


def as_recorded(name: str, ours: TestResponse) -> None:
    real = recorded(f"answers/{name}")
    assert (ours.status_code, ours.get_json()) == (real["status"], real["body"])
    headers = {key: value for key, value in real.get("headers", {}).items() if key in OFTEN - {"Link", "Allow"}}
    assert {key: ours.headers.get(key) for key in headers} == headers


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("error_400_date", "orders?modified_after=yesterday"),
        ("error_400_orderby", "orders?orderby=nonsense"),
        ("error_400_per_page_101", "orders?per_page=101"),
        ("error_400_status", "orders?status=nonsense"),
        ("page_0", "orders?page=0"),
        ("page_past_end", "orders?page=9999&per_page=100"),
        ("customers_orderby_modified", "customers?orderby=modified"),
        ("error_404_coupon", "coupons/99999999"),
        ("error_404_customer", "customers/99999999"),
        ("error_404_order", "orders/99999999"),
        ("error_404_product", "products/99999999"),
        ("error_404_route", "nonsense"),
    ],
)
def test_a_question_is_refused_as_recorded(woo: Caller, name: str, path: str) -> None:
    where, _, query = path.partition("?")
    as_recorded(name, woo.call("GET", where, **dict(pair.split("=") for pair in query.split("&") if pair)))


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [
        ("error_400_coupon_exists", "coupons", {"code": "twice"}),
        ("error_400_customer_exists", "customers", {"email": "customer01@example.com"}),
        ("error_400_webhook_topic", "webhooks", {"topic": "order.nonsense", "delivery_url": "http://a.example"}),
        ("error_400_webhook_url", "webhooks", {"topic": "order.created", "delivery_url": "not-a-url"}),
        ("customer_batch_limit", "customers/batch", {"create": [{"email": f"{n}@example.com"} for n in range(101)]}),
    ],
)
def test_a_wish_is_refused_as_recorded(woo: Caller, name: str, path: str, wanted: dict[str, Any]) -> None:
    if name.endswith("exists"):
        assert woo.call("POST", path, json=wanted).status_code == 201
    as_recorded(name, woo.call("POST", path, json=wanted))


@pytest.mark.parametrize(
    ("name", "method", "path", "key"),
    [
        ("error_403_orders", "GET", "orders", {"user": "customer"}),
        ("error_403_webhooks", "GET", "webhooks", {"user": "customer"}),
        ("error_403_create_coupon", "POST", "coupons", {"user": "customer"}),
        ("error_read_key_writing", "POST", "coupons", {"permissions": "read"}),
        ("error_write_key_reading", "GET", "orders", {"permissions": "write"}),
        ("error_401_unknown_key_basic_https", "GET", "orders", {"revoked": True}),
    ],
)
def test_a_key_is_refused_as_recorded(woo: Caller, name: str, method: str, path: str, key: dict[str, Any]) -> None:
    woo.app.test_client().post("/_sandbox/woocommerce/keys", json=key)
    as_recorded(name, woo.call(method, path, json={"code": "x"} if method == "POST" else None))


def test_strangers_are_refused_as_recorded(woo: Caller, sign: Signer) -> None:
    client, https = woo.app.test_client(), {"X-Forwarded-Proto": "https"}
    known = (woo.options.key, woo.options.secret)
    as_recorded("error_401_no_auth", client.get(ORDERS))
    as_recorded("error_401_basic_over_http", client.get(ORDERS, auth=known))
    as_recorded("error_401_bad_secret_basic_https", client.get(ORDERS, auth=(known[0], "cs_wrong"), headers=https))
    as_recorded("error_401_bad_secret_oauth", client.get(ORDERS, query_string=sign("GET", ORDERS, secret="cs_wrong")))


# deliveries

MADE: dict[str, Callable[[Street], Any]] = {
    "order.created__by_the_api": lambda street: street.box.place_order([(10, 1)], person_id=2),
    "order.updated__by_the_api": lambda street: street.box.fulfil_order(1000003),
    "order.deleted__to_the_trash": lambda street: street.box.trash_order(1000003),
    "customer.created__by_the_api": lambda street: street.box.register("new@example.com"),
    "customer.updated__by_the_api": lambda street: street.box.change_customer(2, first_name="Bobby"),
    "customer.deleted__by_the_api": lambda street: street.box.delete_customer(2),
    "product.created__simple": lambda street: street.box.add_product("Hat", 900),
    "product.updated__stock": lambda street: street.box.set_stock(10, 3),
    "product.deleted__to_the_trash": lambda street: street.box.delete_product(1),
    "coupon.deleted__of_a_product": lambda street: street.box.delete_product(1),
    "coupon.created__by_the_api": lambda street: street.woo.call("POST", "coupons", json={"code": "new"}),
    "action.woocommerce_delete_order__forced": lambda street: street.box.delete_order(1000003),
}


@pytest.mark.parametrize("name", MADE)
def test_a_delivery_is_made_as_recorded(shop_of: Callable[..., Street], receiver: Receiver, name: str) -> None:
    street, real = shop_of(), recorded(name)
    order = street.box.place_order([(10, 1)], person_id=2)
    assert order.id
    wanted = {"topic": name.partition("__")[0], "delivery_url": receiver.url, "secret": "local-webhook-secret"}
    assert street.woo.call("POST", "webhooks", json=wanted).status_code == 201
    receiver.arrivals.clear()
    MADE[name](street)
    assert street.face.deliveries.flush()
    arrival = receiver.arrivals[0]
    ours = {key for key in arrival.headers if key.startswith("X-WC-") or key in ("User-Agent", "Content-Type")}
    theirs = {key for key, _ in real["headers"] if key.startswith("X-WC-") or key in ("User-Agent", "Content-Type")}
    assert ours == theirs
    body, known = arrival.json(), json.loads(base64.b64decode(real["body_base64"]))
    for each in (body, known):
        each.get("_links", {}).pop("customer", None)
    assert sorted(differences(known, body)) == []


def test_what_is_gone_meanwhile_is_delivered_as_recorded(shop_of: Callable[..., Street], receiver: Receiver) -> None:
    street, real = shop_of(), recorded("order.created__gone_meanwhile")
    street.woo.call("POST", "webhooks", json={"topic": "order.created", "delivery_url": receiver.url, "secret": "a"})
    receiver.arrivals.clear()
    street.box.delete_order(street.box.place_order([(10, 1)], person_id=2).id)
    assert street.face.deliveries.flush()
    assert receiver.arrivals[0].body == base64.b64decode(real["body_base64"])


def test_a_ping_is_the_recorded_form(woo: Caller, receiver: Receiver) -> None:
    woo.call("POST", "webhooks", json={"topic": "order.created", "delivery_url": receiver.url, "secret": "a"})
    [ping] = receiver.arrivals
    real = dict(map(tuple, recorded("ping__form")["headers"]))
    assert ping.body == base64.b64decode(recorded("ping__form")["body_base64"])
    assert [ping.headers[key] for key in ("Content-Type", "User-Agent")] == [
        real[key] for key in ("Content-Type", "User-Agent")
    ]
