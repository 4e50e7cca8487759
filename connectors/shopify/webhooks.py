"""Webhook deliveries: whose they are, which is which, and when it happened; all of it from their headers."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by name, whatever the case of either; empty where there is none."""
    value = headers.get(name)
    if value is None:
        value = next((found for key, found in headers.items() if key.lower() == name.lower()), "")
    return value


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    given = header(headers, "X-Shopify-Hmac-Sha256").encode(errors="replace")
    digests = [base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)) for secret in secrets if secret]
    return any([hmac.compare_digest(given, digest) for digest in digests])  # noqa: C419  all are compared


def topic_of(headers: Mapping[str, str]) -> str:
    return header(headers, "X-Shopify-Topic")


def delivery_key(headers: Mapping[str, str], body: bytes) -> str:
    """X-Shopify-Webhook-Id. X-Shopify-Event-Id will not do: two topics of one action share it."""
    return (
        header(headers, "X-Shopify-Webhook-Id") or hashlib.sha256(topic_of(headers).encode() + b"\n" + body).hexdigest()
    )


def triggered_at(headers: Mapping[str, str]) -> datetime | None:
    """When it happened, which a delivery says that comes hours later; None where it does not."""
    try:
        found = datetime.fromisoformat(header(headers, "X-Shopify-Triggered-At"))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
