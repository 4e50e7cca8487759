"""Webhook bodies of customers: thin, since consent and tags have topics of their own."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.money import decimal
from sandbox.shop import Address, Person
from sandbox.shopify.resolve_customers import NOT_SUBSCRIBED, has_address, state
from sandbox.shopify.resolve_money import address_number
from sandbox.shopify.values import gid, milliseconds
from sandbox.shopify.world import World

Body = dict[str, Any]


def shop_time(world: World, at: datetime | None) -> str | None:
    """With the offset of the shop's zone on that day."""
    return None if at is None else at.astimezone(ZoneInfo(world.shop.timezone)).isoformat(timespec="seconds")


def address_of(address: Address | None) -> Body | None:
    if address is None:
        return None
    return {
        "first_name": address.first_name or None,
        "address1": address.address1 or None,
        "phone": address.phone or None,
        "city": address.city or None,
        "zip": address.postcode or None,
        "province": address.province_code or None,
        "country": address.country or None,
        "last_name": address.last_name or None,
        "address2": address.address2 or None,
        "company": address.company or None,
        "latitude": None,
        "longitude": None,
        "name": f"{address.first_name} {address.last_name}".strip(),
        "country_code": address.country_code or None,
        "province_code": address.province_code or None,
    }


def customer_of(world: World, person: Person) -> Body:
    """A customer inside other bodies: without consent, tags, totals, and without a list of addresses."""
    body: Body = {
        "id": person.id,
        "created_at": shop_time(world, person.created_at),
        "updated_at": shop_time(world, person.updated_at),
        "first_name": person.first_name or None,
        "last_name": person.last_name or None,
        "state": state(person).lower(),
        "note": person.note or None,
        "verified_email": person.email is not None,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": person.email,
        "phone": person.phone or None,
        "currency": world.shop.currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", person.id),
    }
    return {**body, "default_address": _default_address(person)} if has_address(person) else body


def customer_head(world: World, person: Person) -> Body:
    """customers/create, /update."""
    addresses = [_default_address(person)] if has_address(person) else []
    return {**customer_of(world, person), "addresses": addresses}


def _default_address(person: Person) -> Body:
    address = address_of(person.address) or {}
    shared = {key: value for key, value in address.items() if key not in ("latitude", "longitude")}
    extra = {"country_name": address.get("country"), "default": True}
    return {"id": address_number(person.address), "customer_id": person.id, **shared, **extra}


def customer_deleted(_: World, person: Person) -> Body:
    return {"id": person.id, "tax_exemptions": [], "admin_graphql_api_id": gid("Customer", person.id)}


def email_consent(world: World, person: Person) -> Body:
    consent = person.consent or NOT_SUBSCRIBED
    return {
        "customer_id": person.id,
        "email_address": person.email,
        "email_marketing_consent": {
            "state": consent.state,
            "opt_in_level": consent.opt_in_level,
            "consent_updated_at": shop_time(world, consent.at),
        },
    }


def sms_consent(world: World, person: Person) -> Body:
    """Here the customer's number is under `id`."""
    consent = person.sms_consent or NOT_SUBSCRIBED
    return {
        "id": person.id,
        "phone": person.phone or None,
        "sms_marketing_consent": {
            "state": consent.state,
            "opt_in_level": consent.opt_in_level,
            "consent_updated_at": shop_time(world, consent.at),
            "consent_collected_from": "OTHER",
        },
    }


def purchases(world: World, person: Person, at: datetime) -> Body:
    """customers/purchasing_summary."""
    orders = world.orders_of(person.id)
    return {
        "customerId": gid("Customer", person.id),
        "numberOfOrders": len(orders),
        "amountSpent": {
            "amount": decimal(world.spent(person), world.shop.currency),
            "currencyCode": world.shop.currency,
        },
        "lastOrderId": gid("Order", orders[-1].id) if orders else None,
        "occurredAt": milliseconds(at),
    }


def merged(kept: Person, gone: Person) -> Body:
    """customers/merge."""
    return {
        "admin_graphql_api_customer_kept_id": gid("Customer", kept.id),
        "admin_graphql_api_customer_deleted_id": gid("Customer", gone.id),
        "admin_graphql_api_job_id": None,
        "status": "completed",
        "errors": [],
    }


def tags_changed(person: Person, tags: list[str], at: datetime) -> Body:
    return {"customerId": gid("Customer", person.id), "tags": tags, "occurredAt": milliseconds(at)}
