"""Consent goes both ways: what an address's owner says here is told to the platform, a no wherever it is missed."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from app.consent.addresses import address_key
from app.consent.models import ConsentEntry, Suppression
from app.consent.rules import standing
from app.db.batch import Batch
from app.db.scope import ShopScope
from app.writes.actions import enqueue
from connectors.changes import EmailConsent, SmsConsent
from connectors.records import ConsentRecord

_CHANGES: dict[str, type[EmailConsent | SmsConsent]] = {"email": EmailConsent, "sms": SmsConsent}
OPT_OUTS = ("unsubscribed", "complained")  # a mail that bounced says nothing of what its owner wants


def tell(scope: ShopScope, said: ConsentRecord, now: datetime) -> None:
    """Have the platform know what the owner of an address told us; the same word is told once."""
    change = _CHANGES.get(said.channel)
    if change is None or said.state == "unknown":
        return
    at, subject = (said.at or now).replace(microsecond=0), address_key(said.address)
    key = f"{said.channel}:{subject}:{said.state}:{at.isoformat()}"
    enqueue(scope, change(subject, said.state, at, said.level), subject, key, now)


def insist(scope: ShopScope, seen: Sequence[ConsentRecord], now: datetime) -> None:
    """A yes at the platform for an address whose owner told us no, later than that: the platform is told at first
    sight, however long ago it was said and whoever the address has come to belong to there (R55)."""
    for channel in _CHANGES:
        stated = {address_key(one.address): one for one in seen if one.channel == channel and _is_yes(one)}
        for key in _refusing(scope.batch(), channel, list(stated)):
            if at := _refused_at(scope, channel, key):
                tell(scope, ConsentRecord(stated[key].channel, stated[key].address, "refused", at), now)


def _is_yes(said: ConsentRecord) -> bool:
    return said.state in ("granted", "pending")


def _refusing(batch: Batch, channel: str, keys: Sequence[str]) -> list[str]:
    """The few whose owners ever said no."""
    given = {"channel": channel, "keys": list(keys), "reasons": list(OPT_OUTS)}
    return [row[0] for row in batch.rows(_EVER_REFUSED, given)] if keys else []


def _refused_at(scope: ShopScope, channel: str, key: str) -> datetime | None:
    """When the no was said that stands; None where a later yes does."""
    said = select(ConsentEntry).where(ConsentEntry.channel == channel, ConsentEntry.address_key == key)
    now_stands = standing(scope.all(said))
    if now_stands.state == "refused" and now_stands.entry:
        return now_stands.entry.at
    stop = select(Suppression).where(Suppression.channel == channel, Suppression.address_key == key)
    found = scope.first(stop.where(col(Suppression.reason).in_(OPT_OUTS)))
    return found.at if found else None


_EVER_REFUSED = """
    SELECT address_key FROM consent_entries
    WHERE shop_id = :shop_id AND channel = :channel AND address_key = ANY(:keys) AND state = 'refused'
    UNION SELECT address_key FROM suppressions
    WHERE shop_id = :shop_id AND channel = :channel AND address_key = ANY(:keys) AND reason = ANY(:reasons)"""
