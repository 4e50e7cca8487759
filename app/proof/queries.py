"""What pages read of the proof: each day's state, what differed, what is held together now. Never an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.proof.models import Finding, FirstTold, ProvedDay, Reconciliation

SHOWN = 90  # days
UNDONE = ("queued", "running", "waiting")
_OPEN = col(Finding.repaired_at).is_(None)


@dataclass(frozen=True)
class Standing:
    """How the orders stand. state: green, red, open (something is being mended), none (nothing is proved yet). since:
    the first day from which on all are green; proved_at: when the latest of them was."""

    state: str
    since: date | None = None
    proved_at: datetime | None = None
    red: int = 0


def days(scope: ShopScope, today: date) -> Sequence[ProvedDay]:
    """Those of the last 90 days that were held together, the oldest first."""
    first = today - timedelta(days=SHOWN - 1)
    wanted = select(ProvedDay).where(ProvedDay.kind == "orders", col(ProvedDay.day).between(first, today))
    return scope.all(wanted.order_by(col(ProvedDay.day)))


def day_of(scope: ShopScope, day: date) -> ProvedDay | None:
    return scope.find(ProvedDay, "orders", day)


def things(scope: ShopScope) -> Sequence[ProvedDay]:
    """The latest row of each kind that has no days: customers, products, refunds."""
    latest = select(col(ProvedDay.kind), func.max(col(ProvedDay.day))).where(col(ProvedDay.kind) != "orders")
    newest = scope.rows(latest.group_by(col(ProvedDay.kind)).order_by(col(ProvedDay.kind)))
    return [scope.get(ProvedDay, kind, day) for kind, day in newest]


def standing(scope: ShopScope, today: date) -> Standing:
    """Of all days that were ever proved. Today is not over, so that it is open says nothing by itself."""
    shaky = col(ProvedDay.state) != "green"
    is_over = (col(ProvedDay.day) < today) | (col(ProvedDay.differences) > 0)
    not_green = select(col(ProvedDay.day), col(ProvedDay.state)).where(ProvedDay.kind == "orders", shaky, is_over)
    bad = scope.rows(not_green.order_by(col(ProvedDay.day)))
    after = bad[-1].day if bad else date.min
    green = select(col(ProvedDay.day), col(ProvedDay.proved_at)).where(
        ProvedDay.kind == "orders", ProvedDay.state == "green", ProvedDay.day > after
    )
    proved = scope.rows(green.order_by(col(ProvedDay.day).desc()))
    since = _first_of_the_latest([day for day, _at in proved])
    proved_at = max((at for _day, at in proved if at), default=None)
    red = sum(day.state == "red" for day in bad)
    state = "red" if red else "open" if bad else "green" if since else "none"
    return Standing(state, since, proved_at, red)


def _first_of_the_latest(days: Sequence[date]) -> date | None:
    """Of days, the latest first, without one left out between: a day that nobody looked at proves nothing."""
    first = None
    for day in days:
        if first is not None and first - day > timedelta(days=1):
            break
        first = day
    return first


def findings(
    scope: ShopScope, limit: int, before: int | None = None, *, only_open: bool = False, day: date | None = None
) -> Sequence[Finding]:
    """What differed, the latest first."""
    where: list[ColumnElement[bool]] = [_OPEN] if only_open else []
    where += [col(Finding.day) == day] if day else []
    where += [col(Finding.id) < before] if before is not None else []
    return scope.all(select(Finding).where(*where).order_by(col(Finding.id).desc()).limit(limit))


def found_since(scope: ShopScope, since: datetime) -> Mapping[str, tuple[int, int]]:
    """What was missing, stale, extra or deleted: (records found, of those repaired)."""
    record: list[Any] = [col(Finding.what), col(Finding.kind), col(Finding.external_id)]
    counts: list[Any] = [(func.count() - func.count(col(Finding.repaired_at))).label("unmended")]
    records = select(*record, *counts).where(col(Finding.found_at) >= since).group_by(*record).subquery()
    is_repaired = case((records.c.unmended == 0, 1), else_=0)
    counted = select(records.c.what, func.count(), func.sum(is_repaired)).group_by(records.c.what)
    return {what: (int(found), int(repaired)) for what, found, repaired in scope.rows(counted)}


def first_told(scope: ShopScope, since: date) -> Mapping[str, int]:
    """How many changes webhooks, the pull and the proof were the first to tell of."""
    source = col(FirstTold.source)
    counted = select(source, func.sum(col(FirstTold.changes))).where(col(FirstTold.day) >= since).group_by(source)
    return {name: int(changes) for name, changes in scope.rows(counted)}


def under_way(scope: ShopScope) -> Sequence[Reconciliation]:
    """What is held together now, or waits to be."""
    undone = select(Reconciliation).where(col(Reconciliation.state).in_(UNDONE))
    return scope.all(undone.order_by(col(Reconciliation.id)))


def latest(scope: ShopScope) -> Reconciliation | None:
    """The one that ended last."""
    ended = select(Reconciliation).where(col(Reconciliation.finished_at).is_not(None))
    return scope.first(ended.order_by(col(Reconciliation.id).desc()).limit(1))
