"""Consent and tags as an app writes them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.shop import Consent
from tests.sandbox.shopify.conftest import Asker, document

ANN = "gid://shopify/Customer/1"
SUBSCRIBED = {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}
ROOTS = {
    "email": ("email_consent", "customerEmailMarketingConsentUpdate", "emailMarketingConsent"),
    "sms": ("sms_consent", "customerSmsMarketingConsentUpdate", "smsMarketingConsent"),
}


def write(asker: Asker, channel: str, customer: str = ANN, **wish: Any) -> Any:
    name, root, part = ROOTS[channel]
    answer = asker.ask(document(name), input={"customerId": customer, part: wish})
    return answer["data"][root] if answer.get("data") and answer["data"][root] else answer


@pytest.fixture
def reachable(small: Asker) -> Asker:
    """Ann has a phone."""
    small.box.change_customer(1, phone="+4930123456")
    return small


def test_consent_to_email_is_written_and_read(small: Asker) -> None:
    wish = {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "consentUpdatedAt": "2026-04-25T01:00:00Z",
    }
    answer = write(small, "email", **wish)
    assert answer["userErrors"] == []
    assert answer["customer"]["defaultEmailAddress"] == {
        "emailAddress": "ann@example.com",
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "marketingUpdatedAt": "2026-04-25T01:00:00Z",
    }
    kept = small.box.shop.people[1].consent
    assert kept == Consent("subscribed", datetime(2026, 4, 25, 1, tzinfo=UTC), "single_opt_in", "app")


def test_consent_to_sms_is_written_and_read(reachable: Asker) -> None:
    wish = {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "UNKNOWN",
        "consentUpdatedAt": "2026-04-25T01:00:00Z",
    }
    answer = write(reachable, "sms", **wish)
    assert answer["customer"]["defaultPhoneNumber"]["smsMarketingConsent"] == {
        "state": "SUBSCRIBED",
        "optInLevel": "UNKNOWN",
        "updatedAt": "2026-04-25T01:00:00Z",
    }


@pytest.mark.parametrize(("channel", "keeps"), [("email", True), ("sms", False)])
def test_without_a_level_an_argument_is_missing(reachable: Asker, channel: str, keeps: bool) -> None:
    answer = write(reachable, channel, marketingState="SUBSCRIBED")
    at = ["input", ROOTS[channel][2], "marketingOptInLevel"]
    error = {"field": at, "message": "Marketing opt in level must exist", "code": "MISSING_ARGUMENT"}
    assert answer["userErrors"] == [error]
    assert (answer["customer"] is not None) is keeps


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_pending_needs_a_confirmed_opt_in(reachable: Asker, channel: str) -> None:
    answer = write(reachable, channel, marketingState="PENDING", marketingOptInLevel="SINGLE_OPT_IN")
    (error,) = answer["userErrors"]
    assert error["message"] == "Marketing opt in level must be confirmed opt-in for pending consent state"
    good = write(reachable, channel, marketingState="PENDING", marketingOptInLevel="CONFIRMED_OPT_IN")
    assert good["userErrors"] == []


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_date_in_the_future_is_refused(reachable: Asker, channel: str) -> None:
    wish = {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "consentUpdatedAt": "2999-01-01T00:00:00Z",
    }
    (error,) = write(reachable, channel, **wish)["userErrors"]
    assert error["message"] == "Consent updated at must not be in the future"
    assert error["field"] == ["input", ROOTS[channel][2], "consentUpdatedAt"]


@pytest.mark.parametrize(
    ("channel", "state"),
    [("email", "NOT_SUBSCRIBED"), ("email", "REDACTED"), ("email", "INVALID"), ("sms", "REDACTED")],
)
def test_states_that_cannot_be_set_are_errors_of_the_whole(reachable: Asker, channel: str, state: str) -> None:
    answer = write(reachable, channel, marketingState=state, marketingOptInLevel="SINGLE_OPT_IN")
    (error,) = answer["errors"]
    assert error["message"] == f"Cannot specify {state} as a marketing state input"
    assert (error["extensions"], error["path"]) == ({"code": "INVALID"}, [ROOTS[channel][1]])
    assert answer["data"] == {ROOTS[channel][1]: None}


def test_email_consent_without_an_email_says_nothing_and_changes_nothing(small: Asker) -> None:
    small.box.change_customer(1, email=None)
    answer = write(small, "email", marketingState="SUBSCRIBED", marketingOptInLevel="SINGLE_OPT_IN")
    assert answer == {"customer": {"id": ANN, "defaultEmailAddress": None}, "userErrors": []}
    assert small.box.shop.people[1].consent is None


def test_sms_consent_without_a_phone_is_an_error(small: Asker) -> None:
    answer = write(small, "sms", marketingState="SUBSCRIBED", marketingOptInLevel="SINGLE_OPT_IN")
    assert answer["customer"] is None
    assert answer["userErrors"][0]["message"] == "A phone number is required to set the SMS consent state."


def test_nobodys_consent_cannot_be_set(small: Asker) -> None:
    stranger = "gid://shopify/Customer/999"
    email = {"field": ["input", "customerId"], "message": "Customer not found", "code": "INVALID"}
    assert write(small, "email", stranger, **SUBSCRIBED) == {"customer": None, "userErrors": [email]}
    sms = {"field": None, "message": "Customer not found", "code": None}
    assert write(small, "sms", stranger, **SUBSCRIBED) == {"customer": None, "userErrors": [sms]}


def test_a_date_that_is_none_is_a_wrong_variable(small: Asker) -> None:
    answer = write(small, "email", marketingState="SUBSCRIBED", consentUpdatedAt="not-a-date")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


def tags(asker: Asker) -> list[str]:
    found: list[str] = asker.data(f'{{ customer(id: "{ANN}") {{ tags }} }}')["customer"]["tags"]
    return found


def test_tags_are_split_compared_without_case_and_sorted(small: Asker) -> None:
    small.data(document("tags_add"), id=ANN, tags=["Red", "b, A"])
    small.data(document("tags_add"), id=ANN, tags=["red", "c"])
    assert tags(small) == ["A", "b", "c", "Red"]
    answer = small.data(document("tags_remove"), id=ANN, tags=["RED", "unknown"])["tagsRemove"]
    assert answer == {"node": {"id": ANN}, "userErrors": []}
    assert tags(small) == ["A", "b", "c"]


def test_a_customer_has_250_tags_at_most(small: Asker) -> None:
    answer = small.data(document("tags_add"), id=ANN, tags=[str(number) for number in range(251)])["tagsAdd"]
    assert answer["userErrors"] == [{"field": ["tags"], "message": "Tags cannot be more than 250"}]
    assert tags(small) == []


def test_orders_and_products_have_tags_too(small: Asker) -> None:
    order = next(iter(small.box.shop.orders.values()))
    heard: list[str] = []
    small.box.listen(lambda event: heard.append(event.kind))
    small.data(document("tags_add"), id=f"gid://shopify/Order/{order.id}", tags=["gift"])
    assert (order.tags, heard) == (("gift",), ["order.updated"])
    small.data(document("tags_add"), id="gid://shopify/Product/1", tags=["sale"])
    assert small.box.shop.products[1].tags == ("sale",)


def test_what_does_not_exist_cannot_be_tagged(small: Asker) -> None:
    answer = small.data(document("tags_add"), id="gid://shopify/Customer/999", tags=["x"])["tagsAdd"]
    assert answer == {"node": None, "userErrors": [{"field": ["id"], "message": "Customer does not exist"}]}


def test_tags_that_are_there_already_change_nothing(small: Asker) -> None:
    small.data(document("tags_add"), id=ANN, tags=["vip"])
    at = small.box.shop.people[1].updated_at
    small.data(document("tags_add"), id=ANN, tags=["VIP"])
    assert small.box.shop.people[1].updated_at == at
