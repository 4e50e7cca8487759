"""A refund's body: a positive amount, negative lines, all net of tax."""

from sandbox.shop import Order, Refund, RefundLine
from sandbox.woocommerce import lines
from sandbox.woocommerce.answers import Body, links
from sandbox.woocommerce.writing import Writing


def refund_body(writing: Writing, order: Order, refund: Refund, with_parent: bool) -> Body:
    """With its order's id in the list of all refunds of the shop."""
    path = f"orders/{order.id}/refunds/{refund.id}"
    places = range(len(order.tax_rates))
    goods = [-sum(piece.taxes[i] for piece in refund.lines if piece.taxes) for i in places]
    shipping = [-refund.shipping_taxes[i] if refund.shipping_taxes else 0 for i in places]
    has_tax = any(goods) or any(shipping)
    return {
        "id": refund.id,
        **({"parent_id": order.id} if with_parent else {}),
        **writing.times("date_created", refund.created_at),
        "amount": writing.money(refund.total_minor, order.currency),
        "reason": refund.note,
        "refunded_by": 1,
        "refunded_payment": False,
        "meta_data": [],
        "line_items": [_line(writing, order, refund, place) for place in range(len(refund.lines))],
        "shipping_lines": [_shipping(writing, order, refund)] if refund.shipping_minor else [],
        "tax_lines": lines.tax_lines(writing, order, goods, shipping) if has_tax else [],
        "fee_lines": [],
        "_links": links(writing.home_url, path, up=f"orders/{order.id}", methods="GET, DELETE"),
    }


def _line(writing: Writing, order: Order, refund: Refund, place: int) -> Body:
    piece: RefundLine = refund.lines[place]
    sold = order.line(piece.line_id)
    product = writing.shop.products.get(sold.product_id or 0)
    head = writing.line_head(product, sold.variant_id or 0) if product else None
    net, back = -(piece.total_minor - piece.tax_minor), [-tax for tax in piece.taxes]
    meta = {"key": "_refunded_item_id", "value": str(sold.id)}
    shown = {"display_key": meta["key"], "display_value": meta["value"]}
    return {
        "id": refund.id * 100 + place,
        "name": head["name"] if head else sold.title,
        "product_id": sold.product_id if product else 0,
        "variation_id": head["variation_id"] if head else 0,
        "quantity": -piece.quantity,
        "tax_class": "",
        "subtotal": writing.money(net, order.currency),
        "subtotal_tax": writing.money(sum(back), order.currency),
        "total": writing.money(net, order.currency),
        "total_tax": writing.money(sum(back), order.currency),
        "taxes": lines.taxes(writing, order, back, back),
        "meta_data": [{"id": refund.id * 100 + place, **meta, **shown}],
        "sku": sold.sku if product else None,
        "price": writing.price(net, -piece.quantity, order.currency),
        "image": lines.NO_VARIATIONS_IMAGE if head and head["variation_id"] else lines.NO_IMAGE,
        "parent_name": head["parent_name"] if head else None,
    }


def _shipping(writing: Writing, order: Order, refund: Refund) -> Body:
    taxes = [-tax for tax in refund.shipping_taxes]
    meta = {"key": "_refunded_item_id", "value": str(order.shipping[0].id)}
    shown = {"display_key": meta["key"], "display_value": meta["value"]}
    return {
        "id": refund.id * 100 + 99,
        "method_title": order.shipping[0].title,
        "method_id": "flat_rate",
        "instance_id": "1",
        "total": writing.money(-(refund.shipping_minor + sum(taxes)), order.currency),
        "total_tax": writing.money(sum(taxes), order.currency),
        "taxes": lines.taxes(writing, order, taxes),
        "tax_status": "taxable",
        "meta_data": [{"id": refund.id * 100 + 99, **meta, **shown}],
    }
