"""Consent written by the app: what is refused is refused with the recorded words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.shop import Consent, Person
from sandbox.shopify.compiler import Arguments, Field, Fields
from sandbox.shopify.mutations import UserError, mutation, payload, user_errors
from sandbox.shopify.values import ApiError, number_of
from sandbox.shopify.world import World

UNSETTABLE = frozenset({"NOT_SUBSCRIBED", "REDACTED", "INVALID"})


@dataclass(frozen=True, slots=True)
class Channel:
    """Email and SMS differ in names and in what is answered beside an error."""

    root: str
    part: str  # of the input
    not_found: UserError
    keeps_customer: bool  # an error comes with the customer


EMAIL = Channel(
    "customerEmailMarketingConsentUpdate",
    "emailMarketingConsent",
    UserError(["input", "customerId"], "Customer not found", "INVALID"),
    True,
)
SMS = Channel("customerSmsMarketingConsentUpdate", "smsMarketingConsent", UserError(None, "Customer not found"), False)


def fields() -> Fields:
    return {
        "CustomerEmailMarketingConsentUpdatePayload": payload("customer"),
        "CustomerSmsMarketingConsentUpdatePayload": payload("customer"),
        **user_errors("CustomerEmailMarketingConsentUpdateUserError", "CustomerSmsMarketingConsentError"),
    }


def mutations(world: World) -> dict[str, Field]:
    return {
        EMAIL.root: mutation(lambda args: _update(world, EMAIL, args["input"])),
        SMS.root: mutation(lambda args: _update(world, SMS, args["input"])),
    }


def _update(world: World, channel: Channel, given: Arguments) -> dict[str, Any]:
    wish = given[channel.part]
    if wish["marketingState"] in UNSETTABLE:
        message = f"Cannot specify {wish['marketingState']} as a marketing state input"
        raise ApiError(message, "INVALID", (channel.root,))
    person = world.person(number_of(given["customerId"], "Customer"))
    if person is None:
        return {"customer": None, "userErrors": [channel.not_found]}
    if error := _error(world, channel, person, wish):
        return {"customer": person if channel.keeps_customer else None, "userErrors": [error]}
    _write(world, channel, person, wish)
    return {"customer": person, "userErrors": []}


def _error(world: World, channel: Channel, person: Person, wish: Arguments) -> UserError | None:
    level = wish.get("marketingOptInLevel")
    if channel is SMS and not person.phone:
        return UserError(["input", channel.part], "A phone number is required to set the SMS consent state.", "INVALID")
    if level is None:
        at = ["input", channel.part, "marketingOptInLevel"]
        return UserError(at, "Marketing opt in level must exist", "MISSING_ARGUMENT")
    if wish["marketingState"] == "PENDING" and level != "CONFIRMED_OPT_IN":
        at = ["input", channel.part, "marketingOptInLevel"]
        return UserError(at, "Marketing opt in level must be confirmed opt-in for pending consent state", "INVALID")
    if (wish.get("consentUpdatedAt") or world.box.now()) > world.box.now():
        at = ["input", channel.part, "consentUpdatedAt"]
        return UserError(at, "Consent updated at must not be in the future", "INVALID")
    return None


def _write(world: World, channel: Channel, person: Person, wish: Arguments) -> None:
    at: datetime = wish.get("consentUpdatedAt") or world.box.now()
    consent = Consent(wish["marketingState"].lower(), at, wish["marketingOptInLevel"].lower(), source="app")
    if channel is SMS:
        world.box.set_sms_consent(person.id, consent)
    elif person.email:  # without an email nothing is changed and nothing said
        world.box.set_consent(person.id, consent)
