"""What happens when: the one table of regular work. APScheduler only ticks; a unique (name, due_at) says who fires."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, update
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app import jobs
from app.commerce import carts
from app.commerce.abandonment import mark_abandoned
from app.context import Context
from app.db.care import checkpoint
from app.db.scope import EveryShop, ShopScope, every_shop, shop_scope
from app.flows.models import Enrollment
from app.journal.models import Delivery, Event, FailedRecord, JournalEntry, PendingFetch
from app.lib.clock import utc_now
from app.lib.log import log
from app.mail.models import Message
from app.mail.outbox import give_up_claims
from app.privacy.models import PrivacyRequest
from app.privacy.requests import UNDONE, forget_exports, wipe_when_due
from app.proof import queries as proof
from app.proof.models import Reconciliation
from app.shops import handover
from app.shops.models import Shop
from app.writes.actions import OPEN
from app.writes.models import PlatformWrite
from sync import sweep
from sync.reconcile import begin
from webhooks import rejections

_fired: dict[str, datetime] = {}  # the slot of each entry that this process knows to be fired, by whomever
_KEEP_BODIES = timedelta(days=14)
_KEEP_EVENTS = timedelta(days=30)
_KEEP_WRITES = timedelta(days=90)


@dataclass(frozen=True)
class _Timed:
    name: str
    every: timedelta

    def slot(self, now: datetime) -> datetime:
        """The latest moment at which the entry was due."""
        seconds = int(self.every.total_seconds())
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


@dataclass(frozen=True)
class Entry(_Timed):
    run: Callable[[ShopScope, datetime], None]
    is_for_all: bool = False  # shops that left too


@dataclass(frozen=True)
class HouseEntry(_Timed):
    run: Callable[[EveryShop, datetime], None]


@dataclass(frozen=True)
class CareEntry(_Timed):
    run: Callable[[Engine], None]


def pull(scope: ShopScope, now: datetime) -> None:
    if scope.shop.state == "active":
        jobs.defer(scope, "pull", lane="ingest", dedupe="pull", priority=5)
    elif scope.shop.state == "connecting":
        jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)


def minute(scope: ShopScope, now: datetime) -> None:
    """Checkouts abandoned, flows due, and a job for every row that waits without one."""
    mark_abandoned(scope, now)
    give_up_claims(scope)
    for name, lane, waiting in _WAITING:
        if scope.first(waiting(now)) is not None:
            jobs.defer(scope, name, lane=lane, dedupe=name, priority=0)


def check_webhooks(scope: ShopScope, now: datetime) -> None:
    if scope.shop.state == "active":
        jobs.defer(scope, "webhooks", lane="push", dedupe="webhooks")


def revive(scope: ShopScope, now: datetime) -> None:
    if scope.shop.remedy == "activate":
        jobs.defer(scope, "revive", lane="push", dedupe="revive")


def check_installation(scope: ShopScope, now: datetime) -> None:
    jobs.defer(scope, "installation", lane="push", dedupe="installation")
    jobs.defer(scope, "secrets", lane="report", dedupe="secrets")


def tidy(scope: ShopScope, now: datetime) -> None:
    """Bodies go after 14 days, events, carts and what the journal tells when nobody asks for them any more."""
    old = col(Delivery.received_at) < now - _KEEP_BODIES
    scope.execute(delete(Delivery).where(old, col(Delivery.state).in_(("done", "ignored"))))
    scope.execute(update(Delivery).where(old, col(Delivery.state) != "pending").values(body=None))
    given_up = col(Delivery.state).in_(("failed", "unknown"))
    scope.execute(delete(Delivery).where(col(Delivery.received_at) < now - _KEEP_WRITES, given_up))
    scope.execute(delete(FailedRecord).where(col(FailedRecord.resolved_at) < now - _KEEP_EVENTS))
    scope.execute(update(FailedRecord).where(col(FailedRecord.last_at) < now - _KEEP_BODIES).values(body=None))
    carts.forget(scope, now)
    scope.execute(delete(Event).where(col(Event.done_at) < now - _KEEP_EVENTS))
    begin.forget(scope, now)
    told = col(PlatformWrite.kind).not_in(("discount", "discount_codes"))  # whose keys say that a set was made
    settled = col(PlatformWrite.state).in_(("done", "superseded"))
    scope.execute(delete(PlatformWrite).where(told, settled, col(PlatformWrite.created_at) < now - _KEEP_WRITES))
    jobs.defer(scope, "thin", lane="report", dedupe="thin")


def work_requests(scope: ShopScope, now: datetime) -> None:
    """What is owed by law is owed by a shop that left as well."""
    forget_exports(scope, now)
    wipe_when_due(scope, now)
    if scope.first(select(PrivacyRequest.id).where(col(PrivacyRequest.state).in_(UNDONE)).limit(1)) is not None:
        jobs.defer(scope, "privacy", lane="ingest", dedupe="privacy", priority=0)


TIMETABLE = (
    Entry("pull", timedelta(minutes=5), pull),
    Entry("minute", timedelta(minutes=1), minute),
    Entry("webhooks", timedelta(minutes=10), check_webhooks),
    Entry("sweep", timedelta(hours=1), sweep.at_night),
    Entry("nightly", timedelta(minutes=10), begin.nightly),
    Entry("hourly", timedelta(hours=1), begin.hourly),
    Entry("revive", timedelta(hours=1), revive),
    Entry("installation", timedelta(days=1), check_installation),
    Entry("tidy", timedelta(days=1), tidy),
    Entry("requests", timedelta(hours=1), work_requests, is_for_all=True),
)

# what is of no shop
HOUSEWORK = (
    HouseEntry("handovers", timedelta(minutes=1), handover.forget),
    HouseEntry("rejections", timedelta(days=1), rejections.forget),
)

# what is done to the database outside of transactions
CARE = (CareEntry("checkpoint", timedelta(minutes=10), checkpoint),)

# (job, lane, what waits): a row whose job was lost is found again within a minute
_WAITING = (
    ("deliveries", "ingest", lambda now: _of(Delivery, "pending", Delivery.due_at, now)),
    ("react", "react", lambda now: _of(Event, "pending", Event.due_at, now)),
    ("flows", "react", lambda now: _of(Enrollment, "waiting", Enrollment.due_at, now)),
    ("send", "send", lambda now: _of(Message, "queued", Message.not_before, now)),
    ("push", "push", lambda now: _of(PlatformWrite, OPEN, PlatformWrite.due_at, now)),
    ("reconcile", "report", lambda now: _of(Reconciliation, proof.UNDONE, Reconciliation.changed_at, now)),
    ("seal", "report", lambda now: select(JournalEntry.id).where(col(JournalEntry.place).is_(None)).limit(1)),
    ("fetch", "fetch", lambda now: select(PendingFetch.external_id).where(col(PendingFetch.due_at) <= now).limit(1)),
)  # fmt: skip


def tick(context: Context) -> None:
    """Fire what is due by the clock of the shop's world; called every second, by every worker."""
    now = utc_now()
    for entry in TIMETABLE:
        if _is_ours(context, entry, now):
            _fire(context, entry, now)
    for task in HOUSEWORK:
        if _is_ours(context, task, now):
            with every_shop(context.engine, write=True) as db:
                task.run(db, now)
    for care in CARE:
        if _is_ours(context, care, now):
            care.run(context.engine)


def _is_ours(context: Context, entry: _Timed, now: datetime) -> bool:
    """Is it due, and is it we who do it?"""
    if _fired.get(entry.name) == entry.slot(now):
        return False  # known without asking the database, once a second
    with every_shop(context.engine, write=True) as db:
        is_ours = jobs.fire(db, entry.name, entry.slot(now))
    _fired[entry.name] = entry.slot(now)
    return is_ours


def _fire(context: Context, entry: Entry, now: datetime) -> None:
    for shop_id in _shops(context, entry.is_for_all):
        try:
            with shop_scope(context.engine, shop_id, write=True) as scope:
                entry.run(scope, now)
        except Exception:  # one shop's fault must not keep the others from their turn
            log.exception("timetable", entry=entry.name, shop=shop_id)


def _shops(context: Context, all_of_them: bool) -> Iterator[int]:
    wanted = select(Shop.id) if all_of_them else select(Shop.id).where(Shop.state != "uninstalled")
    with every_shop(context.engine) as db:
        ids = db.all(wanted)
    yield from ids


def _of(model: Any, state: str | Sequence[str], at: datetime, now: datetime) -> SelectOfScalar[Any]:
    states = [state] if isinstance(state, str) else state
    return select(model.id).where(model.state.in_(states), col(at) <= now).limit(1)
