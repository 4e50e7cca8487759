"""Dates as WooCommerce writes and reads them: shop-local and GMT, without an offset, whole seconds."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.woocommerce.errors import invalid

FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?([Zz]|[+-]\d\d(?::?\d\d)?)?", re.ASCII)


def gmt(at: datetime | None) -> str | None:
    return at.isoformat()[:19] if at else None


def local(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat()[:19] if at else None


def pair(name: str, at: datetime | None, zone: ZoneInfo) -> dict[str, str | None]:
    return {name: local(at, zone), f"{name}_gmt": gmt(at)}


def read(name: str, text: str, zone: ZoneInfo, dates_are_gmt: bool) -> datetime:
    """A date parameter in UTC.

    Only naive GMT with the flag is plain sailing: without it a naive date is shop-local, and an offset *with* it is
    first turned into local time and that is then taken for GMT, so it is off by the shop's zone.
    """
    match = FORM.fullmatch(text)
    if match is None:
        raise invalid(name, "Invalid date.", "rest_invalid_date")
    year, month, *rest = (int(part) for part in match.groups()[:6])
    naive = _forgiving(year, month, *rest)
    offset = match[7]
    if offset is None:
        return naive.replace(tzinfo=UTC if dates_are_gmt else zone).astimezone(UTC)
    aware = naive.replace(tzinfo=UTC) - _offset(offset)
    return aware.astimezone(zone).replace(tzinfo=UTC) if dates_are_gmt else aware


def _forgiving(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    """As PHP counts: 30 February is 2 March."""
    if not 1 <= month <= 12:
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime(year, month, 1) + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)  # noqa: DTZ001


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    digits = text[1:].replace(":", "")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return -size if text[0] == "-" else size
