"""Native discounts with codes: made, given more codes that are worked through later, refused in the recorded words."""

import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.discounts import CodeDiscount, CodeImport, Imported
from sandbox.shop import Discount
from sandbox.shopify.compiler import Arguments, Field
from sandbox.shopify.mutations import UserError, mutation, refused
from sandbox.shopify.values import ApiError, number_of
from sandbox.shopify.world import World

AT_ONCE = 250
LONGEST = 255
MOST = 2**31 - 1
TAKEN = "must be unique. Please try a different code."


class Discounts:
    """Those of one shop. A code is good once it is on the shop's own list, where the till looks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.imports: dict[int, CodeImport] = {}

    def find(self, number: int | None) -> CodeDiscount | None:
        self._settle()
        return self.world.shop.discounts.get(number or 0)

    def by_code(self, code: str) -> CodeDiscount | None:
        """Codes are compared ignoring case."""
        self._settle()
        return next((each for each in self.world.shop.discounts.values() if code.upper() in each.codes), None)

    def find_import(self, number: int | None) -> CodeImport | None:
        self._settle()
        return self.imports.get(number or 0)

    def create(self, given: Arguments) -> dict[str, Any]:
        self._settle()
        if errors := list(_errors(given, self.world.shop.codes.keys())):
            return {"codeDiscountNode": None, "userErrors": errors}
        at = self.world.box.now()
        made = _made(self.world.shop.next_id(), given, at)
        self.world.shop.discounts[made.id] = made
        self._add(made, given["code"])
        self.world.box.tell("discount.created", made, at)
        return {"codeDiscountNode": made, "userErrors": []}

    def add_codes(self, text: str, given: list[dict[str, str]]) -> dict[str, Any]:
        if len(given) > AT_ONCE:
            message = f"The input array size of {len(given)} is greater than the maximum allowed of {AT_ONCE}."
            raise ApiError(message, "MAX_INPUT_SIZE_EXCEEDED", ("discountRedeemCodeBulkAdd", "codes"))
        discount = self.find(number_of(text, "DiscountCodeNode"))
        if discount is None:
            return refused(UserError(["discountId"], "Code discount does not exist.", "INVALID"), "bulkCreation")
        if not given:
            return refused(UserError(["codes"], "Codes can't be blank", "BLANK"), "bulkCreation")
        ready_at = time.monotonic() + self.world.options.bulk_pause
        codes = [Imported(each["code"]) for each in given]
        made = CodeImport(self.world.shop.next_id(), discount, codes, self.world.box.now(), ready_at)
        self.imports[made.id] = made
        # what is answered is how it begins, not how it ends
        begun = CodeImport(made.id, discount, [Imported(each.code) for each in codes], made.created_at, ready_at)
        return {"bulkCreation": begun, "userErrors": []}

    def _settle(self) -> None:
        """Work through what is due by now."""
        for each in self.imports.values():
            if not each.done and time.monotonic() >= each.ready_at:
                self._import(each)

    def _import(self, given: CodeImport) -> None:
        seen: set[str] = set()
        for each in given.codes:
            each.error = _code_error(each.code, "")
            if each.error is None and each.code.upper() in seen:
                each.error = "Codes must be unique within BulkDiscountCodeCreation"
            elif each.error is None and each.code.upper() in self.world.shop.codes:
                each.error = TAKEN
            if each.error is None:
                each.number = self._add(given.discount, each.code)
                self.world.box.tell("discount.code_added", (given.discount, each), given.discount.updated_at)
            seen.add(each.code.upper())
        given.done = True

    def _add(self, discount: CodeDiscount, code: str) -> int:
        number = self.world.shop.next_id()
        discount.codes[code.upper()] = number, code
        discount.updated_at = self.world.box.now()
        is_share = discount.percentage is not None
        value = (discount.percentage or Decimal(0)) * 100 if is_share else discount.amount or Decimal(0)
        self.world.shop.codes[code.upper()] = Discount(
            "code", code, "percentage" if is_share else "fixed_amount", value
        )
        return number


def mutations(discounts: Discounts) -> dict[str, Field]:
    return {
        "discountCodeBasicCreate": mutation(lambda args: discounts.create(args["basicCodeDiscount"])),
        "discountRedeemCodeBulkAdd": mutation(lambda args: discounts.add_codes(args["discountId"], args["codes"])),
    }


def _made(number: int, given: Arguments, at: datetime) -> CodeDiscount:
    value = given["customerGets"]["value"]
    amount, combines = value.get("discountAmount") or {}, given.get("combinesWith") or {}
    return CodeDiscount(
        id=number,
        title=given["title"],
        starts_at=given["startsAt"],
        ends_at=given.get("endsAt"),
        created_at=at,
        updated_at=at,
        percentage=None if value.get("percentage") is None else Decimal(str(value["percentage"])),
        amount=None if amount.get("amount") is None else Decimal(amount["amount"]),
        each_item=bool(amount.get("appliesOnEachItem")),
        combines=frozenset(kind for kind in ("order", "product", "shipping") if combines.get(f"{kind}Discounts")),
        once_per_customer=bool(given.get("appliesOncePerCustomer")),
        usage_limit=given.get("usageLimit"),
    )


def _errors(given: Arguments, taken: Any) -> Iterator[UserError]:
    yield from _title_errors(given.get("title"))
    yield from _code_errors(given.get("code"), taken)
    yield from _time_errors(given)
    yield from _value_errors((given.get("customerGets") or {}).get("value") or {})
    limit = given.get("usageLimit")
    if limit is not None and limit <= 0:
        yield _error(["usageLimit"], "Usage limit must be greater than 0", "GREATER_THAN")
    if limit is not None and limit > MOST:
        yield _error(["usageLimit"], f"Usage limit must be less than or equal to {MOST}", "LESS_THAN_OR_EQUAL_TO")


def _title_errors(title: str | None) -> Iterator[UserError]:
    if not title:
        yield _error(["title"], "Title can't be blank", "BLANK")
    elif len(title) > LONGEST:
        yield _error(["title"], f"Title is too long (maximum is {LONGEST} characters)", "TOO_LONG")


def _code_errors(code: str | None, taken: Any) -> Iterator[UserError]:
    if code is None:
        yield _error(["code"], "Code can't be blank", "BLANK")
    elif wording := _code_error(code, "Code "):
        kind = "TOO_SHORT" if not code else "TOO_LONG" if len(code) > LONGEST else "INVALID"
        yield _error(["code"], wording, kind)
    elif code.upper() in taken:
        yield _error(["code"], f"Code {TAKEN}", "TAKEN")


def _code_error(code: str, subject: str) -> str | None:
    if not code:
        return f"{subject}is too short (minimum is 1 character)"
    if len(code) > LONGEST:
        return f"{subject}is too long (maximum is {LONGEST} characters)"
    return f"{subject}cannot contain newline characters." if "\n" in code or "\r" in code else None


def _time_errors(given: Arguments) -> Iterator[UserError]:
    starts, ends = given.get("startsAt"), given.get("endsAt")
    if starts is None:
        yield _error(["startsAt"], "Starts at can't be blank", "BLANK")
    elif ends is not None and ends <= starts:
        yield _error(["endsAt"], "Ends at needs to be after starts_at", "INVALID")


def _value_errors(value: Arguments) -> Iterator[UserError]:
    percentage, amount = value.get("percentage"), (value.get("discountAmount") or {}).get("amount")
    if percentage is not None and not 0 <= percentage <= 1:
        at = ["customerGets", "value", "percentage"]
        yield _error(at, "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE")
    if amount is not None and Decimal(amount) < 0:  # the platform's own words, which say the contrary
        at = ["customerGets", "value", "discountAmount", "amount"]
        yield _error(at, "Value must be less than or equal to 0", "LESS_THAN_OR_EQUAL_TO")


def _error(place: list[str], message: str, code: str) -> UserError:
    return UserError(["basicCodeDiscount", *place], message, code)
