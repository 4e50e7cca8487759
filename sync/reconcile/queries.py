"""What pages read of the proof: the last days with their state, what was repaired and what was not, and how changes
came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from app.db.scope import ShopScope
from app.journal.models import JournalEntry
from app.proof.models import Finding, ProvedDay, Reconciliation
from sync.reconcile.begin import local_day

_APPLIED = ("created", "updated", "deleted")


@dataclass(frozen=True)
class Shares:
    """Records that were changed here, by what told of them. `found` is what reconcile found and repaired."""

    told: int  # by webhooks, and by what was read afresh because of them
    pulled: int
    found: int

    @property
    def unannounced(self) -> float | None:
        """The share of changes that no webhook told of; None where nothing changed."""
        total = self.told + self.pulled + self.found
        return (self.pulled + self.found) / total if total else None


def last_days(scope: ShopScope, now: datetime, count: int = 90) -> Sequence[tuple[date, ProvedDay | None]]:
    """The latest first; None: a day that was not held together yet."""
    today = local_day(scope, now)
    since = today - timedelta(days=count - 1)
    rows = scope.all(select(ProvedDay).where(ProvedDay.kind == "orders", col(ProvedDay.day) >= since))
    known = {row.day: row for row in rows}
    days = [today - timedelta(days=back) for back in range(count)]
    return [(day, known.get(day)) for day in days]


def red_days(scope: ShopScope) -> Sequence[ProvedDay]:
    return scope.all(select(ProvedDay).where(ProvedDay.state == "red").order_by(col(ProvedDay.day).desc()))


def things(scope: ShopScope) -> Sequence[ProvedDay]:
    """Customers, products and refunds: the latest time that all their ids were held together."""
    rows = scope.all(select(ProvedDay).where(ProvedDay.kind != "orders").order_by(col(ProvedDay.day)))
    return list({row.kind: row for row in rows}.values())


def findings(scope: ShopScope, limit: int, *, only_open: bool = False) -> Sequence[Finding]:
    """The latest first."""
    wanted = select(Finding).where(col(Finding.repaired_at).is_(None)) if only_open else select(Finding)
    return scope.all(wanted.order_by(col(Finding.found_at).desc(), col(Finding.id).desc()).limit(limit))


def reconciliations(scope: ShopScope, limit: int) -> Sequence[Reconciliation]:
    return scope.all(select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(limit))


def oldest_days(scope: ShopScope) -> tuple[date | None, date | None]:
    """The day of the oldest order there and here (R2)."""
    return scope.shop.oldest_there_on, scope.shop.oldest_order_on


def shares(scope: ShopScope, since: datetime) -> Shares:
    """Which way changes came since a moment (R17)."""
    applied: dict[str, int] = {}
    wanted = select(JournalEntry).where(col(JournalEntry.at) >= since, JournalEntry.source != "backfill")
    for entry in scope.all(wanted):
        counts = entry.counts or {}
        applied[entry.source] = applied.get(entry.source, 0) + sum(counts.get(name, 0) for name in _APPLIED)
    repaired = scope.all(select(Finding).where(col(Finding.repaired_at) >= since))
    found = len({(one.kind, one.external_id) for one in repaired})
    afresh = max(0, applied.get("fetch", 0) - found)
    return Shares(applied.get("delivery", 0) + afresh, applied.get("pull", 0), found)
