"""The made-up shop as WooCommerce's lists write it: a file of rows for each list, and where each row begins."""

import json
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.shop import Good, Line, MadeUp, Order, Person

Body = dict[str, Any]
FIRST_ID = 1_001
_HOME = "https://replayed.example"
_STATUS = {"paid": "completed", "pending": "pending", "cancelled": "cancelled", "refunded": "completed"}
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36"


def write(shop: MadeUp, folder: Path) -> None:
    """orders, refunds, customers and products, by id."""
    folder.mkdir()
    _file(folder / "products", map(_product, shop.goods))
    _file(folder / "customers", (_customer(person) for person in shop.people if not person.is_guest))
    refunds: list[Body] = []
    _file(folder / "orders", _orders(shop, refunds))
    _file(folder / "refunds", refunds)


def order(made: Order) -> Body:
    """An order's body, as a list or a webhook has it."""
    number, is_paid = FIRST_ID - 1 + made.number, made.state in ("paid", "refunded")
    return {
        "id": number,
        "parent_id": 0,
        "status": _STATUS[made.state],
        "currency": "USD" if made.is_foreign else "EUR",
        "version": "10.3.4",
        "prices_include_tax": False,
        **_times("created", made.at),
        **_times("modified", made.changed_at),
        **_totals(made),
        **_buyer(made, is_paid),
        **_times("completed", made.changed_at if is_paid else None),
        **_times("paid", made.at if is_paid else None),
        "cart_hash": made.token,
        "number": str(number),
        "meta_data": _attribution(made, number),
        **_sold(made),
        "payment_url": f"{_HOME}/checkout/order-pay/{number}/?pay_for_order=true&key=wc_order_{made.token[:13]}",
        "is_editable": made.state == "pending",
        "needs_payment": made.state == "pending",
        "needs_processing": True,
        "currency_symbol": "$" if made.is_foreign else "€",
        "_links": {
            "self": [{"href": f"{_HOME}/wp-json/wc/v3/orders/{number}", "targetHints": {"allow": ["GET", "POST"]}}],
            "collection": [{"href": f"{_HOME}/wp-json/wc/v3/orders"}],
        },
    }


def _totals(made: Order) -> Body:
    return {
        "discount_total": _money(made.discount),
        "discount_tax": _money(made.discount * 19 // 100),
        "shipping_total": _money(made.shipping),
        "shipping_tax": _money(made.shipping_tax),
        "cart_tax": _money(made.tax - made.shipping_tax),
        "total": _money(made.total),
        "total_tax": _money(made.tax),
    }


def _buyer(made: Order, is_paid: bool) -> Body:
    person = made.person
    return {
        "customer_id": 0 if person.is_guest else person.number,
        "order_key": f"wc_order_{made.token[:13]}",
        "billing": {**_address(person), "email": person.email, "phone": person.phone},
        "shipping": {**_address(person), "phone": ""},
        "payment_method": "woocommerce_payments",
        "payment_method_title": "Credit card / debit card",
        "transaction_id": f"pi_{made.token[:24]}" if is_paid else "",
        "customer_ip_address": "192.0.2.17",
        "customer_user_agent": _AGENT,
        "created_via": "checkout",
        "customer_note": made.note or "",
    }


def _sold(made: Order) -> Body:
    return {
        "line_items": [_line(line) for line in made.lines],
        "tax_lines": [_tax_line(made)],
        "shipping_lines": [_shipping_line(made)],
        "fee_lines": [],
        "coupon_lines": [_coupon(made)] if made.percentage else [],
        "refunds": [_named_refund(made)] if made.refund else [],
    }


def _orders(shop: MadeUp, refunds: list[Body]) -> Iterator[Body]:
    for made in shop.orders():
        if made.refund:
            refunds.append(_refund(made))
        yield order(made)


def _line(line: Line) -> Body:
    before = line.gross * 19 // 100
    return {
        "id": line.number,
        "name": f"{line.good.title} - {line.good.size}",
        "product_id": line.good.number,
        "variation_id": line.good.variant,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": _money(line.gross),
        "subtotal_tax": _money(before),
        "total": _money(line.net),
        "total_tax": _money(line.tax),
        "taxes": [{"id": 1, "total": _money(line.tax), "subtotal": _money(before)}],
        "meta_data": [_meta(line.number * 3, "pa_size", line.good.size, "Size")],
        "sku": line.good.sku,
        "price": line.net / line.quantity / 100,
        "image": {"id": str(line.good.number), "src": f"{_HOME}/wp-content/uploads/good-{line.good.number}.jpg"},
        "parent_name": line.good.title,
    }


def _meta(number: int, key: str, value: str, label: str) -> Body:
    return {"id": number, "key": key, "value": value, "display_key": label, "display_value": value}


def _attribution(made: Order, number: int) -> list[Body]:
    said = {
        "source_type": "utm" if made.visit.campaign else "typein",
        "session_entry": f"{_HOME}{made.visit.page}",
        "referrer": made.visit.referrer,
        "utm_source": made.visit.source,
        "utm_campaign": made.visit.campaign or "(none)",
        "session_start_time": f"{made.visit.at:%Y-%m-%d %H:%M:%S}",
        "session_pages": "4",
        "session_count": "1",
        "device_type": "Desktop",
        "user_agent": _AGENT,
    }
    found = [(f"_wc_order_attribution_{name}", value) for name, value in said.items()]
    found += _of_plugins(made)
    return [{"id": number * 20 + place, "key": key, "value": value} for place, (key, value) in enumerate(found)]


def _of_plugins(made: Order) -> list[tuple[str, str]]:
    """What payment, shipping and invoice plugins leave on an order."""
    person = made.person
    index = f"{person.first} {person.last} {person.street} {person.city} {person.zip} {person.country}"
    return [
        ("is_vat_exempt", "no"),
        ("_stripe_intent_id", f"pi_{made.token}"),
        ("_stripe_customer_id", f"cus_{made.token[:14]}"),
        ("_charge_id", f"ch_{made.token[:24]}"),
        ("_payment_method_id", f"pm_{made.token[:24]}"),
        ("_shipping_hash", made.token),
        ("_billing_address_index", f"{index} {person.email} {person.phone}"),
        ("_shipping_address_index", index),
        ("_wcpdf_invoice_number", str(made.number)),
        ("_wc_shipment_tracking", f"https://parcels.example/track/{made.token[:16]}"),
        ("gift_wrap", "yes" if made.note else ""),
    ]


def _tax_line(made: Order) -> Body:
    return {
        "id": made.number * 10 + 7, "rate_code": "DE-VAT-1", "rate_id": 1, "label": "VAT", "compound": False,
        "tax_total": _money(made.tax - made.shipping_tax), "shipping_tax_total": _money(made.shipping_tax),
        "rate_percent": 19.0, "meta_data": [],
    }  # fmt: skip


def _shipping_line(made: Order) -> Body:
    taxes = [{"id": 1, "total": _money(made.shipping_tax), "subtotal": ""}]
    return {
        "id": made.number * 10 + 8, "method_title": "Standard", "method_id": "flat_rate", "instance_id": "1",
        "total": _money(made.shipping), "total_tax": _money(made.shipping_tax), "taxes": taxes,
        "tax_status": "taxable", "meta_data": [],
    }  # fmt: skip


def _coupon(made: Order) -> Body:
    return {
        "id": made.number * 10 + 9, "code": "letter10", "discount": _money(made.discount),
        "discount_tax": _money(made.discount * 19 // 100), "meta_data": [], "discount_type": "percent",
        "nominal_amount": made.percentage, "free_shipping": False,
    }  # fmt: skip


def _named_refund(made: Order) -> Body:
    assert made.refund is not None
    return {"id": 9_000_000 + made.number, "reason": made.refund.note or "", "total": _money(-made.refund.total)}


def _refund(made: Order) -> Body:
    assert made.refund is not None
    line, made_at = made.refund.line, _times("created", made.refund.at)
    back = {
        **_line(line), "id": 90_000_000 + line.number, "quantity": -line.quantity, "total": _money(-line.net),
        "total_tax": _money(-line.tax), "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(line.number)}],
    }  # fmt: skip
    return {
        "id": 9_000_000 + made.number, "parent_id": FIRST_ID - 1 + made.number, **made_at,
        "amount": _money(made.refund.total), "reason": made.refund.note or "", "refunded_by": 1,
        "refunded_payment": True, "meta_data": [], "line_items": [back], "shipping_lines": [], "tax_lines": [],
        "fee_lines": [],
    }  # fmt: skip


def _customer(person: Person) -> Body:
    return {
        "id": person.number, **_times("created", person.since), **_times("modified", person.since),
        "email": person.email, "first_name": person.first, "last_name": person.last, "role": "customer",
        "username": person.email.partition("@")[0], "is_paying_customer": True, "avatar_url": "", "meta_data": [],
        "billing": {**_address(person), "email": person.email, "phone": person.phone},
        "shipping": _address(person),
    }  # fmt: skip


def _product(good: Good) -> Body:
    at = datetime(2023, 1, 5, 8, tzinfo=UTC)
    return {
        "id": good.number, "name": good.title, "slug": f"good-{good.number}", "status": "publish", "type": "simple",
        "permalink": f"{_HOME}/product/good-{good.number}/", **_times("created", at), **_times("modified", at),
        "sku": good.sku, "price": _money(good.price), "regular_price": _money(good.price), "stock_quantity": 20,
        "parent_id": 0, "categories": [{"id": 5, "name": good.title.split()[1], "slug": "kind"}], "tags": [],
        "images": [], "variations": [], "attributes": [],
    }  # fmt: skip


def _address(person: Person) -> Body:
    return {
        "first_name": person.first, "last_name": person.last, "company": "", "address_1": person.street,
        "address_2": "", "city": person.city, "state": "", "postcode": person.zip, "country": person.country,
    }  # fmt: skip


def _times(name: str, moment: datetime | None) -> Body:
    said = f"{moment:%Y-%m-%dT%H:%M:%S}" if moment else None
    return {f"date_{name}": said, f"date_{name}_gmt": said}


def _money(minor: int) -> str:
    return f"{minor / 100:.2f}"


def _file(path: Path, bodies: Iterable[Body]) -> None:
    """`path`.rows: the rows, each with a comma behind it; `path`.places: where each begins, and the end."""
    encode = json.JSONEncoder(separators=(",", ":")).encode
    places = array("Q", [0])
    with path.with_suffix(".rows").open("wb") as file:
        for body in bodies:
            places.append(places[-1] + file.write(encode(body).encode() + b","))
    with path.with_suffix(".places").open("wb") as file:
        places.tofile(file)
