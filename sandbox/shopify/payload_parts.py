"""What bodies of orders and refunds share: money, lines, shipping, taxes, discounts."""

from typing import Any

from sandbox.money import decimal
from sandbox.shop import Line, Order, ShippingLine
from sandbox.shopify.sold import OrderLine, order_taxes
from sandbox.shopify.values import Bag, gid
from sandbox.shopify.world import World

Body = dict[str, Any]


def money_set(bag: Bag) -> Body:
    return {
        "shop_money": {"amount": decimal(*bag.shop), "currency_code": bag.shop.currency},
        "presentment_money": {"amount": decimal(*bag.presentment), "currency_code": bag.presentment.currency},
    }


def allocations(world: World, order: Order, part: Line | ShippingLine) -> list[Body]:
    return [
        {
            "amount": decimal(*world.amounts.bag(order, minor).shop),
            "amount_set": money_set(world.amounts.bag(order, minor)),
            "discount_application_index": place,
        }
        for place, minor in part.discounts
    ]


def tax_lines(world: World, order: Order, taxed: list[Line | ShippingLine]) -> list[Body]:
    rows = []
    for tax in order_taxes(order):
        bag = world.amounts.bag(order, sum(part.taxes[tax.place] for part in taxed if part.taxes))
        rate = order.tax_rates[tax.place]
        row = {"price": decimal(*bag.shop), "rate": float(rate.rate), "title": rate.title, "price_set": money_set(bag)}
        rows.append({**row, "channel_liable": False})
    return rows


def sold_line(world: World, sold: OrderLine) -> Body:
    order, line = sold.order, sold.line
    bag, product = world.amounts.bag, world.shop.products.get(line.product_id or 0)
    return {
        "id": line.id,
        "admin_graphql_api_id": gid("LineItem", line.id),
        "attributed_staffs": [],
        "current_quantity": sold.current_quantity,
        "fulfillable_quantity": 0 if order.fulfilled_at else sold.current_quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": "fulfilled" if order.fulfilled_at else None,
        "gift_card": line.is_gift_card,
        "grams": 0,
        "name": sold.name,
        "price": decimal(*bag(order, line.unit_minor).shop),
        "price_set": money_set(bag(order, line.unit_minor)),
        "product_exists": product is not None,
        "product_id": line.product_id,
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sales_line_item_group_id": None,
        "sku": line.sku or None,
        "taxable": bool(line.taxes),
        "title": line.title,
        "total_discount": "0.00",  # discounts of the whole order are in the allocations
        "total_discount_set": money_set(bag(order, 0)),
        "variant_id": line.variant_id,
        "variant_inventory_management": "shopify",
        "variant_title": line.variant_title or None,
        "vendor": product.vendor or None if product else None,
        "tax_lines": tax_lines(world, order, [line]),
        "duties": [],
        "discount_allocations": allocations(world, order, line),
    }


def given_line(world: World, sold: OrderLine) -> Body:
    """A line inside a refund or a parcel, which says less of it."""
    unsaid = ("attributed_staffs", "current_quantity", "sales_line_item_group_id")
    return {name: value for name, value in sold_line(world, sold).items() if name not in unsaid}


def shipping_line(world: World, order: Order, line: ShippingLine) -> Body:
    price, paid = world.amounts.bag(order, line.minor), world.amounts.bag(order, line.total_minor)
    return {
        "id": line.id,
        "carrier_identifier": None,
        "code": line.code or None,
        "current_discounted_price_set": money_set(paid),
        "discounted_price": decimal(*paid.shop),
        "discounted_price_set": money_set(paid),
        "is_removed": False,
        "phone": None,
        "price": decimal(*price.shop),
        "price_set": money_set(price),
        "requested_fulfillment_service_id": None,
        "source": "shopify",
        "title": line.title,
        "tax_lines": tax_lines(world, order, [line]),
        "discount_allocations": allocations(world, order, line),
    }
