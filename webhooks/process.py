"""Working through kept deliveries: each becomes records, the records go in, and the delivery says what came of it."""

import time
import zlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel import col, select

from app import jobs
from app.commerce.ingest import ingest
from app.context import Context
from app.db.pace import Pace
from app.db.scope import ShopScope, shop_scope
from app.errors import RegularsError
from app.jobs.base import Again, Job
from app.journal.chain import seal
from app.journal.keep import keep_deliveries, keep_failures, keep_page, request_fetches
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.lib.log import log
from app.privacy import sweep
from app.privacy.requests import receive
from app.proof.told import count_first_told
from app.shops.clients import connector_of, facts_of
from app.shops.lifecycle import apply
from connectors.records import Fact, Hint, Lifecycle, PrivacyRequest, Record

_SLICE = 0.4  # seconds
_pace = Pace(most=50)


def process(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's pending deliveries, in the order in which they came."""
    assert job.shop_id is not None
    until = time.monotonic() + _SLICE
    while time.monotonic() < until:
        at_once = _pace.records(context.engine)
        if _batch(context, job.shop_id, at_once, utc_now()) < at_once:
            return None
    return Again(None)


def retry(scope: ShopScope, delivery_id: int, now: datetime) -> None:
    """Let a failed delivery be tried once more."""
    delivery = scope.get(Delivery, delivery_id)
    if delivery.state not in ("failed", "unknown"):
        return  # pressed twice, or worked through meanwhile
    delivery.state, delivery.due_at, delivery.error = "pending", now, None
    jobs.defer(scope, "deliveries", lane="ingest", dedupe="deliveries", priority=0)


def _batch(context: Context, shop_id: int, at_once: int, now: datetime) -> int:
    with shop_scope(context.engine, shop_id, write=True) as scope:
        pending = select(Delivery).where(Delivery.state == "pending", col(Delivery.due_at) <= now)
        deliveries = scope.all(pending.order_by(col(Delivery.id)).limit(at_once))
        began = time.monotonic()  # from here on nobody else writes, on SQLite
        records: list[Record] = []
        for delivery in deliveries:
            for record in _read(context, scope, delivery, now):
                if isinstance(record, PrivacyRequest):
                    receive(scope, context.keyring, record, delivery, now)
                else:
                    records.append(record)
        if records:
            _take_in(context, scope, records, now)
        keep_deliveries(scope, context.keyring, deliveries, now)
        sweep.forget(scope, context.keyring, deliveries)
        seal(scope, context.keyring, now)
    _pace.note(len(deliveries), time.monotonic() - began)
    return len(deliveries)


def _read(context: Context, scope: ShopScope, delivery: Delivery, now: datetime) -> Sequence[Record]:
    connector = connector_of(scope.shop.platform)
    topic = connector.topics.get(delivery.topic)
    if topic is None:
        reason = connector.ignored.get(delivery.topic)
        delivery.state, delivery.error = ("ignored", reason) if reason else ("unknown", "no line in TOPICS or IGNORED")
        delivery.done_at = now
        return ()
    delivery.attempts += 1
    try:
        body = zlib.decompress(context.keyring.open(delivery.body or b""))
        records = topic(body, facts_of(scope.shop))
    except Exception as error:  # whatever is wrong with it: it is kept and shown, and the others go on
        if not isinstance(error, RegularsError):
            log.exception("delivery", shop=scope.shop_id, delivery=delivery.id, topic=delivery.topic)
        delivery.state, delivery.error = "failed", str(error) or type(error).__name__
        return ()
    delivery.state, delivery.done_at, delivery.error = "done", now, None
    return [_dated(record, delivery.triggered_at or delivery.received_at) for record in records]


def _dated(record: Record, at: datetime) -> Record:
    """What does not say when it happened, happened when the delivery was set off: one that is late stays old news."""
    if isinstance(record, Fact | Lifecycle) and record.at is None:
        return msgspec.structs.replace(record, at=at)
    return record


def _take_in(context: Context, scope: ShopScope, records: Sequence[Record], now: datetime) -> None:
    for record in records:
        if isinstance(record, Lifecycle):
            apply(scope, record, now)
    hints = [(record.kind, record.external_id) for record in records if isinstance(record, Hint)]
    facts = [record for record in records if not isinstance(record, Hint | Lifecycle)]
    outcome = ingest(scope, facts, now, live=True, keyring=context.keyring)
    keep_failures(scope, context.keyring, "delivery", outcome.failures, now)
    request_fetches(scope, [*hints, *outcome.refetch], "delivery", now)
    keep_page(scope, context.keyring, "delivery", "batch", outcome, now)
    count_first_told(scope, "delivery", outcome.counts, now)
