"""Bodies of orders and products: the parts that they tell as GraphQL does become a record at once.

What a body lacks, or tells otherwise, is no part of it: an order's head (what it was placed at), its lines (their
selling plan), its refunds (of which lines); a product's head (where it is shown). Nor is what a body may lack because
we may not read it: it does not tell a missing address from one that is kept back. So each comes with a hint.
"""

from collections.abc import Sequence

import msgspec

from connectors import records
from connectors.base import ShopFacts
from connectors.records import Hint, Record
from connectors.shopify.amounts import Minor
from connectors.shopify.bodies import decode, fields, identity
from connectors.shopify.reading import number, utc
from connectors.shopify.types import Moment

_KINDS = {"discount_code": "code"}


class Money(msgspec.Struct):
    amount: str


class Set(msgspec.Struct):
    shop_money: Money


class Tax(msgspec.Struct):
    title: str
    price_set: Set
    rate: float | None = None


class Allocation(msgspec.Struct):
    amount_set: Set
    discount_application_index: int


class Discounted(msgspec.Struct, kw_only=True):
    discount_allocations: list[Allocation] = []


class Shipped(Discounted, kw_only=True):
    title: str
    discounted_price_set: Set
    code: str | None = None
    is_removed: bool = False
    tax_lines: list[Tax] = []


class Application(msgspec.Struct):
    type: str
    value: str
    value_type: str
    code: str | None = None
    title: str | None = None


class Pair(msgspec.Struct):
    name: str
    value: str | None = None


class OrderBody(msgspec.Struct):
    updated_at: Moment
    currency: str
    line_items: list[Discounted]
    shipping_lines: list[Shipped]
    discount_applications: list[Application]
    tax_lines: list[Tax]
    note_attributes: list[Pair]
    tags: str


def order(body: bytes, _: ShopFacts) -> Sequence[Record]:
    said = decode(body, OrderBody)
    external_id, minor = identity(fields(body), "id"), Minor(said.currency)
    shipped = [line for line in said.shipping_lines if not line.is_removed]
    record = records.OrderRecord(
        external_id,
        utc(said.updated_at),
        discounts=_discounts(said, minor),
        shipping_lines=tuple(_shipping(line, minor) for line in shipped) if len(shipped) < 2 else None,  # GraphQL: one
        tax_lines=tuple(_tax_line(tax, minor) for tax in said.tax_lines),
        attributes=tuple(records.Attribute(pair.name, pair.value or "") for pair in said.note_attributes),
        tags=_tags(said.tags),
    )
    return [record, Hint("order", external_id)]


def _discounts(said: OrderBody, minor: Minor) -> tuple[records.Discount, ...]:
    taken: dict[int, int] = {}
    discounted: list[Discounted] = [*said.line_items, *said.shipping_lines]
    for part in (allocation for line in discounted for allocation in line.discount_allocations):
        index = part.discount_application_index
        taken[index] = taken.get(index, 0) + minor[part.amount_set.shop_money.amount]
    return tuple(
        records.Discount(
            kind=_KINDS.get(deal.type, deal.type),
            code=deal.code or None,
            title=deal.title or None,
            amount=taken.get(index, 0),
            percentage=str(float(deal.value)) if deal.value_type == "percentage" else None,
        )
        for index, deal in enumerate(said.discount_applications)
    )


def _shipping(line: Shipped, minor: Minor) -> records.ShippingLine:
    tax = sum(minor[each.price_set.shop_money.amount] for each in line.tax_lines)
    return records.ShippingLine(line.title, line.code or None, minor[line.discounted_price_set.shop_money.amount], tax)


def _tax_line(tax: Tax, minor: Minor) -> records.TaxLine:
    rate = None if tax.rate is None else str(tax.rate)
    return records.TaxLine(tax.title, minor[tax.price_set.shop_money.amount], rate)


class VariantBody(msgspec.Struct):
    admin_graphql_api_id: str
    title: str
    price: str
    sku: str | None = None
    compare_at_price: str | None = None
    inventory_quantity: int | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None


class ProductBody(msgspec.Struct):
    updated_at: Moment
    tags: str
    variants: list[VariantBody]
    options: list[Pair]
    variant_gids: list[msgspec.Raw]
    product_type: str | None = None


def product(body: bytes, facts: ShopFacts) -> Sequence[Record]:
    said, external_id = decode(body, ProductBody), identity(fields(body), "id")
    record = records.ProductRecord(
        external_id,
        utc(said.updated_at),
        variants=_variants(said, Minor(facts.currency)),
        categories=(said.product_type,) if said.product_type else (),
        tags=_tags(said.tags),
    )
    return [record, Hint("product", external_id)]


def _variants(said: ProductBody, minor: Minor) -> tuple[records.VariantRecord, ...] | None:
    """None where the body has only the first of many."""
    if len(said.variants) < len(said.variant_gids):
        return None
    names = [option.name for option in said.options]
    return tuple(_variant(variant, names, minor) for variant in said.variants)


def _variant(said: VariantBody, names: Sequence[str], minor: Minor) -> records.VariantRecord:
    chosen = zip(names, (said.option1, said.option2, said.option3), strict=False)
    return records.VariantRecord(
        external_id=number(said.admin_graphql_api_id),
        title=said.title,
        sku=said.sku or None,
        price=minor[said.price],
        compare_at=minor[said.compare_at_price] if said.compare_at_price else None,
        stock=said.inventory_quantity,
        options=tuple(records.Attribute(name, value) for name, value in chosen if value is not None),
    )


def _tags(text: str) -> tuple[str, ...]:
    """ "red, blue", in GraphQL's order; a tag itself has no comma."""
    return tuple(sorted((tag for part in text.split(",") if (tag := part.strip())), key=str.lower))
