"""A pull asked for by a person, and what comes of it."""

import time
from collections.abc import Iterator
from datetime import datetime

from sqlmodel import select

from app.context import Context
from app.db.scope import shop_scope
from app.errors import PlatformDown, Refused
from app.lib.clock import utc_now
from app.reasons import told
from sync.models import Cursor, Run
from sync.pull import request

_PATIENCE = 600.0  # seconds


def pull_now(context: Context, shop_id: int) -> Iterator[str]:
    """Ask the worker for a pull; a line for each resource as it ends. Raises Refused, or PlatformDown if none works."""
    asked_at = utc_now()
    with shop_scope(context.engine, shop_id) as scope:
        if scope.shop.state != "active":
            raise Refused(
                f"{scope.shop.domain} is {scope.shop.state}: {told(scope.shop.state_reason) or 'backfilling'}"
            )
        waiting = set(scope.all(select(Cursor.resource)))
    until = time.monotonic() + _PATIENCE
    while waiting:
        ended = _ended(context, shop_id, asked_at)
        for resource in sorted(waiting & ended):
            yield f"{resource}: up to date"
        waiting -= ended
        if time.monotonic() > until:
            raise PlatformDown(f"no worker pulled {', '.join(sorted(waiting))} within {_PATIENCE:.0f} s")
        time.sleep(0.2)


def _ended(context: Context, shop_id: int, asked_at: datetime) -> set[str]:
    """What was pulled by a pull that began since; one that was in hand already does not do, and another follows it."""
    with shop_scope(context.engine, shop_id, write=True) as scope:
        ended = {cursor.resource for cursor in scope.all(select(Cursor)) if cursor.since >= asked_at}
        if scope.first(select(Run.id).where(Run.kind == "pull").limit(1)) is None:
            request(scope)
    return ended
