"""Whether an address may be written to: refusal wins at first sight, and only a dated grant with a source widens."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import select

from app.consent.addresses import ChannelName, address_key
from app.consent.models import ConsentEntry, Suppression
from app.db.scope import ShopScope
from app.reasons import Reason

_STRICTNESS = {"granted": 0, "pending": 1, "refused": 2}
_NOT_GRANTED = {"refused": "opted_out", "pending": "unconfirmed", "unknown": "never_agreed"}


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


def obstacle(scope: ShopScope, address: str, channel: ChannelName = "email") -> Reason | None:
    """Why marketing must not go to this address; None where it may. A text message needs a yes of its own."""
    key = address_key(address)
    suppressed = scope.first(select(Suppression).where(Suppression.channel == channel, Suppression.address_key == key))
    if suppressed is not None:
        return Reason(suppressed.reason, {"on": suppressed.at.date().isoformat()})
    entries = select(ConsentEntry).where(ConsentEntry.channel == channel, ConsentEntry.address_key == key)
    state = standing(scope.all(entries)).state
    return None if state == "granted" else Reason(_NOT_GRANTED[state])


def _counts(entry: ConsentEntry) -> bool:
    if entry.state == "granted":
        return entry.is_dated and bool(entry.source)
    return entry.state in _STRICTNESS
