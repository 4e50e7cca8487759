"""Whether an address may be written to: refusal wins at first sight, and only a dated grant with a source widens."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import select

from app.consent.addresses import ChannelName, address_key
from app.consent.models import ConsentEntry, Suppression
from app.db.scope import ShopScope

_STRICTNESS = {"granted": 0, "pending": 1, "refused": 2}
_NOT_GRANTED = {
    "refused": "does not want mails",
    "pending": "has not confirmed yet",
    "unknown": "has never agreed to mails",
}


class Standing(NamedTuple):
    """What counts for an address now, and the entry that says so."""

    state: str
    entry: ConsentEntry | None


def standing(entries: Iterable[ConsentEntry]) -> Standing:
    """The latest statement that counts, at one moment the strictest; the order in which they came does not matter.

    A grant counts with a time and a source only (R54): what a sync states without a time can never widen. A refusal
    counts as of the moment at which the platform stated it (R55), so that a grant has to be later than that.
    """
    counting = [entry for entry in entries if _counts(entry)]
    if not counting:
        return Standing("unknown", None)
    latest = max(counting, key=lambda entry: (entry.at, _STRICTNESS[entry.state], entry.is_dated, entry.source))
    return Standing(latest.state, latest)


def may_mail(scope: ShopScope, email: str) -> tuple[bool, str]:
    """May marketing mail go to this address, and why (not)?"""
    return may_contact(scope, "email", email)


def may_contact(scope: ShopScope, channel: ChannelName, address: str) -> tuple[bool, str]:
    """The same of any channel: a text message needs its own yes."""
    key = address_key(address)
    suppressed = scope.first(select(Suppression).where(Suppression.channel == channel, Suppression.address_key == key))
    if suppressed is not None:
        return False, f"suppressed since {suppressed.at:%Y-%m-%d}: {suppressed.reason}"
    entries = select(ConsentEntry).where(ConsentEntry.channel == channel, ConsentEntry.address_key == key)
    now = standing(scope.all(entries))
    if now.state == "granted" and now.entry is not None:
        return True, f"agreed on {now.entry.at:%Y-%m-%d} ({now.entry.source})"
    return False, _NOT_GRANTED[now.state]


def _counts(entry: ConsentEntry) -> bool:
    if entry.state == "granted":
        return entry.is_dated and bool(entry.source)
    return entry.state in _STRICTNESS
