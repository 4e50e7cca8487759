"""The made-up shop as Shopify's bulk operations write it: a JSONL file for each resource."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.shop import Good, Line, MadeUp, Order, Person, Visit

Row = dict[str, Any]
_RATE = 108  # cents for a euro's hundred


def write(shop: MadeUp, folder: Path) -> None:
    """orders.jsonl, customers.jsonl, products.jsonl, and counts.json with [roots, objects] of each."""
    folder.mkdir()
    people = [person for person in shop.people if not person.is_guest]
    counts = {
        "products": _file(folder / "products.jsonl", ([_product(good), _variant(good)] for good in shop.goods)),
        "customers": _file(folder / "customers.jsonl", ([_customer(person)] for person in people)),
        "orders": _file(folder / "orders.jsonl", map(rows, shop.orders())),
    }
    (folder / "counts.json").write_text(json.dumps(counts))


def rows(order: Order) -> Iterator[Row]:
    """An order with its children, as the query of the connector asks for them."""
    yield _head(order)
    parent = {"__parentId": _gid("Order", order.number)}
    for line in order.lines:
        yield _line(order, line) | parent
    if order.percentage:
        value = {"__typename": "PricingPercentageValue", "percentage": float(order.percentage)}
        yield {"__typename": "DiscountCodeApplication", "index": 0, "value": value, "code": "LETTER10"} | parent
    yield from _agreement("OrderAgreement", order.number, order.at, "ORDER", parent)
    yield from _sold(order, "OrderAgreement", "ORDER", 1)
    if order.state == "cancelled":
        yield from _agreement("OrderEditAgreement", order.number, order.changed_at, "ORDER_EDIT", parent)
        yield from _sold(order, "OrderEditAgreement", "RETURN", -1)
    if order.refund:
        line = order.refund.line
        extra = parent | {"refund": {"id": _gid("Refund", order.refund.number)}}
        yield from _agreement("RefundAgreement", order.number, order.refund.at, "REFUND", extra)
        back = {"__parentId": _gid("RefundAgreement", order.number)}
        yield _sale("ProductSale", "RETURN", "PRODUCT", -line.quantity, -order.refund.total, -line.tax, line) | back


def _sold(order: Order, agreement: str, action: str, sign: int) -> Iterator[Row]:
    """Everything in the order, sold or taken back."""
    ledger = {"__parentId": _gid(agreement, order.number)}
    for line in order.lines:
        units, total, tax = (sign * each for each in (line.quantity, line.net + line.tax, line.tax))
        yield _sale("ProductSale", action, "PRODUCT", units, total, tax, line) | ledger
    if order.shipping:
        total, tax = sign * (order.shipping + order.shipping_tax), sign * order.shipping_tax
        yield _sale("ShippingLineSale", action, "SHIPPING", sign, total, tax) | ledger


def _head(order: Order) -> Row:
    return {
        "id": _gid("Order", order.number),
        "name": f"#{order.number}",
        **_standing(order),
        **_buyer(order.person),
        **_origin(order),
        **_totals(order),
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "USD" if order.is_foreign else "EUR",
        "taxesIncluded": False,
        "taxLines": [{"title": "VAT", "rate": 0.19, "priceSet": _shop(order.tax)}],
        "shippingLine": _shipping(order),
        "transactions": [] if order.state in ("pending", "cancelled") else [_payment(order)],
        "refunds": [_refund(order)] if order.refund else [],
    }


def _standing(order: Order) -> Row:
    is_cancelled = order.state == "cancelled"
    paid = {"pending": "PENDING", "cancelled": "VOIDED", "refunded": "PARTIALLY_REFUNDED"}.get(order.state, "PAID")
    return {
        "createdAt": _time(order.at),
        "processedAt": _time(order.at),
        "updatedAt": _time(order.changed_at),
        "cancelledAt": _time(order.changed_at) if is_cancelled else None,
        "cancelReason": "CUSTOMER" if is_cancelled else None,
        "test": False,
        "note": order.note,
        "tags": ["letter"] if order.percentage else [],
        "customAttributes": [{"key": "gift", "value": "yes"}] if order.note else [],
        "displayFinancialStatus": paid,
        "displayFulfillmentStatus": "FULFILLED" if order.state in ("paid", "refunded") else "UNFULFILLED",
        "paymentGatewayNames": ["shopify_payments"],
    }


def _buyer(person: Person) -> Row:
    return {
        "email": person.email,
        "phone": None,
        "customerLocale": person.locale,
        "customer": None if person.is_guest else {"id": _gid("Customer", person.number)},
        "purchasingEntity": {"__typename": "Customer"},
        "billingAddress": _address(person),
        "shippingAddress": _address(person),
    }


def _origin(order: Order) -> Row:
    return {
        "sourceName": "web",
        "retailLocation": None,
        "cartToken": f"c1-{order.token}",
        "checkoutToken": order.token,
        "customerJourneySummary": {"ready": True, "firstVisit": _visit(order.visit), "lastVisit": _visit(order.visit)},
    }


def _totals(order: Order) -> Row:
    refunded = order.refund.total if order.refund else 0
    totals = {
        "originalTotalPriceSet": order.total,
        "currentTotalPriceSet": 0 if order.state == "cancelled" else order.total - refunded,
        "totalRefundedSet": refunded,
        "totalTaxSet": order.tax,
        "totalShippingPriceSet": order.shipping,
        "totalDiscountsSet": order.discount,
        "totalTipReceivedSet": 0,
    }
    return {**{name: _bag(minor, order.is_foreign) for name, minor in totals.items()}, "originalTotalDutiesSet": None}


def _line(order: Order, line: Line) -> Row:
    off = {"allocatedAmountSet": _bag(line.discount, order.is_foreign), "discountApplication": {"index": 0}}
    is_back = order.refund is not None and order.refund.line is line
    return {
        "id": _gid("LineItem", line.number),
        "title": line.good.title,
        "variantTitle": line.good.size,
        "sku": line.good.sku,
        "vendor": line.good.vendor,
        "quantity": line.quantity,
        "currentQuantity": 0 if is_back else line.quantity,
        "isGiftCard": False,
        "product": {"id": _gid("Product", line.good.number)},
        "variant": {"id": _gid("ProductVariant", line.good.variant)},
        "originalUnitPriceSet": _shop(line.good.price),
        "originalTotalSet": _bag(line.gross, order.is_foreign),
        "discountAllocations": [off] if line.discount else [],
        "taxLines": [{"priceSet": _shop(line.tax)}],
        "sellingPlan": None,
        "customAttributes": [],
    }


def _agreement(kind: str, number: int, at: datetime, reason: str, extra: Row) -> Iterator[Row]:
    yield {"__typename": kind, "id": _gid(kind, number), "happenedAt": _time(at), "reason": reason} | extra


def _sale(kind: str, action: str, of: str, quantity: int, total: int, tax: int, line: Line | None = None) -> Row:
    named = {"lineItem": {"id": _gid("LineItem", line.number)}} if line else {}
    amounts = {"totalAmount": _shop(total), "totalTaxAmount": _shop(tax)}
    return {"__typename": kind, "actionType": action, "lineType": of, "quantity": quantity, **amounts, **named}


def _payment(order: Order) -> Row:
    return {
        "id": _gid("OrderTransaction", order.number), "kind": "SALE", "status": "SUCCESS",
        "gateway": "shopify_payments", "test": False, "processedAt": _time(order.at), "amountSet": _shop(order.total),
    }  # fmt: skip


def _refund(order: Order) -> Row:
    assert order.refund is not None
    total = _bag(order.refund.total, order.is_foreign)
    at = _time(order.refund.at)
    return {"id": _gid("Refund", order.number), "createdAt": at, "note": order.refund.note, "totalRefundedSet": total}


def _shipping(order: Order) -> Row:
    return {
        "title": "Standard", "code": "standard", "discountedPriceSet": _shop(order.shipping),
        "taxLines": [{"priceSet": _shop(order.shipping_tax)}], "discountAllocations": [],
    }  # fmt: skip


def _visit(visit: Visit) -> Row:
    utm = {"source": visit.source, "medium": "email", "campaign": visit.campaign, "content": None, "term": None}
    return {
        "landingPage": f"https://replayed.example{visit.page}", "referrerUrl": visit.referrer, "source": visit.source,
        "occurredAt": _time(visit.at), "utmParameters": utm if visit.campaign else None,
    }  # fmt: skip


def _address(person: Person) -> Row:
    return {
        "firstName": person.first, "lastName": person.last, "company": None, "address1": person.street,
        "address2": None, "city": person.city, "provinceCode": None, "zip": person.zip,
        "countryCodeV2": person.country, "phone": person.phone,
    }  # fmt: skip


def _customer(person: Person) -> Row:
    at = _time(person.since)
    email = {"emailAddress": person.email, "marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}
    return {
        "id": _gid("Customer", person.number), "createdAt": at, "updatedAt": at, "firstName": person.first,
        "lastName": person.last, "locale": person.locale, "note": None, "state": "ENABLED", "tags": [],
        "verifiedEmail": True, "defaultEmailAddress": email | {"marketingUpdatedAt": at}, "defaultPhoneNumber": None,
        "defaultAddress": _address(person),
    }  # fmt: skip


def _product(good: Good) -> Row:
    at = "2023-01-05T08:00:00Z"
    price = {"minVariantPrice": {"amount": _amount(good.price), "currencyCode": "EUR"}}
    return {
        "id": _gid("Product", good.number), "title": good.title, "handle": f"good-{good.number}",
        "productType": good.title.split()[1], "vendor": good.vendor, "tags": [], "status": "ACTIVE",
        "createdAt": at, "updatedAt": at, "onlineStoreUrl": f"https://replayed.example/products/good-{good.number}",
        "featuredMedia": None, "priceRangeV2": price,
    }  # fmt: skip


def _variant(good: Good) -> Row:
    return {
        "id": _gid("ProductVariant", good.variant), "title": good.size, "sku": good.sku, "price": _amount(good.price),
        "compareAtPrice": None, "inventoryQuantity": 20, "selectedOptions": [{"name": "Size", "value": good.size}],
        "__parentId": _gid("Product", good.number),
    }  # fmt: skip


def _file(path: Path, families: Iterator[Any]) -> list[int]:
    """Writes families of rows, the root first; how many roots and how many rows."""
    roots = objects = 0
    encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
    with path.open("w", encoding="utf-8") as file:
        for family in families:
            roots += 1
            for row in family:
                objects += 1
                file.write(encode(row).replace("/", "\\/") + "\n")
    return [roots, objects]


def _gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{6_000_000_000_000 + number}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _amount(minor: int) -> str:
    return f"{minor / 100:.2f}".removesuffix("0")


def _shop(minor: int) -> Row:
    return {"shopMoney": {"amount": _amount(minor)}}


def _bag(minor: int, is_foreign: bool) -> Row:
    present = minor * _RATE // 100 if is_foreign else minor
    return {"shopMoney": {"amount": _amount(minor)}, "presentmentMoney": {"amount": _amount(present)}}
