"""The parts of an order's body: lines, taxes, shipping, fees, coupons. All net of tax, whatever the prices say."""

from collections.abc import Sequence

from sandbox.shop import Checkout, Line, Order, ShippingLine, remaining
from sandbox.till import taxes_of
from sandbox.woocommerce.answers import Body
from sandbox.woocommerce.writing import Writing, escaped

Sale = Order | Checkout
NO_IMAGE, NO_VARIATIONS_IMAGE = {"id": "", "src": ""}, {"id": 0, "src": ""}


class Amounts:
    """A line's amounts net of tax, less what edits removed."""

    __slots__ = ("quantity", "subtotal", "subtotal_taxes", "taxes", "total")

    def __init__(self, sale: Sale, line: Line) -> None:
        total, subtotal = line.total_minor, line.subtotal_minor
        taxes = line.taxes
        before = taxes if total == subtotal else taxes_of(subtotal, sale.tax_rates, sale.taxes_included)
        if line.removed:
            total, subtotal = remaining(line, total), remaining(line, subtotal)
            taxes = tuple(remaining(line, tax) for tax in taxes)
            before = tuple(remaining(line, tax) for tax in before)
        included = sale.taxes_included
        self.quantity = line.quantity - line.removed
        self.taxes, self.subtotal_taxes = taxes, before
        self.total = total - sum(taxes) if included else total
        self.subtotal = subtotal - sum(before) if included else subtotal


class Sold:
    """The lines that edits left, each with its amounts, and what they add up to; taxes parallel to the rates."""

    __slots__ = ("discount", "discount_tax", "goods_taxes", "lines", "sale", "shipping", "shipping_taxes")

    def __init__(self, sale: Sale) -> None:
        lines = [(line, Amounts(sale, line)) for line in sale.lines if line.quantity > line.removed]
        places = range(len(sale.tax_rates))
        self.sale, self.lines = sale, lines
        self.goods_taxes = [sum(amounts.taxes[i] for _, amounts in lines if amounts.taxes) for i in places]
        self.shipping_taxes = [sum(line.taxes[i] for line in sale.shipping if line.taxes) for i in places]
        self.shipping = sum(shipping_net(sale, line) for line in sale.shipping)
        self.discount = sum(amounts.subtotal - amounts.total for _, amounts in lines)
        self.discount_tax = sum(sum(amounts.subtotal_taxes) for _, amounts in lines) - sum(self.goods_taxes)


def line_item(writing: Writing, sale: Sale, line: Line, amounts: Amounts) -> Body:
    currency = sale.currency
    product = writing.shop.products.get(line.product_id or 0)
    head = writing.line_head(product, line.variant_id or 0) if product else _gone(line)
    return {
        "id": line.id,
        "name": head["name"],
        "product_id": line.product_id if product else 0,
        "variation_id": head["variation_id"],
        "quantity": amounts.quantity,
        "tax_class": "",
        "subtotal": writing.money(amounts.subtotal, currency),
        "subtotal_tax": writing.money(sum(amounts.subtotal_taxes), currency),
        "total": writing.money(amounts.total, currency),
        "total_tax": writing.money(sum(amounts.taxes), currency),
        "taxes": taxes(writing, sale, amounts.taxes, amounts.subtotal_taxes),
        "meta_data": head["meta_data"],
        "sku": line.sku if product else None,
        "price": writing.price(amounts.total, amounts.quantity, currency),
        "image": NO_VARIATIONS_IMAGE if head["variation_id"] else NO_IMAGE,
        "parent_name": head["parent_name"],
        **writing.later(11, global_unique_id=""),
    }


def _gone(line: Line) -> Body:
    """A line outlives its product."""
    return {"name": escaped(line.title), "variation_id": 0, "meta_data": [], "parent_name": None}


def taxes(writing: Writing, sale: Sale, total: Sequence[int], subtotal: Sequence[int] | None = None) -> list[Body]:
    """Parallel to the sale's rates; shipping has no subtotal."""
    rows: list[Body] = []
    for place, minor in enumerate(total):
        before = "" if subtotal is None else writing.money(subtotal[place], sale.currency)
        row = {
            "id": writing.rate_id(sale.tax_rates[place]),
            "total": writing.money(minor, sale.currency),
            "subtotal": before,
        }
        rows.append(row)
    return rows


def tax_lines(writing: Writing, sale: Sale, goods: Sequence[int], shipping: Sequence[int]) -> list[Body]:
    return [
        {
            "id": sale.id * 10 + place,
            "rate_code": rate.code,
            "rate_id": writing.rate_id(rate),
            "label": rate.title,
            "compound": False,
            "tax_total": writing.money(goods[place], sale.currency),
            "shipping_tax_total": writing.money(shipping[place], sale.currency),
            "rate_percent": float(rate.rate * 100),
            "meta_data": [],
        }
        for place, rate in enumerate(sale.tax_rates)
    ]


def shipping_net(sale: Sale, line: ShippingLine) -> int:
    return line.total_minor - (line.tax_minor if sale.taxes_included else 0)


def shipping_line(writing: Writing, sale: Sale, line: ShippingLine) -> Body:
    return {
        "id": line.id,
        "method_title": escaped(line.title),
        "method_id": "flat_rate" if line.minor else "free_shipping",
        "instance_id": "1",
        "total": writing.money(shipping_net(sale, line), sale.currency),
        "total_tax": writing.money(line.tax_minor, sale.currency),
        "taxes": taxes(writing, sale, line.taxes),
        "tax_status": "taxable",
        "meta_data": [],
    }


def fee_lines(writing: Writing, order: Order) -> list[Body]:
    fees = [(9, "Tip", order.tip_minor), (8, "Duties", order.duty_minor)]
    return [_fee(writing, order, place, name, minor) for place, name, minor in fees if minor]


def _fee(writing: Writing, order: Order, place: int, name: str, minor: int) -> Body:
    total, none = writing.money(minor, order.currency), writing.money(0, order.currency)
    body = {"id": order.id * 10 + place, "name": name, "tax_class": "", "tax_status": "none", "amount": total}
    return {**body, "total": total, "total_tax": none, "taxes": [], "meta_data": []}


def coupon_lines(writing: Writing, sold: Sold) -> list[Body]:
    sale = sold.sale
    return [
        {
            "id": sale.id * 10 + 5 + place,
            "code": discount.title.lower(),
            "discount": writing.money(sold.discount, sale.currency),
            "discount_tax": writing.money(sold.discount_tax, sale.currency),
            "meta_data": [],
            "discount_type": "percent" if discount.value_type == "percentage" else "fixed_cart",
            "nominal_amount": float(discount.value),
            "free_shipping": discount.value_type == "shipping",
        }
        for place, discount in enumerate(sale.discounts)
    ]
