"""How WooCommerce writes texts, times, quantities and addresses."""

from datetime import UTC, datetime
from functools import lru_cache
from html import unescape

from connectors.records import Address
from connectors.woocommerce import types

_NOWHERE = Address()
_NUMBERS = (int, float)
_NAIVE_EPOCH, _EPOCH = datetime(1970, 1, 1), datetime(1970, 1, 1, tzinfo=UTC)  # noqa: DTZ001


def decoded(text: str) -> str:
    return unescape(text) if "&" in text else text


def utc(naive: datetime | None) -> datetime | None:
    """The `_gmt` dates are in UTC and do not say so."""
    return None if naive is None else moment(naive)


def moment(given: datetime) -> datetime:
    # a tenth of what replace(tzinfo=UTC) takes, and every order has four
    return _EPOCH + (given - _NAIVE_EPOCH) if given.tzinfo is None else given.astimezone(UTC)


def quantity(said: int | float) -> int:
    """Some plugins sell by weight: 0.4 of something is one line item still."""
    whole = int(said)
    return whole if whole == said else int(said + 0.5) or 1


@lru_cache(maxsize=1 << 14)  # an order after the other has the same goods
def titles(written: str, parent_written: str | None) -> tuple[str, str | None]:
    """A product's title and its variation's, which WooCommerce writes as one name behind the parent's."""
    name, parent = decoded(written), decoded(parent_written or "")
    if not parent:
        return name, None
    return parent, name.removeprefix(parent).removeprefix(" - ") or None


def plain(value: object) -> str:
    """Meta values are anything at all; what is not text or a number is not shown."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, _NUMBERS) and not isinstance(value, bool) else ""


def address(place: types.Place) -> Address:
    """As it was typed: an order's addresses are raw, <script> included."""
    made = Address(
        place.first_name, place.last_name, place.company, place.address_1, place.address_2, place.city, place.state,
        place.postcode, place.country, place.phone or "",
    )  # fmt: skip
    return _NOWHERE if made == _NOWHERE else made
