"""Customer rows become records: the person, the address, what they agreed to."""

from connectors import records
from connectors.shopify import types
from connectors.shopify.reading import address, number, utc

STATES: dict[str, records.Consent] = {"SUBSCRIBED": "granted", "UNSUBSCRIBED": "refused", "PENDING": "pending"}


def customer(row: types.CustomerRow) -> records.CustomerRecord:
    email, phone = row.default_email_address, row.default_phone_number
    return records.CustomerRecord(
        external_id=number(row.id),
        updated_at=utc(row.updated_at),
        head=records.CustomerHead(
            created_at=utc(row.created_at),
            email=email.email_address if email else None,
            phone=phone.phone_number if phone else None,
            first_name=row.first_name or "",
            last_name=row.last_name or "",
            locale=row.locale or None,
            note=row.note or None,
            state=row.state.lower() if row.state else None,
            is_email_verified=row.verified_email,
        ),
        address=address(row.default_address),
        consents=_consents(email, phone),
        tags=tuple(row.tags),
    )


def _consents(email: types.EmailAddress | None, phone: types.PhoneNumber | None) -> tuple[records.ConsentRecord, ...]:
    """One for each address that the customer has; who never said anything is unknown."""
    found = []
    if email is not None:
        found.append(
            records.ConsentRecord(
                channel="email",
                address=email.email_address,
                state=STATES.get(email.marketing_state, "unknown"),
                at=utc(email.marketing_updated_at) if email.marketing_updated_at else None,
                level=_lower(email.marketing_opt_in_level),
            )
        )
    if phone is not None:
        found += _phone_consents(phone)
    return tuple(found)


def _phone_consents(phone: types.PhoneNumber) -> list[records.ConsentRecord]:
    said: list[tuple[str, types.PhoneConsent | None]] = [
        ("sms", phone.sms_marketing_consent),
        ("whatsapp", phone.whats_app_marketing_consent),
    ]
    return [
        records.ConsentRecord(
            channel="sms" if channel == "sms" else "whatsapp",
            address=phone.phone_number,
            state=STATES.get(consent.state, "unknown"),
            at=utc(consent.updated_at) if consent.updated_at else None,
            level=_lower(consent.opt_in_level),
            source=_lower(consent.collected_from) or "",
        )
        for channel, consent in said
        if consent is not None and (channel == "sms" or consent.state != "NEVER_SUBSCRIBED")
    ]


def _lower(word: str | None) -> str | None:
    return word.lower() if word else None
