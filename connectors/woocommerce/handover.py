"""WooCommerce's own page where a merchant gives an app its keys (/wc-auth), and what the shop then posts."""

from typing import Literal
from urllib.parse import urlencode

import msgspec

from app.errors import BadInput
from connectors.woocommerce.discover import Site

SHOWN = 7  # so many characters of a consumer key's end are shown to those who manage the shop, and to nobody else


class HandedKeys(msgspec.Struct, frozen=True):
    """user_id: what we named the hand-over; nothing else says which shop it is."""

    user_id: str
    consumer_key: str
    consumer_secret: str
    key_permissions: Literal["read", "write", "read_write"]

    @property
    def secrets(self) -> dict[str, str]:
        return {"consumer_key": self.consumer_key, "consumer_secret": self.consumer_secret}


def authorize_url(site: Site, user_id: str, return_url: str, callback_url: str) -> str:
    """Where the merchant approves. Links may be plain there, as for the REST API."""
    asked = {
        "app_name": "Regulars",
        "scope": "read_write",
        "user_id": user_id,
        "return_url": return_url,
        "callback_url": callback_url,
    }
    if site.is_plain:
        return f"{site.home_url}/?{urlencode({'wc-auth-version': '1', 'wc-auth-route': 'authorize', **asked})}"
    return f"{site.home_url}/wc-auth/v1/authorize?{urlencode(asked)}"


def keys_page(home_url: str) -> str:
    """Where the shop lists its keys, with their ends."""
    return f"{home_url}/wp-admin/admin.php?page=wc-settings&tab=advanced&section=keys"


def read(body: bytes) -> HandedKeys:
    """Raises BadInput."""
    try:
        return msgspec.json.decode(body, type=HandedKeys)
    except msgspec.DecodeError as error:
        raise BadInput(str(error), "keys") from error


def is_its_end(typed: str, consumer_key: str) -> bool:
    """Is it the end of the key, as a person copies it: with the stars that the shop puts in front?"""
    return typed.strip().lstrip("*.… ").lower() == consumer_key[-SHOWN:].lower()
