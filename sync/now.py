"""A pull asked for by a person, and what comes of it."""

import time
from collections.abc import Iterator

from sqlmodel import select

from app import jobs
from app.context import Context
from app.db.scope import shop_scope
from app.errors import PlatformDown, Refused
from app.lib.clock import utc_now
from sync.models import Cursor

_PATIENCE = 600.0  # seconds


def pull_now(context: Context, shop_id: int) -> Iterator[str]:
    """Ask the worker for a pull; a line for each resource as it ends. Raises Refused, or PlatformDown if none works."""
    asked_at = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        if scope.shop.state != "active":
            raise Refused(f"{scope.shop.domain} is {scope.shop.state}: {scope.shop.state_reason or 'backfilling'}")
        jobs.defer(scope, "pull", lane="ingest", dedupe="pull", priority=5)
        waiting = set(scope.all(select(Cursor.resource)))
    until = time.monotonic() + _PATIENCE
    while waiting:
        with shop_scope(context.engine, shop_id) as scope:
            ended = [c.resource for c in scope.all(select(Cursor)) if c.pulled_at and c.pulled_at >= asked_at]
        for resource in sorted(waiting.intersection(ended)):
            yield f"{resource}: up to date"
        waiting -= set(ended)
        if time.monotonic() > until:
            raise PlatformDown(f"no worker pulled {', '.join(sorted(waiting))} within {_PATIENCE:.0f} s")
        time.sleep(0.2)
