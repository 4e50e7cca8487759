"""What pages read of consent: what stands for each channel of a customer's addresses, and everything that was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from app.consent.addresses import address_key
from app.consent.models import ConsentEntry, Suppression
from app.consent.rules import standing
from app.db.scope import ShopScope


@dataclass(frozen=True)
class Channel:
    """suppressed: nothing is written there any more, whatever was said."""

    name: str
    state: str
    entry: ConsentEntry | None
    said: Sequence[ConsentEntry]
    suppressed: Suppression | None


def consents_of(scope: ShopScope, customer_id: int, addresses: Iterable[str | None]) -> list[Channel]:
    """Each channel that somebody said something about, email first. addresses: theirs, on whatever channel."""
    keys = [address_key(address) for address in addresses if address]
    is_theirs = (col(ConsentEntry.customer_id) == customer_id) | col(ConsentEntry.address_key).in_(keys)
    said = scope.all(select(ConsentEntry).where(is_theirs).order_by(col(ConsentEntry.at).desc()))
    stops = {
        stop.channel: stop for stop in scope.all(select(Suppression).where(col(Suppression.address_key).in_(keys)))
    }
    names = sorted({entry.channel for entry in said} | set(stops), key=lambda name: (name != "email", name))
    return [_channel(name, [entry for entry in said if entry.channel == name], stops.get(name)) for name in names]


def _channel(name: str, said: list[ConsentEntry], stop: Suppression | None) -> Channel:
    now = standing(said)
    return Channel(name, now.state, now.entry, said, stop)
