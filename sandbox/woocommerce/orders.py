"""An order's body, in the order of keys that WooCommerce writes, and an unfinished checkout's as a draft order."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.shop import Address, Checkout, Order, Person, Refund, Visit
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What an order says beside what was sold; what an unfinished checkout has not is empty."""

    status: str
    total: str
    customer_id: int
    created_via: str
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None = None
    paid_at: datetime | None = None
    billing: Body
    shipping: Address | None
    gateway: str = ""
    transaction_id: str = ""
    note: str = ""
    meta: list[Body] = field(default_factory=list)
    fees: list[Body] = field(default_factory=list)
    refunds: list[Body] = field(default_factory=list)
    is_editable: bool = False
    needs_payment: bool


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
    return 0 if order.as_guest else _registered(person)


def _registered(person: Person | None) -> int:
    return person.id if person and person.registered else 0


def order_key(number: int) -> str:
    return "wc_order_" + hashlib.sha256(f"order|{number}".encode()).hexdigest()[:13]


def order_body(writing: Writing, order: Order) -> Body:
    state = status(order)
    head = Head(
        status=state,
        total=order.told_total or writing.money(order.placed_minor + order.adjusted_minor, order.currency),
        customer_id=customer_id(order, writing.shop.people.get(order.person_id or 0)),
        created_via=CREATED_VIA.get(order.source_name, order.source_name),
        created_at=order.created_at,
        updated_at=order.updated_at,
        completed_at=order.fulfilled_at if order.is_paid else None,
        paid_at=order.paid_at,
        billing=address(order.billing, order.email or ""),
        shipping=order.shipping_address,
        gateway=order.gateway,
        transaction_id=str(order.transactions[0].id) if order.paid_at and order.transactions else "",
        note=order.note,
        meta=_meta(order),
        fees=lines.fee_lines(writing, order),
        refunds=[_refund(writing, order, refund) for refund in reversed(order.refunds)],
        is_editable=state in ("pending", "on-hold"),
        needs_payment=state in ("pending", "failed") and order.current_minor > 0,
    )
    return _body(writing, order, head)


def draft_body(writing: Writing, checkout: Checkout) -> Body:
    """What an older block checkout leaves behind as soon as it is opened."""
    head = Head(
        status="checkout-draft",
        total=writing.money(checkout.total_minor, checkout.currency),
        customer_id=_registered(writing.shop.people.get(checkout.person_id or 0)),
        created_via="store-api",
        created_at=checkout.created_at,
        updated_at=checkout.updated_at,
        billing=address(checkout.address, checkout.email or ""),
        shipping=checkout.address,
        needs_payment=True,
    )
    return _body(writing, checkout, head)


def _body(writing: Writing, sale: lines.Sale, head: Head) -> Body:
    sold = lines.Sold(sale)
    created, modified = writing.times("date", head.created_at), writing.times("date", head.updated_at)
    completed, paid = writing.times("date", head.completed_at), writing.times("date", head.paid_at)
    return {
        "id": sale.id,
        "parent_id": 0,
        "status": head.status,
        "currency": sale.currency,
        "version": writing.version,
        "prices_include_tax": sale.taxes_included,
        "date_created": created["date"],
        "date_modified": modified["date"],
        **_totals(writing, sold, head.total),
        **_buyer(sale, head),
        "date_completed": completed["date"],
        "date_paid": paid["date"],
        "cart_hash": "",
        "number": str(sale.id),
        "meta_data": head.meta,
        **_lines(writing, sold),
        "fee_lines": head.fees,
        "coupon_lines": lines.coupon_lines(writing, sold),
        "refunds": head.refunds,
        "payment_url": f"{writing.home_url}/checkout/order-pay/{sale.id}/?pay_for_order=true&key={order_key(sale.id)}",
        "is_editable": head.is_editable,
        "needs_payment": head.needs_payment,
        "needs_processing": True,
        "date_created_gmt": created["date_gmt"],
        "date_modified_gmt": modified["date_gmt"],
        "date_completed_gmt": completed["date_gmt"],
        "date_paid_gmt": paid["date_gmt"],
        "currency_symbol": SYMBOLS.get(sale.currency, sale.currency),
        "_links": _links(writing, sale.id, head.customer_id),
    }


def _totals(writing: Writing, sold: lines.Sold, total: str) -> Body:
    amounts = {
        "discount_total": sold.discount,
        "discount_tax": sold.discount_tax,
        "shipping_total": sold.shipping,
        "shipping_tax": sum(sold.shipping_taxes),
        "cart_tax": sum(sold.goods_taxes),
    }
    said = {name: writing.money(minor, sold.sale.currency) for name, minor in amounts.items()}
    taxes = sum(sold.goods_taxes) + sum(sold.shipping_taxes)
    return {**said, "total": total, "total_tax": writing.money(taxes, sold.sale.currency)}


def _buyer(sale: lines.Sale, head: Head) -> Body:
    return {
        "customer_id": head.customer_id,
        "order_key": order_key(sale.id),
        "billing": head.billing,
        "shipping": address(head.shipping),
        "payment_method": head.gateway,
        "payment_method_title": PAYMENTS.get(head.gateway, head.gateway),
        "transaction_id": head.transaction_id,
        "customer_ip_address": "",
        "customer_user_agent": "",
        "created_via": head.created_via,
        "customer_note": head.note,
    }


def _lines(writing: Writing, sold: lines.Sold) -> Body:
    sale = sold.sale
    return {
        "line_items": [lines.line_item(writing, sale, line, amounts) for line, amounts in sold.lines],
        "tax_lines": lines.tax_lines(writing, sale, sold.goods_taxes, sold.shipping_taxes),
        "shipping_lines": [lines.shipping_line(writing, sale, line) for line in sale.shipping],
    }


def _links(writing: Writing, number: int, buyer: int) -> Body:
    path, base = f"orders/{number}", f"{writing.home_url}/wp-json/wc/v3"
    templates = {"embeddable": True, "href": f"{base}/{path}/actions/email_templates"}
    customer = {"customer": [{"href": f"{base}/customers/{buyer}"}]} if buyer else {}
    return {**links(writing.home_url, path), "email_templates": [templates], **customer}


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
