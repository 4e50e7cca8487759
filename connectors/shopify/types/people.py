"""Customers."""

from connectors.shopify.types.parts import MailingAddress, Moment, Part, Row


class EmailAddress(Part):
    email_address: str
    marketing_state: str = ""
    marketing_opt_in_level: str | None = None
    marketing_updated_at: Moment | None = None


class PhoneConsent(Part):
    state: str = ""
    opt_in_level: str | None = None
    updated_at: Moment | None = None
    collected_from: str | None = None


class PhoneNumber(Part):
    phone_number: str
    sms_marketing_consent: PhoneConsent | None = None
    whats_app_marketing_consent: PhoneConsent | None = None


class CustomerRow(Row):
    created_at: Moment
    updated_at: Moment
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    note: str | None = None
    state: str | None = None
    tags: tuple[str, ...] = ()
    verified_email: bool | None = None
    default_email_address: EmailAddress | None = None
    default_phone_number: PhoneNumber | None = None
    default_address: MailingAddress | None = None
