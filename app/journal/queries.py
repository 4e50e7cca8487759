"""What pages read of what came in: counts, and what failed with its reason."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import EveryShop, ShopScope
from app.journal.models import Delivery, Event, FailedRecord, JournalDay, PendingFetch, Rejected


def waiting_deliveries(scope: ShopScope) -> tuple[int, datetime | None]:
    """How many deliveries wait to be worked through, and since when the first of them."""
    waiting = select(func.count(), func.min(col(Delivery.due_at))).where(Delivery.state == "pending")
    ((count, since),) = scope.rows(waiting)
    return int(count), since


def failed_deliveries(scope: ShopScope, limit: int) -> Sequence[Delivery]:
    wanted = select(Delivery).where(col(Delivery.state).in_(("failed", "unknown")))
    return scope.all(wanted.order_by(col(Delivery.received_at).desc()).limit(limit))


def failed_records(scope: ShopScope, limit: int, mended_since: datetime | None = None) -> Sequence[FailedRecord]:
    """mended_since: those too that went through since."""
    resolved_at = col(FailedRecord.resolved_at)
    is_shown = resolved_at.is_(None) if mended_since is None else resolved_at.is_(None) | (resolved_at > mended_since)
    return scope.all(select(FailedRecord).where(is_shown).order_by(col(FailedRecord.last_at).desc()).limit(limit))


def failed_events(scope: ShopScope, limit: int) -> Sequence[Event]:
    """Changes to which something of ours could not react."""
    return scope.all(select(Event).where(Event.state == "failed").order_by(col(Event.id).desc()).limit(limit))


def failures(scope: ShopScope) -> int:
    """How much failed: deliveries, records, reactions."""
    deliveries = select(func.count()).where(col(Delivery.state).in_(("failed", "unknown")))
    records = select(func.count()).where(col(FailedRecord.resolved_at).is_(None))
    events = select(func.count()).where(Event.state == "failed")
    return sum(int(scope.scalar(counted)) for counted in (deliveries, records, events))


def waiting_reads(scope: ShopScope) -> Sequence[tuple[str, str, int, datetime]]:
    """What is to be read afresh: (kind, reason, how many, since when)."""
    kind, reason = col(PendingFetch.kind), col(PendingFetch.reason)
    since = func.min(col(PendingFetch.requested_at))
    return scope.rows(select(kind, reason, func.count(), since).group_by(kind, reason).order_by(kind, reason))


def is_read_afresh(scope: ShopScope, wanted: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some (kind, external id) that wait for it."""
    keys = set(wanted)
    ids = col(PendingFetch.external_id).in_({external_id for _kind, external_id in keys})
    return {(row.kind, row.external_id) for row in scope.all(select(PendingFetch).where(ids))} & keys


def head(scope: ShopScope, day: date | None = None) -> JournalDay | None:
    """The chain's head as it was at the end of a day of the shop's (`link.hex()` is what reports print), or as it is;
    None where nothing was sealed until then."""
    until = [col(JournalDay.day) <= day] if day else []
    return scope.first(select(JournalDay).where(*until).order_by(col(JournalDay.day).desc()).limit(1))


def rejected_since(db: EveryShop, day: date) -> int:
    """How many deliveries did not verify since a day (in UTC), at any address of this house."""
    counted = select(func.coalesce(func.sum(Rejected.count), 0)).where(col(Rejected.day) >= day.isoformat())
    return int(db.scalar(counted))
