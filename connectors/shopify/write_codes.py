"""Discounts and their codes, written. A code of ours is random: where it stands in a discount of ours, we wrote it."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.errors import Refused
from app.lib.money import Money
from connectors.changes import AddCodes, MakeDiscount, Written
from connectors.shopify import types
from connectors.shopify.mutations import UserError, ask, check, look
from connectors.shopify.transport import Transport

_LONGEST_WAIT = 60.0


class Found(types.Part):
    """title: None of a discount that is none of ours, which are all basic ones."""

    id: str
    code_discount: "Titled"


class Titled(types.Part):
    title: str | None = None


class Made(types.Part):
    user_errors: Sequence[UserError] = ()
    code_discount_node: types.Gid | None = None


class Begun(types.Part):
    user_errors: Sequence[UserError] = ()
    bulk_creation: types.Gid | None = None


class Code(types.Part):
    code: str
    errors: Sequence[UserError] = ()


class Codes(types.Part):
    nodes: Sequence[Code]


class Creation(types.Part):
    done: bool
    codes: Codes


class Listed(types.Part):
    code_discount: "Kept"


class Kept(types.Part):
    codes: types.Nodes[Code] | None = None


def discount(transport: Transport, change: MakeDiscount, _: Mapping[str, Any]) -> Written:
    if change.emails:
        raise Refused("Shopify restricts a code to customers, not to addresses.")
    if there := _there(transport, change):
        return there
    done = ask(transport, "discount_create", {"input": _input(change)}, Made)
    if any(error.code == "TAKEN" for error in done.user_errors):  # a moment ago, perhaps by a try of ours that was cut
        return _there(transport, change) or Written({"refused": {change.code: "taken"}})
    check(done.user_errors)
    return Written({"discount": done.code_discount_node and done.code_discount_node.id, "live": [change.code]})


def codes(transport: Transport, change: AddCodes, so_far: Mapping[str, Any]) -> Written:
    """Shopify takes them and works through them later. Those that it refuses may be ours from a try that was cut."""
    if "creation" not in so_far:
        return _begin(transport, change)
    creation = look(transport, "codes_creation", {"id": so_far["creation"]}, Creation)
    if creation is None:
        return Written({}, wait=0.0)
    if not creation.done:
        asked = so_far["asked"] + 1
        return Written({**so_far, "asked": asked}, wait=min(2.0**asked / 2, _LONGEST_WAIT))
    refused = {code.code: code.errors[0].message for code in creation.codes.nodes if code.errors}
    if refused:
        for code in _all_codes(transport, so_far["discount"]):
            refused.pop(code, None)
    live = [code for code in change.codes if code not in refused]
    return Written({"discount": so_far["discount"], "live": live, "refused": refused})


def _begin(transport: Transport, change: AddCodes) -> Written:
    found = _by_code(transport, change.discount)
    if found is None:
        raise Refused(f"Shopify has no discount with the code {change.discount} any more.")
    variables = {"discountId": found.id, "codes": [{"code": code} for code in change.codes]}
    begun = ask(transport, "codes_add", variables, Begun)
    check(begun.user_errors)
    if begun.bulk_creation is None:
        raise Refused("Shopify took no codes and gave no reason.")
    return Written({"discount": found.id, "creation": begun.bulk_creation.id, "asked": 0}, wait=0.5)


def _there(transport: Transport, change: MakeDiscount) -> Written | None:
    found = _by_code(transport, change.code)
    if found is None:
        return None
    if found.code_discount.title != change.title:
        return Written({"refused": {change.code: "taken"}})
    return Written({"discount": found.id, "live": [change.code]}, was_so=True)


def _by_code(transport: Transport, code: str) -> Found | None:
    return look(transport, "discount_by_code", {"code": code}, Found)


def _all_codes(transport: Transport, gid: str) -> Iterator[str]:
    after: str | None = None
    while True:
        found = look(transport, "discount_codes", {"id": gid, "after": after}, Listed)
        page = found.code_discount.codes if found else None
        if page is None:
            raise Refused("The discount is not there any more.")
        yield from (code.code for code in page.nodes)
        if not page.page_info.has_next_page:
            return
        after = page.page_info.end_cursor


def _input(change: MakeDiscount) -> dict[str, Any]:
    return {
        "title": change.title,
        "code": change.code,
        "startsAt": change.starts_at.isoformat(),
        "endsAt": change.ends_at and change.ends_at.isoformat(),
        "appliesOncePerCustomer": change.once_per_customer,
        "usageLimit": change.usage_limit,
        "combinesWith": {f"{kind}Discounts": kind in change.combines for kind in ("order", "product", "shipping")},
        "context": {"all": "ALL"},
        "customerGets": {"value": _value(change), "items": {"all": True}},
    }


def _value(change: MakeDiscount) -> dict[str, Any]:
    if change.percentage is not None:
        return {"percentage": float(Decimal(change.percentage) / 100)}
    if change.amount is None or change.currency is None:
        raise Refused("A discount takes off a percentage, or an amount in the shop's currency.")
    amount = Money(change.amount, change.currency).decimal
    return {"discountAmount": {"amount": str(amount), "appliesOnEachItem": False}}
