"""Discounts and codes as the schema shows them."""

from decimal import Decimal
from typing import Any, NamedTuple

from sandbox.discounts import CodeDiscount, Imported
from sandbox.money import minor
from sandbox.shopify.compiler import Field, Fields, Read, WithArguments
from sandbox.shopify.discounts import Discounts
from sandbox.shopify.mutations import UserError, payload, user_errors
from sandbox.shopify.paging import Within
from sandbox.shopify.values import Money, gid, iso, number_of
from sandbox.shopify.world import World


class Typed(NamedTuple):
    """A thing behind a union, with the name of its type."""

    typename: str
    thing: Any


def roots(discounts: Discounts) -> dict[str, Field]:
    return {
        "codeDiscountNode": WithArguments(
            lambda args, _: lambda _: discounts.find(number_of(args["id"], "DiscountCodeNode"))
        ),
        "codeDiscountNodeByCode": WithArguments(lambda args, _: lambda _: discounts.by_code(args["code"])),
        "discountRedeemCodeBulkCreation": WithArguments(
            lambda args, _: lambda _: discounts.find_import(number_of(args["id"], "DiscountRedeemCodeBulkCreation"))
        ),
    }


def fields(world: World) -> Fields:
    return {
        "DiscountCodeNode": {"id": _gid, "codeDiscount": lambda each: Typed("DiscountCodeBasic", each)},
        "DiscountCodeBasic": _basic(world),
        "DiscountRedeemCode": {
            "id": lambda code: gid("DiscountRedeemCode", code[0]),
            "code": lambda code: code[1],
            "asyncUsageCount": lambda code: _used(world, code[1]),
        },
        **_gets(world),
        **_import(),
        "DiscountCodeBasicCreatePayload": payload("codeDiscountNode"),
        "DiscountRedeemCodeBulkAddPayload": payload("bulkCreation"),
        "DiscountUserError": {**user_errors("DiscountUserError")["DiscountUserError"], "extraInfo": lambda _: None},
    }


def status(world: World, discount: CodeDiscount) -> str:
    now = world.box.now()
    if discount.starts_at > now:
        return "SCHEDULED"
    return "EXPIRED" if discount.ends_at is not None and discount.ends_at <= now else "ACTIVE"


def _gid(discount: CodeDiscount) -> str:
    return gid("DiscountCodeNode", discount.id)


def _used(world: World, code: str) -> int:
    """Orders that were placed with it."""
    orders = world.shop.orders.values()
    return sum(any(each.kind == "code" and each.title == code for each in order.discounts) for order in orders)


def _basic(world: World) -> dict[str, Any]:
    read: dict[str, Any] = {
        "title": lambda each: each.title,
        "status": lambda each: status(world, each),
        "startsAt": lambda each: iso(each.starts_at),
        "endsAt": lambda each: iso(each.ends_at),
        "createdAt": lambda each: iso(each.created_at),
        "updatedAt": lambda each: iso(each.updated_at),
        "usageLimit": lambda each: each.usage_limit,
        "appliesOncePerCustomer": lambda each: each.once_per_customer,
        "asyncUsageCount": lambda each: sum(_used(world, code) for _, code in each.codes.values()),
        "discountClasses": lambda _: ["ORDER"],
        "combinesWith": lambda each: each.combines,
        "context": lambda each: Typed("DiscountBuyerSelectionAll", each),
        "customerGets": lambda each: each,
    }
    inside = {name: _of_thing(get) for name, get in read.items()}
    return {
        **inside,
        "codes": Within(lambda typed: list(typed.thing.codes.values())),
        "codesCount": lambda typed: (len(typed.thing.codes), "EXACT"),
    }


def _of_thing(get: Any) -> Any:
    return lambda typed: get(typed.thing)


def _money(world: World, discount: CodeDiscount) -> Money:
    currency = world.shop.currency
    return Money(minor(discount.amount or Decimal(0), currency), currency)


def _gets(world: World) -> Fields:
    def value(discount: CodeDiscount) -> Typed:
        return Typed("DiscountAmount" if discount.percentage is None else "DiscountPercentage", discount)

    return {
        "DiscountBuyerSelectionAll": {"all": lambda _: "ALL"},
        "DiscountCombinesWith": {f"{kind}Discounts": _contains(kind) for kind in ("order", "product", "shipping")},
        "DiscountCustomerGets": {"value": value, "items": lambda each: Typed("AllDiscountItems", each)},
        "AllDiscountItems": {"allItems": lambda _: True},
        "DiscountPercentage": {"percentage": lambda typed: float(typed.thing.percentage)},
        "DiscountAmount": {
            "amount": lambda typed: _money(world, typed.thing),
            "appliesOnEachItem": lambda typed: typed.thing.each_item,
        },
    }


def _contains(kind: str) -> Read:
    return lambda combines: kind in combines


def _import() -> Fields:
    return {
        "DiscountRedeemCodeBulkCreation": {
            "id": lambda each: gid("DiscountRedeemCodeBulkCreation", each.id),
            "createdAt": lambda each: iso(each.created_at),
            "done": lambda each: each.done,
            "codesCount": lambda each: len(each.codes),
            "importedCount": lambda each: each.imported,
            "failedCount": lambda each: each.failed,
            "discountCode": lambda each: each.discount,
            "codes": Within(lambda each: each.codes),
        },
        "DiscountRedeemCodeBulkCreationCode": {
            "code": lambda each: each.code,
            "errors": lambda each: [UserError(["code"], each.error)] if each.error else [],
            "discountRedeemCode": _redeemable,
        },
    }


def _redeemable(each: Imported) -> tuple[int, str] | None:
    return None if each.number is None else (each.number, each.code)
