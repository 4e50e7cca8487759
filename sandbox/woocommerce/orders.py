"""An order's body, in the order of keys that WooCommerce writes, and an unfinished checkout's as a draft order."""

import hashlib

from sandbox.shop import Checkout, Order, Person, Refund, Visit
from sandbox.woocommerce import lines
from sandbox.woocommerce.answers import Body, links
from sandbox.woocommerce.writing import SYMBOLS, Writing, address

STATUSES = (
    "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft",
)  # fmt: skip
PAYMENTS = {
    "card": "Credit card",
    "paypal": "PayPal",
    "invoice": "Invoice",
    "cash": "Cash on delivery",
}
CREATED_VIA = {"web": "checkout", "pos": "pos-rest-api"}


def status(order: Order) -> str:
    if order.trashed_at:
        return "trash"
    return order.held_status or _what_happened(order)


def _what_happened(order: Order) -> str:
    if order.payment == "failed":
        return "failed"
    if order.is_fully_refunded:
        return "refunded"
    if order.cancelled_at:
        return "cancelled"
    if order.payment != "paid":
        return {"pending": "pending", "on_hold": "on-hold"}[order.payment]
    return "completed" if order.fulfilled_at else "processing"


def customer_id(order: Order, person: Person | None) -> int:
    """Guests are nobody's, even when they have registered since."""
    return person.id if person and person.registered and not order.as_guest else 0


def order_key(number: int) -> str:
    return "wc_order_" + hashlib.sha256(f"order|{number}".encode()).hexdigest()[:13]


def order_body(writing: Writing, order: Order) -> Body:
    state = status(order)
    is_due = state in ("pending", "failed")
    person = writing.shop.people.get(order.person_id or 0)
    buyer = customer_id(order, person)
    head = {
        "status": state,
        "total": order.placed_minor + order.adjusted_minor,
        "customer_id": buyer,
        "created": order.created_at,
        "modified": order.updated_at,
        "completed": order.fulfilled_at if order.is_paid else None,
        "paid": order.paid_at,
    }
    body = _body(writing, order, head)
    body["total"] = order.told_total or body["total"]
    body["billing"] = address(order.billing, order.email or "")
    body["shipping"] = address(order.shipping_address)
    body["payment_method"] = order.gateway
    body["payment_method_title"] = PAYMENTS.get(order.gateway, order.gateway)
    body["transaction_id"] = str(order.transactions[0].id) if order.paid_at and order.transactions else ""
    body["created_via"] = CREATED_VIA.get(order.source_name, order.source_name)
    body["customer_note"] = order.note
    body["meta_data"] = _meta(order)
    body["fee_lines"] = lines.fee_lines(writing, order)
    body["refunds"] = [_refund(writing, order, refund) for refund in reversed(order.refunds)]
    body["is_editable"] = state in ("pending", "on-hold")
    body["needs_payment"] = is_due and order.current_minor > 0
    if buyer:
        body["_links"]["customer"] = [{"href": f"{writing.home_url}/wp-json/wc/v3/customers/{buyer}"}]
    return body


def draft_body(writing: Writing, checkout: Checkout) -> Body:
    """What an older block checkout leaves behind as soon as it is opened."""
    person = writing.shop.people.get(checkout.person_id or 0)
    head = {
        "status": "checkout-draft",
        "total": checkout.total_minor,
        "customer_id": person.id if person and person.registered else 0,
        "created": checkout.created_at,
        "modified": checkout.updated_at,
        "completed": None,
        "paid": None,
    }
    body = _body(writing, checkout, head)
    body["billing"] = address(checkout.address, checkout.email or "")
    body["shipping"] = address(checkout.address)
    body["created_via"] = "store-api"
    body["needs_payment"] = True
    return body


def _body(writing: Writing, sale: lines.Sale, head: Body) -> Body:
    """All keys in their order; what only orders have is filled in by the caller."""
    currency = sale.currency
    kept = [line for line in sale.lines if line.quantity > line.removed]
    amounts = [lines.Amounts(sale, line) for line in kept]
    places = range(len(sale.tax_rates))
    goods_taxes = [sum(a.taxes[i] for a in amounts if a.taxes) for i in places]
    shipping_taxes = [sum(line.taxes[i] for line in sale.shipping if line.taxes) for i in places]
    goods_tax, shipping_tax = sum(goods_taxes), sum(shipping_taxes)
    created, modified = writing.times("date", head["created"]), writing.times("date", head["modified"])
    completed, paid = writing.times("date", head["completed"]), writing.times("date", head["paid"])
    return {
        "id": sale.id,
        "parent_id": 0,
        "status": head["status"],
        "currency": currency,
        "version": writing.version,
        "prices_include_tax": sale.taxes_included,
        "date_created": created["date"],
        "date_modified": modified["date"],
        "discount_total": writing.money(sum(a.subtotal - a.total for a in amounts), currency),
        "discount_tax": writing.money(sum(sum(a.subtotal_taxes) for a in amounts) - goods_tax, currency),
        "shipping_total": writing.money(sum(lines.shipping_net(sale, line) for line in sale.shipping), currency),
        "shipping_tax": writing.money(shipping_tax, currency),
        "cart_tax": writing.money(goods_tax, currency),
        "total": writing.money(head["total"], currency),
        "total_tax": writing.money(goods_tax + shipping_tax, currency),
        "customer_id": head["customer_id"],
        "order_key": order_key(sale.id),
        "billing": {},
        "shipping": {},
        "payment_method": "",
        "payment_method_title": "",
        "transaction_id": "",
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": "",
        "customer_note": "",
        "date_completed": completed["date"],
        "date_paid": paid["date"],
        "cart_hash": "",
        "number": str(sale.id),
        "meta_data": [],
        "line_items": [lines.line_item(writing, sale, line, a) for line, a in zip(kept, amounts, strict=True)],
        "tax_lines": lines.tax_lines(writing, sale, goods_taxes, shipping_taxes) if places else [],
        "shipping_lines": [lines.shipping_line(writing, sale, line) for line in sale.shipping],
        "fee_lines": [],
        "coupon_lines": lines.coupon_lines(writing, sale, amounts) if sale.discounts else [],
        "refunds": [],
        "payment_url": f"{writing.home_url}/checkout/order-pay/{sale.id}/?pay_for_order=true&key={order_key(sale.id)}",
        "is_editable": False,
        "needs_payment": False,
        "needs_processing": True,
        "date_created_gmt": created["date_gmt"],
        "date_modified_gmt": modified["date_gmt"],
        "date_completed_gmt": completed["date_gmt"],
        "date_paid_gmt": paid["date_gmt"],
        "currency_symbol": SYMBOLS.get(currency, currency),
        "_links": {
            **links(writing.home_url, f"orders/{sale.id}"),
            "email_templates": [
                {
                    "embeddable": True,
                    "href": f"{writing.home_url}/wp-json/wc/v3/orders/{sale.id}/actions/email_templates",
                }
            ],
        },
    }


def _refund(writing: Writing, order: Order, refund: Refund) -> Body:
    tax = sum(piece.tax_minor for piece in refund.lines) + sum(refund.shipping_taxes)
    # the sign is written before whatever it was, so nothing is -0.00
    body = {"id": refund.id, "reason": refund.note, "total": f"-{writing.money(refund.total_minor, order.currency)}"}
    return body | writing.later(11, total_tax=writing.money(-tax, order.currency))


def _meta(order: Order) -> list[Body]:
    kept = [
        {"id": order.id * 20 + 10 + i, "key": key, "value": value} for i, (key, value) in enumerate(order.meta.items())
    ]
    return _attribution(order.id, order.last_visit) + kept


def _attribution(number: int, visit: Visit | None) -> list[Body]:
    """Where the buyer came from, as core keeps it."""
    if visit is None:
        return []
    kind = "utm" if visit.utm else {"direct": "typein", "google": "organic"}.get(visit.source, "referral")
    facts = {"source_type": kind, "session_entry": visit.landing_page}
    facts |= {"referrer": visit.referrer} if visit.referrer else {}
    facts |= {f"utm_{name}": value for name, value in visit.utm.items()}
    keys = enumerate(facts.items())
    return [{"id": number * 20 + i, "key": f"_wc_order_attribution_{key}", "value": value} for i, (key, value) in keys]
