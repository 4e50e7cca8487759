"""Tags and consent of a customer, written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.errors import Refused
from connectors.changes import AddTags, EmailConsent, RemoveTags, SmsConsent, Written
from connectors.shopify import types
from connectors.shopify.mutations import UserError, ask, check, look
from connectors.shopify.reading import number, utc
from connectors.shopify.transport import Transport

_STATES = {"granted": "SUBSCRIBED", "refused": "UNSUBSCRIBED", "pending": "PENDING"}


class Email(types.Part):
    marketing_state: str
    marketing_opt_in_level: str | None = None
    marketing_updated_at: types.Moment | None = None


class SmsState(types.Part):
    state: str
    opt_in_level: str | None = None
    updated_at: types.Moment | None = None


class Phone(types.Part):
    sms_marketing_consent: SmsState | None = None


class Customer(types.Part):
    id: str
    tags: Sequence[str] = ()
    default_email_address: Email | None = None
    default_phone_number: Phone | None = None


class Consented(types.Part):
    customer: Customer | None = None
    user_errors: Sequence[UserError] = ()


class Tagged(types.Part):
    user_errors: Sequence[UserError] = ()


def tags(transport: Transport, change: AddTags | RemoveTags, _: Mapping[str, Any]) -> Written:
    """Shopify compares tags ignoring case."""
    gid = f"gid://shopify/Customer/{change.customer}"
    customer = _customer(transport, {"id": gid})
    if customer is None:
        raise Refused(f"Shopify has no customer {change.customer} any more.")
    there = {tag.lower() for tag in customer.tags}
    adding = isinstance(change, AddTags)
    missing = [tag for tag in change.tags if (tag.strip().lower() in there) is not adding]
    if missing:
        done = ask(transport, "tags_add" if adding else "tags_remove", {"id": gid, "tags": missing}, Tagged)
        check(done.user_errors)
    return Written({"customer": change.customer, "tags": missing}, was_so=not missing)


def consent(transport: Transport, change: EmailConsent | SmsConsent, _: Mapping[str, Any]) -> Written:
    """The later word counts, whoever kept it; of two at one moment the no."""
    is_email = isinstance(change, EmailConsent)
    customer = _customer(transport, {"emailAddress" if is_email else "phoneNumber": change.address})
    if customer is None:
        return _nobody(change)
    state, level, at = _standing(customer, is_email)
    if state == _STATES[change.state]:
        return Written(_said(customer, is_email), was_so=True)
    if at is not None and (at > change.at or (at == change.at and change.state != "refused")):
        return _overtaken(change, customer, is_email, at)
    wish = {
        "marketingState": _STATES[change.state],
        "marketingOptInLevel": (change.level or level or "unknown").upper(),
        "consentUpdatedAt": change.at.isoformat(),
    }
    return _write(transport, customer, is_email, wish)


def _write(transport: Transport, customer: Customer, is_email: bool, wish: Mapping[str, str]) -> Written:
    name, part = ("email_consent", "emailMarketingConsent") if is_email else ("sms_consent", "smsMarketingConsent")
    done = ask(transport, name, {"input": {"customerId": customer.id, part: wish}}, Consented)
    check(done.user_errors)
    if done.customer is None or _standing(done.customer, is_email)[0] != wish["marketingState"]:
        raise Refused("Shopify took it without a word and changed nothing.")
    return Written(_said(done.customer, is_email))


def _customer(transport: Transport, identifier: Mapping[str, str]) -> Customer | None:
    return look(transport, "customer_to_write", {"identifier": identifier}, Customer)


def _standing(customer: Customer, is_email: bool) -> tuple[str, str | None, datetime | None]:
    """State, level and moment, as they stand at the shop."""
    if is_email:
        email = customer.default_email_address or Email("NOT_SUBSCRIBED")
        return email.marketing_state, email.marketing_opt_in_level, _utc(email.marketing_updated_at)
    phone = customer.default_phone_number
    sms = (phone and phone.sms_marketing_consent) or SmsState("NEVER_SUBSCRIBED")
    return sms.state, sms.opt_in_level, _utc(sms.updated_at)


def _said(customer: Customer, is_email: bool) -> dict[str, Any]:
    state, _, at = _standing(customer, is_email)
    return {"customer": number(customer.id), "state": state, "at": at and at.isoformat()}


def _nobody(change: EmailConsent | SmsConsent) -> Written:
    if change.state == "refused":
        return Written({"customer": None}, was_so=True)  # nobody there whom the shop could write to
    raise Refused("Shopify has no customer with this address.")


def _overtaken(change: EmailConsent | SmsConsent, customer: Customer, is_email: bool, at: datetime) -> Written:
    if change.state == "refused":
        return Written(_said(customer, is_email), was_so=True)  # they agreed again later
    raise Refused(f"Shopify says otherwise since {at:%Y-%m-%d %H:%M} UTC, which is later than this.")


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at)
