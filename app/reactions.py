"""Who reacts to what: the one table, and the job that works through it.

Reactions run after the change was kept, each in a transaction of its own, and are safe to run twice: a fault in loyalty
cannot lose an order.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import col, select

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.flows import enroll, outcomes
from app.jobs.base import Again, Job
from app.journal.models import Event
from app.lib.clock import utc_now
from app.lib.log import log
from app.loyalty import actions as loyalty
from app.segments import membership

Reaction = Callable[[ShopScope, Event, datetime], None]

REACTIONS: dict[str, tuple[Reaction, ...]] = {
    "order.placed": (membership.on_customer, loyalty.on_order, outcomes.on_order),
    "order.changed": (membership.on_customer, loyalty.on_order, outcomes.on_order),
    "customer.changed": (membership.on_customer,),
    "checkout.changed": (outcomes.on_checkout,),
    "checkout.abandoned": (enroll.on_abandoned,),
    "product.changed": (),
}
_SLICE = 50
_ATTEMPTS = 5


def react(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's pending events, in the order in which they were written."""
    assert job.shop_id is not None
    now = utc_now()
    with shop_scope(context.engine, job.shop_id) as scope:
        pending = select(Event).where(Event.state == "pending", col(Event.due_at) <= now)
        events = scope.all(pending.order_by(col(Event.id)).limit(_SLICE))
    for event in events:
        _settle(context, event, _run(context, event))
    return Again(None) if len(events) == _SLICE else None


def retry(scope: ShopScope, event_id: int, now: datetime) -> None:
    """Let everybody react once more to a change; whoever did already does nothing twice."""
    event = scope.get(Event, event_id)
    if event.state != "failed":
        return  # pressed twice
    event.state, event.due_at, event.attempts = "pending", now, 0
    jobs.defer(scope, "react", lane="react", dedupe="react", priority=0)


def _run(context: Context, event: Event) -> list[str]:
    errors = []
    for reaction in REACTIONS[event.kind]:
        try:
            with shop_scope(context.engine, event.shop_id, write=True) as scope:
                reaction(scope, event, utc_now())
        except Exception as error:  # whatever it is, it must not stop the other reactions; it is kept and tried again
            log.exception("reaction failed", shop=event.shop_id, event=event.id, reaction=reaction.__qualname__)
            errors.append(f"{reaction.__module__}.{reaction.__qualname__}: {error}")
    return errors


def _settle(context: Context, event: Event, errors: list[str]) -> None:
    now = utc_now()
    with shop_scope(context.engine, event.shop_id, write=True) as scope:
        row = scope.get(Event, event.id)
        row.attempts += 1
        row.error = "; ".join(errors) or None
        if not errors:
            row.state, row.done_at = "done", now
        elif row.attempts >= _ATTEMPTS:
            row.state = "failed"
        else:
            row.due_at = now + timedelta(seconds=10 * 4**row.attempts)
