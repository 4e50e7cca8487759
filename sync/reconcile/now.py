"""Holding both sides together because a person asks, and what comes of it."""

import time
from collections.abc import Generator, Iterator
from datetime import timedelta

from sqlmodel import col, select

from app.context import Context
from app.db.scope import shop_scope
from app.errors import PlatformDown, Refused
from app.lib.clock import utc_now
from app.proof.models import Finding, Reconciliation
from app.proof.queries import UNDONE
from app.reasons import told
from sync.reconcile.begin import local_day, request

_PATIENCE = 60.0  # seconds in which nothing moves


def reconcile_now(context: Context, shop_id: int, days: int) -> Iterator[str]:
    """Ask the worker for the last `days` days; lines of what is done and found. Raises Refused, or PlatformDown if no
    worker takes it up."""
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        if scope.shop.state != "active":
            raise Refused(
                f"{scope.shop.domain} is {scope.shop.state}: {told(scope.shop.state_reason) or 'backfilling'}"
            )
        row_id = request(scope, "asked", now, local_day(scope, now) - timedelta(days=days - 1)).id
    row = yield from _followed(context, shop_id, row_id)
    if row.state == "failed":
        raise PlatformDown(f"It could not be done: {told(row.error)}")
    yield from _told(context, row)


def _followed(context: Context, shop_id: int, row_id: int) -> Generator[str, None, Reconciliation]:
    said, moved_at = "", time.monotonic()
    while True:
        with shop_scope(context.engine, shop_id) as scope:
            row = scope.get(Reconciliation, row_id)
        if row.state not in UNDONE:
            return row
        line = f"{row.stage}, {row.orders} orders so far" + (f": {told(row.note)}" if row.note else "")
        if line != said:
            said, moved_at = line, time.monotonic()
            yield line
        if time.monotonic() > moved_at + _PATIENCE and row.state == "queued":
            raise PlatformDown(f"no worker took it up within {_PATIENCE:.0f} s")
        time.sleep(0.2)


def _told(context: Context, row: Reconciliation) -> Iterator[str]:
    with shop_scope(context.engine, row.shop_id) as scope:
        still_open = col(Finding.repaired_at).is_(None)
        wanted = select(Finding).where((col(Finding.reconciliation_id) == row.id) | still_open)
        findings = scope.all(wanted.order_by(col(Finding.found_at), col(Finding.id)))
    for one in findings:
        became = "repaired" if one.repaired_at else f"not repaired: {told(one.why_not) or 'not tried yet'}"
        values = f"{one.field}: {one.theirs} there, {one.ours} here"
        yield f"{one.kind} {one.external_id} was {one.what} ({values}), {became}"
    yield f"{row.orders} orders of {row.since_on} to {row.until_on}: {row.repaired} repaired, {row.unhealed} not"
