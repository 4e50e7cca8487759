"""What a shop says of itself as a whole."""

from collections.abc import Mapping

import msgspec

from app.errors import NotFound, PlatformDown
from connectors.base import ShopFacts
from connectors.woocommerce.transport import Transport


class _Settings(msgspec.Struct):
    currency: str
    number_of_decimals: int = 2


class _Status(msgspec.Struct):
    settings: _Settings


class _Currency(msgspec.Struct):
    code: str


class _Setting(msgspec.Struct):
    value: str = ""


def read(transport: Transport, rates: Mapping[str, str]) -> ShopFacts:
    """Three or four small reads; also the proof that the key works."""
    currency, decimals = _money(transport)
    site = transport.index()
    return ShopFacts(
        domain=site.domain,
        name=site.name or site.domain,
        currency=currency,
        timezone=site.timezone,
        home_url=site.home_url,
        email=_setting(transport, "email/woocommerce_email_from_address") or None,
        taxes_included=_setting(transport, "tax/woocommerce_prices_include_tax") == "yes",
        decimals=decimals,
        rates=rates,
    )


def _money(transport: Transport) -> tuple[str, int]:
    try:
        answer = transport.get("wc/v3/system_status", {"_fields": "settings"})
        found = msgspec.json.decode(answer.content, type=_Status).settings
    except (PlatformDown, NotFound, msgspec.ValidationError):  # hosts like to close this one
        answer = transport.get("wc/v3/data/currencies/current")
        return msgspec.json.decode(answer.content, type=_Currency).code, 2
    return found.currency, found.number_of_decimals


def _setting(transport: Transport, name: str) -> str:
    try:
        return msgspec.json.decode(transport.get(f"wc/v3/settings/{name}").content, type=_Setting).value
    except (NotFound, msgspec.ValidationError):
        return ""  # a setting of another version: nothing rests on it
