"""A finding in words, on the page and in the report."""

from collections.abc import Callable
from datetime import date

from babel.dates import format_date

from app.lib.i18n import _, locale, noted
from app.proof.models import Finding

KINDS = {
    "order": noted("Order"), "refund": noted("Refund"), "customer": noted("Customer"), "product": noted("Product"),
}  # fmt: skip
WHATS = {
    "missing": noted("Missing in Regulars"), "stale": noted("Out of date in Regulars"),
    "extra": noted("No longer an order in the shop"), "deleted": noted("Deleted in the shop"),
}  # fmt: skip
_FIELDS = {
    "placed": noted("Placed"), "refunded": noted("Refunded"), "net": noted("Net"), "day": noted("Day"),
    "counted": noted("Counts as a sale"), "refunds": noted("Refunds"), "amounts": noted("Amounts"),
}  # fmt: skip
_VALUES = {
    "kept": noted("there"), "None": noted("none"), "True": noted("yes"), "False": noted("no"),
    "refunded, and no refund named": noted("refunded, and no refund named"),
}  # fmt: skip
Amount = Callable[[int, str], str]  # of minor units and a currency


def record(one: Finding) -> str:
    return f"{_(KINDS[one.kind])} {one.external_id}"


def what(one: Finding) -> str:
    """What differed: that one side has no such record, or which part of it."""
    said = _(WHATS[one.what])
    return f"{said} · {_(_FIELDS[one.field])}" if one.field in _FIELDS else said


def value(one: Finding, said: str | None, amount: Amount) -> str:
    """What one side says of it."""
    if str(said) in _VALUES:
        return _(_VALUES[str(said)])
    assert said is not None
    if one.currency:
        return amount(int(said), one.currency)
    return format_date(date.fromisoformat(said), locale=locale()) if one.field == "day" else said
