"""Orders and refunds become records: one function for lists, reads by id and webhooks, so that they say the same."""

from collections.abc import Mapping

from app.errors import BadInput
from connectors.base import ShopFacts
from connectors.records import (
    Attribute,
    Deletion,
    Discount,
    Journey,
    Line,
    OrderHead,
    OrderRecord,
    Record,
    RefundLine,
    RefundRecord,
    ShippingLine,
    Sums,
    TaxLine,
    Transaction,
    Visit,
)
from connectors.woocommerce import baskets, types
from connectors.woocommerce.money import Amounts, amounts, minor
from connectors.woocommerce.reading import address, decoded, plain, quantity, titles, utc
from connectors.woocommerce.statuses import COUNTED, DRAFTS

_MADE_BY = {"checkout": "checkout", "store-api": "checkout", "rest-api": "api", "admin": "staff"}
_ATTRIBUTION = tuple(
    f"_wc_order_attribution_{name}"
    for name in (
        "session_entry", "referrer", "source_type", "utm_source", "utm_medium", "utm_campaign", "utm_content",
        "utm_term",
    )
)  # fmt: skip


def order(body: types.Order, facts: ShopFacts) -> Record | None:
    """A draft is a checkout, an order in the trash a deletion; a draft that no shopper made is nothing."""
    if body.status in DRAFTS:
        is_shoppers = body.status == "checkout-draft" and body.created_via != "rest-api"  # else a failed API call's
        return baskets.draft(body) if is_shoppers else None
    if body.status == "trash":
        return Deletion("order", str(body.id))
    external_id, money = str(body.id), amounts(body.currency)
    told = {meta.key: meta.value for meta in body.meta_data}
    refunds = tuple([_named_refund(refund, external_id, money) for refund in body.refunds])
    lines = tuple([_line(item, money) for item in body.line_items])
    head = _head(body, money, refunds, _text(told.get(baskets.CART)), facts)
    return OrderRecord(
        external_id,
        utc(body.date_modified_gmt) or head.created_at,
        head,
        lines=lines,
        refunds=refunds,
        discounts=tuple([_discount(coupon, money) for coupon in body.coupon_lines]),
        shipping_lines=tuple([_shipping_line(item, money) for item in body.shipping_lines]),
        tax_lines=tuple([_tax_line(item, money) for item in body.tax_lines]),
        transactions=_transactions(body, head),
        billing=address(body.billing),
        shipping=address(body.shipping),
        journey=_journey(told),
        attributes=_attributes(body.meta_data),
    )


def _head(
    body: types.Order, money: Amounts, refunds: tuple[RefundRecord, ...], session: str | None, facts: ShopFacts
) -> OrderHead:
    created_at = utc(body.date_created_gmt)
    if created_at is None:
        raise BadInput("an order without a date", "date_created_gmt")
    sums = _sums(body, money, refunds)
    is_own = body.currency == facts.currency
    rate = None if is_own else facts.rates.get(body.currency)
    billing = body.billing
    return OrderHead(
        number=str(body.number) or str(body.id),
        placed_at=created_at,
        created_at=created_at,
        status=body.status,
        is_counted=body.status in COUNTED,
        sums=sums,
        shop_sums=sums if is_own else None,
        rate=rate,
        rate_source="shop" if rate else None,
        customer_external_id=str(body.customer_id) if body.customer_id else None,
        email=billing.email or None,
        phone=billing.phone or None,
        is_rounded=bool(money.finer) and _is_rounded(body, money),
        made_by=_MADE_BY.get(body.created_via or "", body.created_via or None),
        source=body.created_via or None,
        gateways=(body.payment_method,) if body.payment_method else (),
        company=billing.company or None,
        note=body.customer_note or None,
        # the amounts of lines are without tax in every shop, also where its prices are shown with it
        taxes_included=False,
        checkout_token=session or (f"order:{body.id}" if body.created_via == "store-api" else None),
    )


def _sums(body: types.Order, money: Amounts, refunds: tuple[RefundRecord, ...]) -> Sums:
    """The total stays as it was after a refund; refund money is what the refunds say, never a status, never lines."""
    if body.total == "":
        raise BadInput("an order without a total", "total")
    placed = money[body.total]
    refunded = sum([refund.total for refund in refunds])
    return Sums(
        body.currency,
        placed,
        refunded,
        placed - refunded,
        tax=money[body.total_tax],
        shipping=money[body.shipping_total],
        discount=money[body.discount_total],
        fees=sum([money[fee.total] for fee in body.fee_lines]),
    )


def _is_rounded(body: types.Order, money: Amounts) -> bool:
    read = [body.total, body.total_tax, body.shipping_total, body.discount_total]
    read += [item.total for item in body.line_items]
    read += [refund.total for refund in body.refunds]
    return not money.finer.isdisjoint(read)


def _line(item: types.LineItem, money: Amounts) -> Line:
    subtotal, total = money[item.subtotal], money[item.total]
    count = quantity(item.quantity)
    title, variant = titles(item.name, item.parent_name)
    return Line(
        external_id=str(item.id),
        title=title,
        quantity=count,
        unit=_share(subtotal, count),
        total=total,
        tax=money[item.total_tax],
        discount=subtotal - total,
        product_external_id=str(item.product_id) if item.product_id else None,
        variant_external_id=str(item.variation_id) if item.variation_id else None,
        sku=item.sku or None,
        variant_title=variant,
        attributes=_line_attributes(item) if item.meta_data or item.quantity != count else (),
    )


def _share(subtotal: int, quantity: int) -> int:
    """The price of one, rounded half up; `price` is not asked, being a float with noise."""
    return (2 * subtotal + quantity) // (2 * quantity) if quantity else subtotal


def _line_attributes(item: types.LineItem) -> tuple[Attribute, ...]:
    found = [
        Attribute(decoded(plain(meta.display_key or meta.key)), decoded(plain(meta.display_value or meta.value)))
        for meta in item.meta_data
        if str(meta.key)[:1] != "_"
    ]
    if item.quantity != int(item.quantity):
        found.append(Attribute("quantity", str(item.quantity)))
    return tuple(found)


def _attributes(metas: list[types.Meta]) -> tuple[Attribute, ...]:
    """Meta that begins with an underscore is the plugins' own business."""
    shown = [meta for meta in metas if str(meta.key)[:1] != "_"]
    return tuple([Attribute(str(meta.key), meta.value) for meta in shown if meta.value and isinstance(meta.value, str)])


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value not in ("", "(none)") else None


def _journey(told: Mapping[str | int, object]) -> Journey | None:
    """WooCommerce's own order attribution: the last session before the order."""
    said = [_text(told.get(key)) for key in _ATTRIBUTION]
    if not any(said):
        return None
    page, referrer, source, *utm = said
    return Journey(last=Visit(page, referrer, source, None, *utm))


def _named_refund(refund: types.OrderRefund, order_id: str, money: Amounts) -> RefundRecord:
    """An order names its refunds; when they were made and of what comes from the list of refunds."""
    return RefundRecord(str(refund.id), order_id, -money[refund.total], reason=refund.reason or None)


def refund(body: types.Refund, order_id: str, currency: str) -> RefundRecord:
    """A row of /refunds, which has no currency of its own: its order's. Lines are negative there, positive here."""
    return RefundRecord(
        str(body.id),
        order_id,
        minor(body.amount, currency),
        created_at=utc(body.date_created_gmt),
        reason=body.reason or None,
        lines=tuple([_refund_line(item, currency) for item in body.line_items]),
        shipping=-sum([minor(item.total, currency) for item in body.shipping_lines]),
    )


def _refund_line(item: types.LineItem, currency: str) -> RefundLine:
    line = next((plain(meta.value) for meta in item.meta_data if meta.key == "_refunded_item_id"), None)
    return RefundLine(
        str(item.id),
        line or None,
        abs(quantity(item.quantity)) if item.quantity else 0,
        -minor(item.total, currency),
        -minor(item.total_tax, currency),
    )


def _discount(coupon: types.CouponItem, money: Amounts) -> Discount:
    return Discount("coupon", code=coupon.code, amount=money[coupon.discount])


def _shipping_line(item: types.ShippingItem, money: Amounts) -> ShippingLine:
    return ShippingLine(decoded(item.method_title or ""), item.method_id, money[item.total], money[item.total_tax])


def _tax_line(item: types.TaxItem, money: Amounts) -> TaxLine:
    total = money[item.tax_total] + money[item.shipping_tax_total]
    return TaxLine(item.label or "", total, None if item.rate_percent is None else str(item.rate_percent))


def _transactions(body: types.Order, head: OrderHead) -> tuple[Transaction, ...]:
    if body.date_paid_gmt is None:
        return ()
    external_id = body.transaction_id or "payment"  # the gateway's own; cash and transfers have none
    paid_at = utc(body.date_paid_gmt)
    return (Transaction(external_id, "sale", "success", body.payment_method or "", head.sums.placed, paid_at),)
