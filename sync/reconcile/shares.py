"""Which way changes came: by webhooks, by the pull, or found by holding both sides together (R17)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from app.db.scope import ShopScope
from app.journal.models import JournalEntry
from app.proof.models import Finding

_APPLIED = ("created", "updated", "deleted")


@dataclass(frozen=True)
class Shares:
    """Records that were changed here. told: by webhooks, and by what was read afresh because of them."""

    told: int
    pulled: int
    found: int

    @property
    def untold(self) -> float | None:
        """The share of changes that no webhook told of; None where nothing changed."""
        total = self.told + self.pulled + self.found
        return (self.pulled + self.found) / total if total else None


def shares(scope: ShopScope, since: datetime) -> Shares:
    applied: dict[str, int] = {}
    wanted = select(col(JournalEntry.source), col(JournalEntry.counts)).where(
        col(JournalEntry.at) >= since, JournalEntry.source != "backfill", col(JournalEntry.counts).is_not(None)
    )
    for source, counts in scope.rows(wanted):
        applied[source] = applied.get(source, 0) + sum(counts.get(name, 0) for name in _APPLIED)
    repaired = select(col(Finding.kind), col(Finding.external_id)).where(col(Finding.repaired_at) >= since)
    found = len(scope.rows(repaired.distinct()))
    told = applied.pop("delivery", 0) + max(0, applied.pop("fetch", 0) - found)  # findings are read afresh, too
    return Shares(told, sum(applied.values()), found)
