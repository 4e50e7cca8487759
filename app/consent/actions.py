"""What a person says of consent to us directly: it is kept, and the platform is told."""

from datetime import datetime

from sqlmodel import select

from app.consent.addresses import ChannelName, address_key
from app.consent.entries import record
from app.consent.models import Stop, Suppression
from app.consent.two_way import OPT_OUTS, tell
from app.db.scope import ShopScope
from connectors.records import ConsentRecord


def unsubscribe(scope: ShopScope, address: str, now: datetime, source: str, channel: ChannelName = "email") -> None:
    """A refusal as of now: nothing more goes to this address until its owner agrees again, later than this."""
    _say(scope, ConsentRecord(channel, address, "refused", at=now, source=source), now)


def agree(
    scope: ShopScope,
    address: str,
    at: datetime,
    source: str,
    now: datetime,
    *,
    channel: ChannelName = "email",
    level: str = "single_opt_in",
    text: str | None = None,
) -> None:
    """What its owner agreed to, when and where. level: confirmed_opt_in once they answered from that address. text:
    the words that they saw."""
    if not source:
        raise ValueError("an agreement says where it was given")
    _say(scope, ConsentRecord(channel, address, "granted", at=at, source=source, level=level, text=text), now)


def suppress(scope: ShopScope, address: str, reason: Stop, now: datetime, channel: ChannelName = "email") -> None:
    """Write nothing more to this address. The first reason stays."""
    key = address_key(address)
    known = select(Suppression).where(Suppression.channel == channel, Suppression.address_key == key)
    if scope.first(known) is None:
        scope.add(Suppression(shop_id=scope.shop_id, channel=channel, address_key=key, reason=reason, at=now))
    if reason in OPT_OUTS:
        tell(scope, ConsentRecord(channel, address, "refused", at=now), now)


def _say(scope: ShopScope, said: ConsentRecord, now: datetime) -> None:
    record(scope.batch(), [(None, said, None)], scope.shop.platform, now)
    tell(scope, said, now)
