"""Keeping what was said of consent: every statement once, in whatever order and however often it comes."""

from collections.abc import Sequence
from datetime import datetime

from app.consent.addresses import address_key
from app.consent.models import ConsentEntry
from app.db.batch import Batch
from app.lib.ids import new_ids
from connectors.records import ConsentRecord

# Who it came with, what was said, and the moment of which it was true where it has no time of its own.
Said = tuple[int | None, ConsentRecord, datetime | None]

_COLUMNS = (
    "id", "customer_id", "channel", "address", "address_key", "state", "at", "is_dated", "source", "level", "text",
    "seen_at",
)  # fmt: skip
_KEY = ("channel", "address_key", "at", "state", "source", "is_dated")


def record(batch: Batch, said: Sequence[Said], platform: str, now: datetime) -> None:
    """Append statements; one that is known stays as it is, except that it may learn its customer."""
    rows = [
        (
            entry_id, customer_id, one.channel, one.address, address_key(one.address), one.state,
            one.at or as_of or now, one.at is not None, one.source or platform, one.level, one.text, now,
        )
        for entry_id, (customer_id, one, as_of) in zip(new_ids(len(said)), said, strict=True)
        if one.address.strip()
    ]  # fmt: skip
    batch.upsert(
        ConsentEntry, _COLUMNS, rows, key=_KEY, keep=("customer_id",), guard="consent_entries.customer_id IS NULL"
    )
