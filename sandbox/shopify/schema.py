"""The schema subset with its scalars, and how every field of it is read."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, build_schema

from sandbox.shop import Checkout, Discount, Order, Person, Product, Segment, Variant
from sandbox.shopify import (
    bulk_fields,
    consent,
    paging,
    resolve_checkouts,
    resolve_customers,
    resolve_discounts,
    resolve_lines,
    resolve_money,
    resolve_orders,
    resolve_products,
    resolve_shop,
    roots,
    segments,
    subscriptions,
    tags,
)
from sandbox.shopify.bulk import Operation, Operations
from sandbox.shopify.compiler import Compiler, Fields
from sandbox.shopify.subscriptions import Subscription, Subscriptions
from sandbox.shopify.values import Money
from sandbox.shopify.world import World

SDL = Path(__file__).with_name("schema.graphql")
NAMES: dict[type, str] = {
    Order: "Order",
    Person: "Customer",
    Product: "Product",
    Variant: "ProductVariant",
    resolve_products.Stocked: "InventoryItem",
    Segment: "Segment",
    Checkout: "AbandonedCheckout",
    Operation: "BulkOperation",
    Subscription: "WebhookSubscription",
    Money: "MoneyV2",
    float: "PricingPercentageValue",
}
APPLICATIONS = {
    "code": "DiscountCodeApplication",
    "automatic": "AutomaticDiscountApplication",
    "manual": "ManualDiscountApplication",
}
# their objects never occur in the sandbox
EMPTY = ("Company", "LineItemSellingPlan", "OrderAttribution", "PurchasingCompany")


@cache
def schema() -> GraphQLSchema:
    built = build_schema(SDL.read_text())
    at = built.type_map["DateTime"]
    assert isinstance(at, GraphQLScalarType)
    at.coerce_input_value = at.parse_value = _moment  # type: ignore[method-assign]
    return built


def compiler(world: World, operations: Operations, hooks: Subscriptions) -> Compiler:
    return Compiler(schema(), fields(world, operations, hooks), type_of, world.options.faults)


def fields(world: World, operations: Operations, hooks: Subscriptions) -> Fields:
    return {
        **paging.FIELDS,
        **resolve_money.fields(),
        **resolve_orders.fields(world),
        **resolve_lines.fields(world),
        **resolve_customers.fields(world),
        **resolve_products.fields(world),
        **resolve_discounts.fields(world),
        **resolve_checkouts.fields(world),
        **resolve_shop.fields(world),
        **bulk_fields.fields(operations),
        **segments.fields(),
        **subscriptions.fields(hooks),
        **consent.fields(),
        **tags.fields(),
        **{name: {} for name in EMPTY},
        **roots.fields(world, operations, hooks),
    }


def type_of(source: Any) -> str:
    """The name of what stands behind an interface or a union."""
    if name := NAMES.get(type(source)):
        return name
    if isinstance(source, tuple) and isinstance(source[1], Discount):
        return APPLICATIONS[source[1].kind]
    name = source.typename
    assert isinstance(name, str)
    return name


def _moment(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"invalid DateTime '{value}'") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
