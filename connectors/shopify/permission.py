"""Shopify's page that asks a merchant to install a stand-alone app, and how a merchant who comes from there is known.

ShopifyAPI makes the address and the signature. Its session is the whole process's, so each app gets a class of its own;
it takes what is a day old and falls over a time that is none, so the time is looked at first.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shopify.session import Session

from connectors.shopify.installation import REQUESTED
from connectors.shopify.transport import VERSION

WINDOW = 90  # seconds, as Shopify's other libraries have it, in both directions


def permission_url(client_id: str, domain: str, back: str, state: str) -> str:
    """Where a merchant is asked. state: comes back with them."""
    session = _session_of(client_id, "")(domain, VERSION)
    return str(session.create_permission_url(list(REQUESTED), back, state))


def is_signed(query: Mapping[str, Sequence[str]], secrets: Sequence[str], now: datetime) -> bool:
    """Did Shopify send a merchant here with this query, just now? now: real time. A value that is there twice is
    refused, since one of the two might not be the one that was signed."""
    if any(len(values) != 1 for name, values in query.items() if not name.endswith("[]")):
        return False
    given = {name: list(values) if name.endswith("[]") else values[0] for name, values in query.items()}
    return _is_fresh(str(given.get("timestamp", "")), now) and any(
        _session_of("", secret).validate_params(given) for secret in secrets
    )


def _is_fresh(timestamp: str, now: datetime) -> bool:
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return is_number and abs(int(timestamp) - now.timestamp()) <= WINDOW


def _session_of(client_id: str, secret: str) -> type[Session]:
    return type("AppSession", (Session,), {"api_key": client_id, "secret": secret})
