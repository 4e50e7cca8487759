"""What failed: deliveries, records, reactions and jobs, each with its reason; trying again, and what came of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import jobs, reactions
from app.db.scope import ShopScope
from app.errors import NotFound
from app.jobs import queries as job_queries
from app.journal import queries as journal
from app.journal.keep import request_fetches
from app.journal.models import Delivery, Event, FailedRecord
from app.lib.i18n import _, noted
from app.proof import wording
from app.web.forms import whole_number
from webhooks import process

JOBS = {
    "deliveries": noted("Working through webhooks"), "backfill": noted("Copying the history"),
    "pull": noted("Asking for changes"), "sweep": noted("Looking for silent changes"),
    "fetch": noted("Reading again"), "reconcile": noted("Comparing shop and Regulars"),
    "react": noted("Reacting to changes"), "flows": noted("Flows"), "send": noted("Sending mails"),
    "push": noted("Writing to the shop"), "webhooks": noted("Checking the webhooks"),
    "revive": noted("Looking whether the shop is back"), "facts": noted("Reading the shop's settings"),
    "installation": noted("Checking what was granted"), "furnish": noted("Setting up the shop"),
    "farewell": noted("Leaving the shop"), "secrets": noted("Tidying keys"), "privacy": noted("Requests of privacy"),
    "loyalty-history": noted("Counting points of the past"), "days": noted("Counting sales by day"),
    "reconcile-recent": noted("Looking again at the latest orders"), "seal": noted("Sealing the journal"),
    "thin": noted("Thinning the journal"),
}  # fmt: skip
_RECORDS = {**wording.KINDS, "checkout": noted("Checkout"), "coupon": noted("Coupon")}
_WHY = {
    "failed": noted("What the shop sent could not be taken in."),
    "unknown": noted("The shop sends something that this version of Regulars does not know."),
    "record": noted("This record cannot be read as the shop gives it."),
    "ledger": noted("The shop's own amounts of it do not add up; it was kept as the shop tells it."),
    "event": noted("Not all that follows from this change could be done."),
    "job": noted("It failed each time it was tried."),
}
_MENDED = timedelta(hours=1)  # for so long a record that went through is shown as such


@dataclass(frozen=True)
class Failure:
    """state: failed, trying (again, at `again_at` where that is to come), waiting (for the shop to be back), done.
    what: a topic, a record, the kind of an event or a job's name. why: a sentence of ours; details: the words of what
    failed, for whoever helps."""

    kind: str
    id: int
    what: str
    at: datetime
    attempts: int
    why: str = ""
    details: str | None = None
    state: str = "failed"
    again_at: datetime | None = None


def failures(scope: ShopScope, limit: int, tried: str, now: datetime) -> list[Failure]:
    """tried: what `retry` answered, which is shown whatever came of it."""
    found = [*_deliveries(scope, limit), *_records(scope, limit, now), *_events(scope, limit), *_jobs(scope, limit)]
    known = {(one.kind, one.id) for one in found}
    return [*(one for one in _tried(scope, tried, now) if (one.kind, one.id) not in known), *found]


def retry(scope: ShopScope, kind: str, row_id: int, now: datetime) -> str:
    """Try one again; what to ask for to see what came of it. Raises NotFound."""
    if kind not in _RETRIES:
        raise NotFound(kind)
    return _RETRIES[kind](scope, row_id, now)


def waiting_for_the_shop(scope: ShopScope, now: datetime) -> Sequence[str]:
    """Jobs that cannot be done before it is connected again."""
    return job_queries.put_off(scope, now) if scope.shop.state == "paused" else ()


def _deliveries(scope: ShopScope, limit: int) -> Iterator[Failure]:
    for row in journal.failed_deliveries(scope, limit):
        yield _delivery(row)


def _delivery(row: Delivery) -> Failure:
    state = {"failed": "failed", "unknown": "failed", "pending": "trying"}.get(row.state, "done")
    why = _WHY.get(row.state, "")
    return Failure("delivery", row.id, row.topic, row.received_at, row.attempts, why, row.error, state)


def _records(scope: ShopScope, limit: int, now: datetime) -> Iterator[Failure]:
    rows = journal.failed_records(scope, limit, now - _MENDED)
    waiting = journal.is_read_afresh(scope, ((row.kind, row.external_id) for row in rows))
    for row in rows:
        state = "done" if row.resolved_at else "trying" if (row.kind, row.external_id) in waiting else "failed"
        what = f"{_(_RECORDS[row.kind])} {row.external_id}" if row.kind in _RECORDS else row.external_id
        why = _WHY["ledger" if row.source == "ledger" else "record"]
        yield Failure("record", row.id, what, row.last_at, row.attempts, why, row.error, state)


def _events(scope: ShopScope, limit: int) -> Iterator[Failure]:
    for row in journal.failed_events(scope, limit):
        yield _event(row)


def _event(row: Event) -> Failure:
    state = {"failed": "failed", "pending": "trying"}.get(row.state, "done")
    return Failure("event", row.id, row.kind, row.at, row.attempts, _WHY["event"], row.error, state)


def _jobs(scope: ShopScope, limit: int) -> Iterator[Failure]:
    for row in job_queries.dead(scope, limit):
        yield Failure("job", row.id, row.name, row.created_at, row.attempts, _WHY["job"], row.error)
    for row in job_queries.retried(scope, limit):
        yield Failure("job", row.id, row.name, row.created_at, row.attempts, "", row.error, "trying", row.due_at)


def _tried(scope: ShopScope, tried: str, now: datetime) -> Iterator[Failure]:
    """One that was tried again and failed no more has left the lists."""
    kind, _, name = tried.partition("-")
    number = whole_number(name)
    if kind == "delivery" and number and (delivery := scope.find(Delivery, number)):
        yield _delivery(delivery)
    if kind == "event" and number and (event := scope.find(Event, number)):
        yield _event(event)
    if kind == "job" and name in JOBS:
        yield Failure("job", 0, name, now, 0, state=_course(scope, name, now))


def _course(scope: ShopScope, name: str, now: datetime) -> str:
    if not job_queries.waits(scope, name):
        return "done"
    return "waiting" if name in waiting_for_the_shop(scope, now) else "trying"


def _retry_delivery(scope: ShopScope, row_id: int, now: datetime) -> str:
    process.retry(scope, row_id, now)
    return f"delivery-{row_id}"


def _retry_record(scope: ShopScope, row_id: int, now: datetime) -> str:
    """A fresh read of the record: what failed may be right by now, or the code that read it."""
    record = scope.get(FailedRecord, row_id)
    request_fetches(scope, [(record.kind, record.external_id)], "retry", now)
    return f"record-{row_id}"


def _retry_event(scope: ShopScope, row_id: int, now: datetime) -> str:
    reactions.retry(scope, row_id, now)
    return f"event-{row_id}"


def _retry_job(scope: ShopScope, row_id: int, now: datetime) -> str:
    name = job_queries.name_of(scope, row_id)
    jobs.revive(scope, row_id, now)
    return f"job-{name}"


_RETRIES: Mapping[str, Callable[[ShopScope, int, datetime], str]] = {
    "delivery": _retry_delivery,
    "record": _retry_record,
    "event": _retry_event,
    "job": _retry_job,
}
