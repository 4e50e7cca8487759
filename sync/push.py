"""Sending what is to be written to a shop: one at a time, each claimed before and settled after."""

import time
from datetime import datetime, timedelta

from app.context import Context
from app.db.scope import shop_scope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.lib.log import log
from app.shops.clients import client_for
from app.writes.actions import change_of, doubt_what_was_left
from app.writes.models import PlatformWrite
from app.writes.sending import claim, next_due, not_written, written
from connectors.base import Client
from connectors.changes import Written
from sync.reach import calls_the_shop

_SLICE = 2.0  # seconds, so that others of the lane have their turn


@calls_the_shop
def push(context: Context, job: Job) -> Again | None:
    """A job: a slice of what waits to be written to a shop."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        doubt_what_was_left(scope)
    client: Client | None = None
    until = time.monotonic() + _SLICE
    while time.monotonic() < until:
        with shop_scope(context.engine, job.shop_id, write=True) as scope:
            write = claim(scope, utc_now())
        if write is None:
            return _later(context, job.shop_id)
        client = client or client_for(context, job.shop_id)
        pause = _send(context, client, write)
        if pause is not None:
            return Again(pause)
    return Again(None)


def _send(context: Context, client: Client, write: PlatformWrite) -> datetime | None:
    """Until when the shop wants to be left alone; None where it does not. Raises AuthLost, once that is kept."""
    outcome = _try(client, write)
    now = utc_now()
    with shop_scope(context.engine, write.shop_id, write=True) as scope:
        row = scope.get(PlatformWrite, write.id)
        if isinstance(outcome, Written):
            written(scope, row, outcome, now)
            return None
        not_written(row, outcome, now)
    match outcome:
        case AuthLost():
            raise outcome
        case RateLimited():
            return now + timedelta(seconds=outcome.seconds)
        case PlatformDown():
            return row.due_at if row.state == "uncertain" else None
    return None


def _try(client: Client, write: PlatformWrite) -> Written | Exception:
    try:
        return client.write(change_of(write), write.answer or {})
    except Exception as error:  # whatever it is, it is kept with the write, and the others go on
        log.warning("write", shop=write.shop_id, write=write.id, kind=write.kind, error=str(error))
        return error


def _later(context: Context, shop_id: int) -> Again | None:
    with shop_scope(context.engine, shop_id) as scope:
        at = next_due(scope)
    return Again(at) if at else None
