"""Customers, and what they agreed to."""

from datetime import datetime
from typing import Literal

from connectors.records.parts import Address, Consent, Part


class CustomerHead(Part, frozen=True):
    created_at: datetime | None = None
    email: str | None = None
    phone: str | None = None
    first_name: str = ""
    last_name: str = ""
    locale: str | None = None
    note: str | None = None
    state: str | None = None
    is_email_verified: bool | None = None


class ConsentRecord(Part, frozen=True):
    """Consent of one address on one channel, as the platform states it. at: when it was given, None where unsaid."""

    channel: Literal["email", "sms", "whatsapp"]
    address: str
    state: Consent
    at: datetime | None = None
    level: str | None = None
    source: str = ""
    text: str | None = None


class CustomerRecord(Part, frozen=True, tag="customer"):
    external_id: str
    updated_at: datetime | None  # None: the platform does not say (WooCommerce, never saved)
    head: CustomerHead | None = None
    address: Address | None = None
    consents: tuple[ConsentRecord, ...] | None = None
    tags: tuple[str, ...] | None = None
    withheld: tuple[str, ...] = ()  # as in an order
