"""Customers: who they are, what they bought, what they consented to."""

from typing import Any

from sandbox.shop import Consent, Person
from sandbox.shopify.compiler import Fields
from sandbox.shopify.listing import Listing
from sandbox.shopify.paging import Within
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.search import Choice, Number, Text, Time
from sandbox.shopify.values import Money, gid, iso
from sandbox.shopify.world import World

NOT_SUBSCRIBED = Consent("not_subscribed")
STATES = frozenset({"enabled", "disabled", "invited", "declined"})


def display_name(person: Person) -> str:
    return f"{person.first_name} {person.last_name}".strip() or person.email or person.phone


def state(person: Person) -> str:
    """An account is enabled; a record that checkout made is disabled."""
    return "ENABLED" if person.registered else "DISABLED"


def sorted_tags(tags: tuple[str, ...]) -> list[str]:
    return sorted(tags, key=str.lower)


def listing(world: World) -> Listing:
    def people() -> list[Person]:
        return [person for person in world.shop.people.values() if person.deleted_at is None]

    return Listing(
        people,
        world.version,
        {
            "ID": lambda person: person.id,
            "CREATED_AT": lambda person: person.created_at,
            "UPDATED_AT": lambda person: person.updated_at,
            "NAME": lambda person: f"{person.last_name}, {person.first_name}",
            "LOCATION": lambda person: f"{person.address.country}, {person.address.city}",
        },
        "ID",
        {
            "id": Number(lambda person: person.id),
            "email": Text(lambda person: person.email),
            "phone": Text(lambda person: person.phone),
            "first_name": Text(lambda person: person.first_name),
            "last_name": Text(lambda person: person.last_name),
            "country": Text(lambda person: [person.address.country, person.address.country_code]),
            "tag": Text(lambda person: person.tags),
            "state": Choice(STATES, lambda person, wanted: state(person).lower() == wanted),
            "customer_date": Time(lambda person: person.created_at),
            "updated_at": Time(lambda person: person.updated_at),
            "default": Text(lambda person: [person.email or "", person.first_name, person.last_name]),
        },
        frozenset({"email", "state", "tag"}),
    )


def fields(world: World) -> Fields:
    return {
        "Customer": {**_head(world), **_history(world), **_contact(world)},
        "CustomerEmailAddress": _email(world),
        "CustomerPhoneNumber": _phone(),
        "CustomerSmsMarketingConsent": _sms(),
        "CustomerWhatsAppMarketingConsent": _sms(),
        "CustomerEmailMarketingConsentState": _old_consent(),
        "CustomerSmsMarketingConsentState": _old_consent(),
        "CustomerStatistics": {"predictedSpendTier": lambda _: None},
        "StoreCreditAccount": {},
        "Metafield": {
            "id": lambda each: gid("Metafield", each[4]),
            "namespace": lambda each: each[0],
            "key": lambda each: each[1],
            "type": lambda each: each[2],
            "value": lambda each: each[3],
        },
    }


def _head(world: World) -> dict[str, Any]:
    return {
        "id": lambda person: gid("Customer", person.id),
        "legacyResourceId": lambda person: str(person.id),
        "createdAt": lambda person: iso(person.created_at),
        "updatedAt": lambda person: iso(person.updated_at),
        "firstName": lambda person: blank(person.first_name),
        "lastName": lambda person: blank(person.last_name),
        "displayName": display_name,
        "locale": lambda person: person.locale,
        "note": lambda person: blank(person.note),
        "state": state,
        "tags": lambda person: sorted_tags(person.tags),
        "verifiedEmail": lambda person: person.email is not None,
        "taxExempt": lambda _: False,
        "dataSaleOptOut": lambda _: False,
        "canDelete": lambda person: not world.orders_of(person.id),
        "statistics": lambda person: person,
        "storeCreditAccounts": Within(lambda _: []),
        "metafields": Within(_metafields),
    }


def _metafields(person: Person) -> list[tuple[str, str, str, str, int]]:
    """A birthday is kept where the platform's own form keeps it."""
    return [("facts", "birth_date", "date", person.birthday, person.id)] if person.birthday else []


def _history(world: World) -> dict[str, Any]:
    return {
        "numberOfOrders": lambda person: str(len(world.orders_of(person.id))),
        "amountSpent": lambda person: Money(world.spent(person), world.shop.currency),
        "lastOrder": lambda person: next(reversed(world.orders_of(person.id)), None),
        "orders": Within(lambda person: world.orders_of(person.id)),
    }


def _contact(world: World) -> dict[str, Any]:
    return {
        "email": lambda person: person.email,
        "phone": lambda person: blank(person.phone),
        "defaultEmailAddress": lambda person: person if person.email else None,
        "defaultPhoneNumber": lambda person: person if person.phone else None,
        "emailMarketingConsent": lambda person: (person.consent or NOT_SUBSCRIBED) if person.email else None,
        "smsMarketingConsent": lambda person: (person.sms_consent or NOT_SUBSCRIBED) if person.phone else None,
        "defaultAddress": lambda person: person.address if has_address(person) else None,
        "addresses": lambda person: [person.address] if has_address(person) else [],
        "addressesV2": Within(lambda person: [person.address] if has_address(person) else []),
    }


def has_address(person: Person) -> bool:
    return bool(person.address.country_code or person.address.address1)


def _email(world: World) -> dict[str, Any]:
    leave = f"https://{world.options.domain}/account/unsubscribe?customer="
    return {
        "emailAddress": lambda person: person.email,
        "validFormat": lambda person: "@" in person.email,
        "marketingState": lambda person: (person.consent or NOT_SUBSCRIBED).state.upper(),
        "marketingOptInLevel": lambda person: (person.consent or NOT_SUBSCRIBED).opt_in_level.upper(),
        "marketingUpdatedAt": lambda person: iso((person.consent or NOT_SUBSCRIBED).at),
        "marketingUnsubscribeUrl": lambda person: f"{leave}{person.id}",
        "openTrackingLevel": lambda _: "UNKNOWN",
        "sourceLocation": lambda _: None,
    }


def _phone() -> dict[str, Any]:
    return {
        "phoneNumber": lambda person: person.phone,
        "marketingState": lambda person: (person.sms_consent or NOT_SUBSCRIBED).state.upper(),
        "marketingOptInLevel": lambda person: (person.sms_consent or NOT_SUBSCRIBED).opt_in_level.upper(),
        "marketingUpdatedAt": lambda person: iso((person.sms_consent or NOT_SUBSCRIBED).at),
        "marketingCollectedFrom": lambda person: "OTHER" if person.sms_consent else None,
        "smsMarketingConsent": lambda person: person.sms_consent or NOT_SUBSCRIBED,
        "whatsAppMarketingConsent": lambda _: NOT_SUBSCRIBED,
        "sourceLocation": lambda _: None,
    }


def _sms() -> dict[str, Any]:
    """The newer consent objects call NOT_SUBSCRIBED never subscribed."""
    return {
        "state": lambda consent: "NEVER_SUBSCRIBED" if consent.state == "not_subscribed" else consent.state.upper(),
        "optInLevel": lambda consent: consent.opt_in_level.upper(),
        "updatedAt": lambda consent: iso(consent.at),
        "collectedFrom": lambda consent: "OTHER" if consent.at else None,
        "sourceLocation": lambda _: None,
    }


def _old_consent() -> dict[str, Any]:
    return {
        "marketingState": lambda consent: consent.state.upper(),
        "marketingOptInLevel": lambda consent: consent.opt_in_level.upper(),
        "consentUpdatedAt": lambda consent: iso(consent.at),
        "consentCollectedFrom": lambda consent: "OTHER" if consent.at else None,
    }
