"""The rotation: days before the last 35 have their turn too, as far as a stated share of the shop's time goes."""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from app.db.scope import ShopScope
from app.proof.models import ProvedDay
from sync.reconcile import store
from sync.reconcile.begin import visible_from
from sync.reconcile.windows import LONGEST, Window, cut

SHARE = 0.01  # of the shop's time is spent on proof
BUDGET = SHARE * 86_400  # seconds a night: 14 minutes; the last 35 days are read however long they take
TURN = timedelta(days=30)  # a day that was held together since then is not read again
_DAY = timedelta(days=1)


def pick(scope: ShopScope, before: date, at_once: int, now: datetime) -> Window | None:
    """The latest days before `before` whose turn it is; None where all had it."""
    oldest = _oldest(scope, now)
    if oldest is None:
        return None
    had_it = set(
        scope.all(
            select(col(ProvedDay.day)).where(
                ProvedDay.kind == "orders", col(ProvedDay.day) < before, col(ProvedDay.checked_at) > now - TURN
            )
        )
    )
    last = before - _DAY
    while last in had_it:
        last -= _DAY
    if last < oldest:
        return None
    first = last
    while first > oldest and first - _DAY not in had_it and last - first < LONGEST:
        first -= _DAY
    days = store.by_day(scope, Window(first, last))
    end = next(cut(reversed(days), at_once), None)
    return Window(end + _DAY if end else first, last)


def _oldest(scope: ShopScope, now: datetime) -> date | None:
    """The first day of the history on either side, as far as the platform shows it."""
    days = [day for day in (scope.shop.oldest_order_on, scope.shop.oldest_there_on) if day is not None]
    return max(min(days), visible_from(scope, now) or date.min) if days else None
