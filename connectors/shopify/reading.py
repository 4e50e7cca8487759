"""What rows of every kind are read by: ids, moments, addresses."""

from datetime import UTC, datetime

from app.errors import BadInput
from connectors import records
from connectors.shopify import types


def number(gid: str) -> str:
    """ "6012345678901" of "gid://shopify/Order/6012345678901"."""
    plain = gid.rpartition("/")[2]
    if not plain:
        raise BadInput("an id is missing", "$.id")
    return plain


def utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def address(row: types.MailingAddress | None) -> records.Address:
    """An address that is not there is an empty one: the platform always says."""
    if row is None:
        return _NOWHERE
    return records.Address(
        row.first_name or "",
        row.last_name or "",
        row.company or "",
        row.address1 or "",
        row.address2 or "",
        row.city or "",
        row.province_code or "",
        row.zip or "",
        row.country_code_v2 or "",
        row.phone or "",
    )


_NOWHERE = records.Address()
