"""The stages of holding both sides together, a window or a kind of thing at a time; each answers whether it ended."""

import time
from collections.abc import Generator, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlmodel import col, select

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import NotFound
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.proof.models import Finding, ProvedDay, Reconciliation
from app.reasons import Reason
from connectors.auditing import Auditor, Listed
from connectors.base import Wait
from sync.reconcile import older, store
from sync.reconcile.begin import local_day
from sync.reconcile.keep import MISREAD, close, keep_findings, keep_look, keep_state
from sync.reconcile.look import look
from sync.reconcile.report import hold_against_report
from sync.reconcile.things import KIND, Pass, go_through
from sync.reconcile.windows import Window, first_window

BEGINNING = date(1990, 1, 1)  # before any shop
_DAY = timedelta(days=1)
_PATIENCE = 5.0  # seconds that are waited for here; a longer wait gives the lane back, and a window is begun anew
_LONG_PATIENCE = 60.0  # so that a long list is not begun anew for each wait on the way
_HEALING = timedelta(minutes=10)  # for what was asked for to be read; then both sides are looked at all the same
_ROUNDS = 2  # what changed while it was read afresh gets a second chance
_IDS_EVERY = timedelta(days=7)  # where the counts are equal; a list that never tells of deletions is read each time
_REPORTED = timedelta(days=99)
T = TypeVar("T")


class Later(Exception):
    """The stage goes on at `at`, from where it is."""

    def __init__(self, at: datetime, why: Reason, cursor: str | None = None) -> None:
        super().__init__(str(why))
        self.at, self.why, self.cursor = at, why, cursor


def read(context: Context, row: Reconciliation, auditor: Auditor) -> bool:
    """The days that were asked for, from the first on."""
    if row.next_on > row.until_on:
        return True
    with shop_scope(context.engine, row.shop_id) as scope:
        days = store.by_day(scope, Window(row.next_on, row.until_on))
    window = first_window(days, row.next_on, row.until_on, auditor.at_once)
    _look(context, row, auditor, window, is_last=False)
    return False


def older_days(context: Context, row: Reconciliation, auditor: Auditor) -> bool:
    """Days before those, as far as the shop's time goes."""
    now = utc_now()
    with shop_scope(context.engine, row.shop_id) as scope:
        window = older.pick(scope, row.since_on, auditor.at_once, now)
    if window is None or row.asked_seconds >= older.BUDGET:
        return True
    _look(context, row, auditor, window, is_last=False)
    return False


def report(context: Context, row: Reconciliation, auditor: Auditor) -> bool:
    """The platform's own figures beside them."""
    first_on = max(row.since_on, row.until_on - _REPORTED)
    why_not = hold_against_report(context, row.shop_id, auditor, first_on, row.until_on)
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        scope.get(Reconciliation, row.id).no_report = why_not.kept() if why_not else None
    return True


def things(context: Context, row: Reconciliation, auditor: Auditor) -> bool:
    """Ids of one kind of thing after the other. cursor: the kind in hand, and where to go on in it."""
    what, _, cursor = (row.cursor or auditor.lists[0]).partition(" ")
    kind = next(one for one in auditor.lists if one == what)
    try:
        if cursor or _is_due(context, row, auditor, kind):
            began = time.monotonic()
            found = _through(go_through(context, row.shop_id, auditor, kind, cursor or None), kind, _LONG_PATIENCE)
            _keep_pass(context, row, found, time.monotonic() - began)
    except NotFound:
        pass  # an older platform has no such list; what it would tell is found day by day
    place = auditor.lists.index(kind) + 1
    is_end = place == len(auditor.lists)
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        scope.get(Reconciliation, row.id).cursor = None if is_end else auditor.lists[place]
    return is_end


def heal(context: Context, row: Reconciliation, auditor: Auditor) -> bool:
    """Wait until what differed was read afresh, and look at those days once more: green, or red."""
    now = utc_now()
    with shop_scope(context.engine, row.shop_id) as scope:
        if _is_healing(scope) and now < row.changed_at + _HEALING:
            raise Later(now + timedelta(seconds=1), Reason("reading_again"))
        window = _open_window(scope, row, auditor.at_once)
    if window is not None:
        _look(context, row, auditor, window, is_last=row.round + 1 >= _ROUNDS)
        return False
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        _settle_things(scope, scope.get(Reconciliation, row.id), auditor.lists, now)
        return not _begin_round(scope, scope.get(Reconciliation, row.id), now)


def _look(context: Context, row: Reconciliation, auditor: Auditor, window: Window, *, is_last: bool) -> None:
    began = time.monotonic()
    found = _through(look(context, row.shop_id, auditor, window, row.cursor))
    keep_look(context, row, found, utc_now(), is_last=is_last)
    assert window.last_on is not None
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        kept.cursor, kept.next_on = None, max(kept.next_on, window.last_on + _DAY)
        kept.asked_seconds += time.monotonic() - began
        kept.orders += found.orders if row.stage != "heal" else 0


def _through(steps: Generator[Wait, None, T], prefix: str = "", patience: float = _PATIENCE) -> T:
    """To its end, over short waits. Raises Later for a long one."""
    while True:
        try:
            wait = next(steps)
        except StopIteration as end:
            found: T = end.value
            return found
        if wait.seconds > patience:
            cursor = f"{prefix} {wait.cursor or ''}".strip()
            raise Later(utc_now() + timedelta(seconds=wait.seconds), wait.why, cursor or None)
        patience -= wait.seconds
        time.sleep(wait.seconds)


def _is_due(context: Context, row: Reconciliation, auditor: Auditor, what: Listed) -> bool:
    """Each time for refunds, which nothing else tells of once they are deleted; else where the counts differ, or once a
    week."""
    if what == "refunds" or row.reason == "asked":
        return True
    with shop_scope(context.engine, row.shop_id) as scope:
        ours = getattr(store.counts(scope), what)
        recent = select(ProvedDay).where(ProvedDay.kind == what, col(ProvedDay.checked_at) > utc_now() - _IDS_EVERY)
        was_recently = scope.first(recent) is not None
    return not was_recently or getattr(auditor.counts(), what) not in (None, ours)


def _keep_pass(context: Context, row: Reconciliation, found: Pass, seconds: float) -> None:
    now = utc_now()
    keep_findings(context, row, found.differences, now, is_last=False)
    with shop_scope(context.engine, row.shop_id, write=True) as scope:
        kept = scope.get(Reconciliation, row.id)
        ground = (col(Finding.kind) == KIND[found.what], col(Finding.day).is_(None))
        kept.repaired += close(scope, ground, found.differences, now)
        kept.asked_seconds += seconds
        state = "open" if found.differences else "green"
        day = keep_state(scope, found.what, local_day(scope, now), now, state=state)
        day.there, day.here = {found.what: found.there}, {found.what: found.here}
        day.differences = len(found.differences)


def _is_healing(scope: ShopScope) -> bool:
    """Is anything still to be read of what differs?"""
    still_open = select(Finding.external_id).where(col(Finding.repaired_at).is_(None))
    orders = select(Finding.order_external_id).where(col(Finding.repaired_at).is_(None))
    one = col(PendingFetch.external_id)
    waiting = select(PendingFetch).where(one.in_(still_open) | one.in_(orders))  # whoever asked for it first
    return scope.first(waiting.limit(1)) is not None


def _open_window(scope: ShopScope, row: Reconciliation, at_once: int) -> Window | None:
    """From the first day that differed and was not looked at in this round, as far as one look goes."""
    days = scope.all(
        select(col(ProvedDay.day))
        .where(ProvedDay.kind == "orders", ProvedDay.state == "open", ProvedDay.day >= row.next_on)
        .order_by(col(ProvedDay.day))
    )
    if not days:
        return None
    return first_window(store.by_day(scope, Window(days[0], days[-1])), days[0], days[-1], at_once)


def _begin_round(scope: ShopScope, row: Reconciliation, now: datetime) -> bool:
    """Another round over what is still open, from its first day; False where there is nothing or no more chance."""
    is_open = ProvedDay.kind == "orders", ProvedDay.state == "open"
    first = scope.first(select(col(ProvedDay.day)).where(*is_open).order_by(col(ProvedDay.day)).limit(1))
    if first is None or row.round + 1 >= _ROUNDS:
        return False
    row.round, row.next_on, row.changed_at = row.round + 1, first, now
    return True


def _settle_things(scope: ShopScope, row: Reconciliation, lists: Sequence[Listed], now: datetime) -> None:
    """Each record by itself: is it here now, or gone? What is there after all, asked by its id, was no difference."""
    for what in lists:
        still_open = select(Finding).where(
            Finding.kind == KIND[what], col(Finding.repaired_at).is_(None), col(Finding.day).is_(None)
        )
        findings = scope.all(still_open)
        known = store.known(scope, what, [one.external_id for one in findings])
        for one in findings:
            is_mended = (one.external_id in known) is (one.what == "missing")
            one.repaired_at, one.why_not = (now, None) if is_mended else (None, MISREAD)
            row.repaired += is_mended
        _color(scope, what, sum(one.repaired_at is None for one in findings), now)


def _color(scope: ShopScope, what: Listed, left: int, now: datetime) -> None:
    row = scope.find(ProvedDay, what, local_day(scope, now))
    if row is not None and row.state == "open":
        keep_state(scope, what, row.day, now, state="red" if left else "green").differences = left
        row.here = {what: store.count(scope, what)}
