"""Bodies: the keys that real shops write, and money that adds up."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from sandbox.books import books
from sandbox.changes import Box
from sandbox.shop import Address, Shop
from sandbox.sources import generated
from sandbox.woocommerce import Options, register
from tests.sandbox.woocommerce.conftest import Caller

ORDER = (
    "id parent_id status currency version prices_include_tax date_created date_modified discount_total "
    "discount_tax shipping_total shipping_tax cart_tax total total_tax customer_id order_key billing shipping "
    "payment_method payment_method_title transaction_id customer_ip_address customer_user_agent created_via "
    "customer_note date_completed date_paid cart_hash number meta_data line_items tax_lines shipping_lines "
    "fee_lines coupon_lines refunds payment_url is_editable needs_payment needs_processing date_created_gmt "
    "date_modified_gmt date_completed_gmt date_paid_gmt currency_symbol _links"
)
LINE = (
    "id name product_id variation_id quantity tax_class subtotal subtotal_tax total total_tax taxes meta_data "
    "sku price image parent_name"
)
REFUND = (
    "id parent_id date_created date_created_gmt amount reason refunded_by refunded_payment meta_data "
    "line_items shipping_lines tax_lines fee_lines _links"
)
CUSTOMER = (
    "id date_created date_created_gmt date_modified date_modified_gmt email first_name last_name role "
    "username billing shipping is_paying_customer avatar_url meta_data _links"
)
US = Address("Ann", "Lee", "1 Main St", city="New York", country="United States", country_code="US")


@pytest.fixture(scope="module")
def fashion() -> Shop:
    return generated.generate("demo.example", seed=3, orders=800)


@pytest.fixture(scope="module")
def boutique(fashion: Shop) -> Caller:
    app = Flask("boutique")
    return Caller(app, register(app, Box(fashion), Options("http://shop.test")).options)


def every(woo: Caller, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    pages = -(-woo.total(path, **query) // 100)
    for page in range(1, pages + 1):
        found += woo.get(path, per_page=100, page=page, orderby="id", order="asc", **query)
    return found


def cents(amounts: Iterable[str]) -> int:
    return sum(int(Decimal(amount) * 100) for amount in amounts)


def test_an_order_has_the_keys_of_a_real_one_in_their_order(woo: Caller) -> None:
    body = woo.get("orders")[0]
    assert " ".join(body) == ORDER
    assert " ".join(body["line_items"][0]) == LINE


def test_a_refund_and_a_customer_have_theirs(woo: Caller, small_box: Box) -> None:
    small_box.refund(next(iter(small_box.shop.orders)))
    assert " ".join(woo.get("refunds")[0]) == REFUND
    assert " ".join(woo.get("customers")[0]) == CUSTOMER


def test_lines_fees_shipping_and_taxes_make_the_total(boutique: Caller) -> None:
    orders = every(boutique, "orders", status="processing,completed,refunded,pending,on-hold,cancelled,failed")
    assert len(orders) > 700
    for order in orders:
        if order["currency"] == "KWD":
            continue  # three decimals shown as two: the parts are rounded one by one
        parts = [
            Decimal(line["total"]) for kind in ("line_items", "shipping_lines", "fee_lines") for line in order[kind]
        ]
        assert sum(parts) + Decimal(order["total_tax"]) == Decimal(order["total"]), order["id"]
        assert Decimal(order["cart_tax"]) + Decimal(order["shipping_tax"]) == Decimal(order["total_tax"])
        taxes = sum(Decimal(row["tax_total"]) + Decimal(row["shipping_tax_total"]) for row in order["tax_lines"])
        assert taxes == Decimal(order["total_tax"])


def test_the_face_says_what_the_books_say(boutique: Caller, fashion: Shop) -> None:
    sheet = books(fashion, "woocommerce", "demo.example")
    orders = every(boutique, "orders", status="processing,completed,refunded,on-hold")
    ours = [order for order in orders if order["currency"] == "EUR"]
    refunds = [refund for order in orders for refund in order["refunds"]]
    assert len(orders) == sheet["orders"]
    assert len(orders) - len(ours) == sheet["not_converted"]
    assert sum(len(order["line_items"]) for order in orders) == sheet["line_items"]
    assert cents(order["total"] for order in ours) == sheet["placed_minor"]
    assert len(refunds) == sheet["refunds"]
    assert -cents(refund["total"] for order in ours for refund in order["refunds"]) == sheet["refunded_minor"]
    assert boutique.total("customers", role="all") == sheet["customers"]
    assert boutique.total("products") == sheet["products"]


def test_refunds_listed_are_refunds_in_orders(boutique: Caller) -> None:
    listed = {(r["id"], r["parent_id"]): Decimal(r["amount"]) for r in every(boutique, "refunds")}
    held = {(r["id"], o["id"]): -Decimal(r["total"]) for o in every(boutique, "orders") for r in o["refunds"]}
    assert listed == held
    assert listed


def test_total_stays_after_a_refund_and_its_lines_are_negative(woo: Caller, small_box: Box) -> None:
    order = small_box.place_order([(10, 2)], email="us@example.com", address=US)
    before = woo.get(f"orders/{order.id}")
    small_box.refund(order.id, [(order.lines[0].id, 1)], shipping_minor=200, note="One too many")
    body, refund = woo.get(f"orders/{order.id}"), woo.get(f"orders/{order.id}/refunds")[0]
    assert (body["total"], body["status"]) == (before["total"], before["status"])
    assert body["refunds"] == [{"id": refund["id"], "reason": "One too many", "total": f"-{refund['amount']}"}]
    line = refund["line_items"][0]
    assert (line["quantity"], line["total"]) == (-1, "-19.00")
    assert {"_refunded_item_id": str(order.lines[0].id)} == {meta["key"]: meta["value"] for meta in line["meta_data"]}
    parts = [Decimal(part[key]) for part in (line, refund["shipping_lines"][0]) for key in ("total", "total_tax")]
    assert -sum(parts) == Decimal(refund["amount"])


def test_a_full_refund_makes_the_status_refunded(woo: Caller, small_box: Box) -> None:
    number = next(iter(small_box.shop.orders))
    small_box.refund(number)
    assert woo.get(f"orders/{number}")["status"] == "refunded"


def test_an_edited_order_simply_has_another_total(woo: Caller, small_box: Box) -> None:
    order = small_box.place_order([(10, 2), (30, 1)], person_id=2)
    small_box.edit_order(order.id, remove=[(order.lines[1].id, 1)], add=[(40, 1)])
    body = woo.get(f"orders/{order.id}")
    assert [line["name"] for line in body["line_items"]] == ["Cap", "Scarf"]
    assert body["total"] == f"{order.placed_minor / 100 - 9 + 39:.2f}"


def test_prices_are_numbers_net_of_tax(woo: Caller, small_box: Box) -> None:
    order = small_box.place_order([(10, 3)], email="us@example.com", address=US)
    line = woo.get(f"orders/{order.id}")["line_items"][0]
    assert (line["price"], line["subtotal"]) == (19, "57.00")
    german = woo.get("orders", customer=1)[0]["line_items"][0]
    assert isinstance(german["price"], float)
    assert Decimal(german["total"]) + Decimal(german["total_tax"]) in (Decimal("38.00"), Decimal("249.00"))


def test_yen_and_dinars_are_shown_at_the_shops_two_decimals(woo: Caller, small_box: Box) -> None:
    small_box.shop.rates.update(generated.RATES)
    yen = small_box.place_order([(10, 1)], email="jp@example.com", currency="JPY")
    dinar = small_box.place_order([(10, 1)], email="kw@example.com", currency="KWD")
    assert woo.get(f"orders/{yen.id}")["total"] == f"{yen.placed_minor}.00"
    assert woo.get(f"orders/{yen.id}")["currency"] == "JPY"
    assert Decimal(woo.get(f"orders/{dinar.id}")["total"]) == round(Decimal(dinar.placed_minor) / 1000, 2)


def test_guests_are_customer_zero_even_after_they_register(woo: Caller, small_box: Box) -> None:
    order = small_box.place_order([(10, 1)], email="late@example.com")
    person = small_box.register("late@example.com", "Lately")
    body = woo.get(f"orders/{order.id}")
    assert (body["customer_id"], body["billing"]["email"]) == (0, "late@example.com")
    assert "customer" not in body["_links"]
    assert woo.get(f"customers/{person.id}")["first_name"] == "Lately"


def test_names_of_customers_are_stripped_and_those_in_orders_are_raw(woo: Caller, small_box: Box) -> None:
    home = Address("Renée & Co", "<b>Noël</b>", country_code="FR")
    small_box.change_customer(2, first_name="Renée & Co", last_name="<b>Noël</b>", address=home)
    order = small_box.place_order([(10, 1)], person_id=2)
    customer, body = woo.get("customers/2"), woo.get(f"orders/{order.id}")
    assert (customer["first_name"], customer["last_name"]) == ("Renée &amp; Co", "Noël")
    assert body["billing"]["last_name"] == "<b>Noël</b>"


def test_variations_have_their_options_in_lines_and_lists(boutique: Caller) -> None:
    product = next(p for p in boutique.get("products", per_page=100) if p["type"] == "variable")
    variations = boutique.get(f"products/{product['id']}/variations", per_page=100)
    assert sorted(v["id"] for v in variations) == sorted(product["variations"])
    assert {a["name"] for v in variations for a in v["attributes"]} == {a["name"] for a in product["attributes"]}
    lines = [line for order in boutique.get("orders", per_page=100) for line in order["line_items"]]
    line = next(line for line in lines if line["variation_id"])
    assert line["name"].startswith(f"{line['parent_name']} - ")
    assert {"key", "value", "display_key", "display_value"} < set(line["meta_data"][0])


def test_a_code_is_a_coupon_line_net_of_tax(boutique: Caller) -> None:
    orders = [order for order in every(boutique, "orders") if order["coupon_lines"]]
    assert {order["coupon_lines"][0]["code"] for order in orders} >= {"welcome10", "save15", "spring20"}
    assert any(order["coupon_lines"][0]["free_shipping"] for order in orders)
    for order in orders:
        assert order["coupon_lines"][0]["discount"] == order["discount_total"]


def test_the_shop_tells_its_settings(woo: Caller) -> None:
    status = woo.get("system_status", _fields="settings")
    assert set(status) == {"settings"}
    assert (status["settings"]["currency"], status["settings"]["HPOS_enabled"]) == ("EUR", True)
    assert woo.get("settings/general/woocommerce_currency")["value"] == "EUR"
    assert woo.get("data/currencies/current")["symbol"] == "&euro;"
    assert {row["slug"]: row["total"] for row in woo.get("reports/orders/totals")}["processing"] == 2


def test_answers_are_escaped_as_php_escapes(woo: Caller, small_box: Box) -> None:
    small_box.change_customer(2, first_name="Zoë/🔔")
    raw = woo.call("GET", "customers/2", _fields="first_name").data
    assert raw == b'{"first_name":"Zo\\u00eb\\/\\ud83d\\udd14"}'
