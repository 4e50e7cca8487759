"""Discounts and their codes as an app makes them; what is refused is refused in the recorded words."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.shop import Discount
from tests.sandbox.shopify.conftest import Answer, Asker, document

INPUT = {
    "title": "Ten",
    "code": "TEN",
    "startsAt": "2026-04-25T00:00:00Z",
    "combinesWith": {"productDiscounts": False, "orderDiscounts": True, "shippingDiscounts": False},
    "context": {"all": "ALL"},
    "customerGets": {"value": {"percentage": 0.1}, "items": {"all": True}},
}


def create(asker: Asker, **wish: Any) -> Answer:
    answer = asker.data(document("discount_create"), input={**INPUT, **wish})["discountCodeBasicCreate"]
    return dict(answer)


def made(asker: Asker, **wish: Any) -> str:
    answer = create(asker, **wish)
    assert answer["userErrors"] == []
    return str(answer["codeDiscountNode"]["id"])


def add(asker: Asker, discount: str, *codes: str) -> Answer:
    answer = asker.ask(document("codes_add"), discountId=discount, codes=[{"code": code} for code in codes])
    return answer


def read(asker: Asker, discount: str, code: str = "TEN") -> Answer:
    return dict(asker.data(document("discount_read"), id=discount, code=code))


@pytest.mark.parametrize(
    ("wish", "place", "message", "code"),
    [
        ({"title": ""}, ["title"], "Title can't be blank", "BLANK"),
        ({"title": "x" * 256}, ["title"], "Title is too long (maximum is 255 characters)", "TOO_LONG"),
        ({"code": None}, ["code"], "Code can't be blank", "BLANK"),
        ({"code": ""}, ["code"], "Code is too short (minimum is 1 character)", "TOO_SHORT"),
        ({"code": "A\nB"}, ["code"], "Code cannot contain newline characters.", "INVALID"),
        ({"code": "X" * 256}, ["code"], "Code is too long (maximum is 255 characters)", "TOO_LONG"),
        ({"startsAt": None}, ["startsAt"], "Starts at can't be blank", "BLANK"),
        ({"endsAt": "2026-04-24T00:00:00Z"}, ["endsAt"], "Ends at needs to be after starts_at", "INVALID"),
        ({"usageLimit": 0}, ["usageLimit"], "Usage limit must be greater than 0", "GREATER_THAN"),
        (
            {"customerGets": {"value": {"percentage": 1.5}, "items": {"all": True}}},
            ["customerGets", "value", "percentage"],
            "Value must be between 0.0 and 1.0",
            "VALUE_OUTSIDE_RANGE",
        ),
        (
            {"customerGets": {"value": {"discountAmount": {"amount": "-1"}}, "items": {"all": True}}},
            ["customerGets", "value", "discountAmount", "amount"],
            "Value must be less than or equal to 0",
            "LESS_THAN_OR_EQUAL_TO",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    small: Asker, wish: dict[str, Any], place: list[str], message: str, code: str
) -> None:
    error = {"field": ["basicCodeDiscount", *place], "message": message, "code": code, "extraInfo": None}
    assert create(small, **wish) == {"codeDiscountNode": None, "userErrors": [error]}


def test_a_code_is_there_once_whatever_its_case(small: Asker) -> None:
    made(small)
    (error,) = create(small, code="ten")["userErrors"]
    assert (error["message"], error["code"]) == ("Code must be unique. Please try a different code.", "TAKEN")


def test_a_discount_is_read_as_it_was_made(small: Asker) -> None:
    discount = made(small, endsAt="2999-01-01T00:00:00Z", appliesOncePerCustomer=True, usageLimit=1)
    found = read(small, discount, "tEn")
    assert found["byCode"] == {"id": discount}
    assert found["codeDiscountNode"]["codeDiscount"] == {
        "__typename": "DiscountCodeBasic",
        "title": "Ten",
        "status": "ACTIVE",
        "endsAt": "2999-01-01T00:00:00Z",
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "asyncUsageCount": 0,
        "discountClasses": ["ORDER"],
        "combinesWith": {"orderDiscounts": True, "productDiscounts": False, "shippingDiscounts": False},
        "codes": {"nodes": [{"code": "TEN"}]},
        "codesCount": {"count": 1, "precision": "EXACT"},
        "context": {"__typename": "DiscountBuyerSelectionAll"},
        "customerGets": {
            "value": {"__typename": "DiscountPercentage", "percentage": 0.1},
            "items": {"__typename": "AllDiscountItems"},
        },
    }
    assert small.box.shop.codes["TEN"] == Discount("code", "TEN", "percentage", Decimal("10.0"))


def test_an_amount_is_the_shop_s_money(small: Asker) -> None:
    value = {"discountAmount": {"amount": "5", "appliesOnEachItem": False}}
    discount = made(small, customerGets={"value": value, "items": {"all": True}})
    gets = read(small, discount)["codeDiscountNode"]["codeDiscount"]["customerGets"]["value"]
    currency = small.box.shop.currency
    amount = {"amount": "5.0", "currencyCode": currency}
    assert gets == {"__typename": "DiscountAmount", "amount": amount, "appliesOnEachItem": False}


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [(-2, -1, "EXPIRED"), (-1, 1, "ACTIVE"), (1, 2, "SCHEDULED"), (-1, None, "ACTIVE")],
)
def test_the_days_say_whether_it_is_good(small: Asker, starts: int, ends: int | None, expected: str) -> None:
    def day(number: int) -> str:
        return (small.box.now() + timedelta(days=number)).isoformat()

    discount = made(small, startsAt=day(starts), endsAt=None if ends is None else day(ends))
    assert read(small, discount)["codeDiscountNode"]["codeDiscount"]["status"] == expected


def test_codes_are_taken_at_once_and_worked_through_later(small: Asker) -> None:
    made(small, code="ELSEWHERE")
    discount = made(small)
    codes = ["", "A\nB", "A\rB", "X" * 256, "DUP", "DUP", "OK", "TEN", "elsewhere"]
    answer = add(small, discount, *codes)
    begun = answer["data"]["discountRedeemCodeBulkAdd"]["bulkCreation"]
    assert (begun["done"], begun["codesCount"], begun["importedCount"], begun["failedCount"]) == (False, 9, 0, 0)
    assert [each["errors"] for each in begun["codes"]["nodes"]] == [[]] * 9
    ended = small.data(document("codes_creation"), id=begun["id"])["discountRedeemCodeBulkCreation"]
    assert (ended["done"], ended["importedCount"], ended["failedCount"]) == (True, 2, 7)
    said = [each["errors"][0]["message"] if each["errors"] else None for each in ended["codes"]["nodes"]]
    assert said == [
        "is too short (minimum is 1 character)",
        "cannot contain newline characters.",
        "cannot contain newline characters.",
        "is too long (maximum is 255 characters)",
        None,
        "Codes must be unique within BulkDiscountCodeCreation",
        None,
        "must be unique. Please try a different code.",
        "must be unique. Please try a different code.",
    ]
    kept = read(small, discount, "ok")
    assert kept["byCode"] == {"id": discount}
    found = kept["codeDiscountNode"]["codeDiscount"]
    assert [each["code"] for each in found["codes"]["nodes"]] == ["TEN", "DUP", "OK"]
    assert found["codesCount"] == {"count": 3, "precision": "EXACT"}


def test_what_is_no_batch_is_refused(small: Asker) -> None:
    discount = made(small)
    blank = {"field": ["codes"], "message": "Codes can't be blank", "code": "BLANK", "extraInfo": None}
    expected = {"bulkCreation": None, "userErrors": [blank]}
    assert add(small, discount)["data"]["discountRedeemCodeBulkAdd"] == expected
    unknown = {
        "field": ["discountId"],
        "message": "Code discount does not exist.",
        "code": "INVALID",
        "extraInfo": None,
    }
    answer = add(small, "gid://shopify/DiscountCodeNode/0", "ABC")
    assert answer["data"]["discountRedeemCodeBulkAdd"] == {"bulkCreation": None, "userErrors": [unknown]}
    (error,) = add(small, discount, *[f"MAX{n}" for n in range(251)])["errors"]
    assert error["message"] == "The input array size of 251 is greater than the maximum allowed of 250."
    assert error["extensions"] == {"code": "MAX_INPUT_SIZE_EXCEEDED"}


def test_they_cost_what_was_recorded(small: Asker) -> None:
    answer = small.ask(document("discount_create"), input=INPUT)
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 10
    discount = answer["data"]["discountCodeBasicCreate"]["codeDiscountNode"]["id"]
    begun = add(small, discount, "A")
    assert begun["extensions"]["cost"]["requestedQueryCost"] == 24
    creation = begun["data"]["discountRedeemCodeBulkAdd"]["bulkCreation"]["id"]
    assert small.ask(document("codes_creation"), id=creation)["extensions"]["cost"]["requestedQueryCost"] == 15


def test_listeners_hear_of_discounts_and_codes(small: Asker) -> None:
    heard: list[str] = []
    small.box.listen(lambda event: heard.append(event.kind))
    begun = add(small, made(small), "A", "B")["data"]["discountRedeemCodeBulkAdd"]["bulkCreation"]
    small.data(document("codes_creation"), id=begun["id"])
    assert heard == ["discount.created", "discount.code_added", "discount.code_added"]
