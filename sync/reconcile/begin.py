"""When both sides are held together: each night, each hour where edits are silent, after a gap, when somebody asks."""

import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from app import jobs
from app.db.scope import ShopScope
from app.proof.models import Finding, Reconciliation

NIGHTLY = 35  # days before today, every night
SWEPT = timedelta(days=6)  # and today, every hour where orders are edited silently
_VISIBLE = 59  # days that an app of Shopify's sees without read_all_orders, less one for the zone
_NIGHT, _SPREAD = time(1), 240  # from one o'clock, shops spread over so many minutes
_KEEP = timedelta(days=90)
_KEEP_SWEEPS = timedelta(days=7)


def request(scope: ShopScope, reason: str, now: datetime, since_on: date | None = None) -> Reconciliation:
    """Have the days from `since_on` to today held together; one that waits already and looks as far is the same."""
    today = local_day(scope, now)
    since_on = max(since_on or today - timedelta(days=NIGHTLY), visible_from(scope, now) or date.min)
    waiting = select(Reconciliation).where(
        Reconciliation.reason == reason, Reconciliation.state == "queued", Reconciliation.until_on == today
    )
    found = next((one for one in scope.all(waiting) if one.since_on <= since_on), None)
    found = found or _add(scope, reason, since_on, today, now)
    jobs.defer(scope, "reconcile", lane="report", dedupe="reconcile", priority=5)
    return found


def after_gap(scope: ShopScope, since: datetime | None, now: datetime) -> None:
    """Webhooks were lost since then: the pull brings what is dated since, this finds the rest, of older orders too."""
    began = local_day(scope, since) if since else date.max
    request(scope, "gap", now, min(began, local_day(scope, now) - timedelta(days=NIGHTLY)))


def nightly(scope: ShopScope, now: datetime) -> None:
    """Once a night of the shop's own, each shop at its minute; whoever slept through it comes later in the day."""
    local = now.astimezone(ZoneInfo(scope.shop.timezone))
    minute = zlib.crc32(str(scope.shop_id).encode()) % _SPREAD
    due = datetime.combine(local.date(), _NIGHT, local.tzinfo) + timedelta(minutes=minute)
    if local < due or not _may_be_proved(scope) or _had_one(scope, local.date()):
        return
    _add(scope, "nightly", local.date() - timedelta(days=NIGHTLY), local.date() - timedelta(days=1), now)
    jobs.defer(scope, "reconcile", lane="report", dedupe="reconcile", priority=5)


def hourly(scope: ShopScope, now: datetime) -> None:
    """WooCommerce may keep its orders as posts, which move their date for few changes; the job asks."""
    if scope.shop.platform == "woocommerce" and _may_be_proved(scope):
        jobs.defer(scope, "reconcile-recent", lane="report", dedupe="reconcile-recent", priority=5)


def forget(scope: ShopScope, now: datetime) -> None:
    ended = col(Reconciliation.finished_at)
    scope.execute(delete(Reconciliation).where(ended < now - _KEEP))
    scope.execute(delete(Reconciliation).where(col(Reconciliation.reason) == "sweep", ended < now - _KEEP_SWEEPS))
    scope.execute(delete(Finding).where(col(Finding.repaired_at) < now - 4 * _KEEP))


def local_day(scope: ShopScope, now: datetime) -> date:
    return now.astimezone(ZoneInfo(scope.shop.timezone)).date()


def visible_from(scope: ShopScope, now: datetime) -> date | None:
    """The first day whose orders the platform shows us: what it hides is not gone."""
    scopes: Sequence[str] | None = scope.shop.scopes
    if scopes is None or "read_all_orders" in scopes:
        return None
    return local_day(scope, now) - timedelta(days=_VISIBLE)


def _may_be_proved(scope: ShopScope) -> bool:
    return scope.shop.state == "active" and scope.shop.backfilled_at is not None


def _had_one(scope: ShopScope, today: date) -> bool:
    last = timedelta(days=1)
    same = select(Reconciliation.id).where(
        Reconciliation.reason == "nightly", col(Reconciliation.until_on) >= today - last
    )
    return scope.first(same.limit(1)) is not None


def _add(scope: ShopScope, reason: str, since_on: date, until_on: date, now: datetime) -> Reconciliation:
    return scope.add(
        Reconciliation(
            shop_id=scope.shop_id, reason=reason, since_on=since_on, until_on=until_on, next_on=since_on,
            started_at=now, changed_at=now,
        )
    )  # fmt: skip
