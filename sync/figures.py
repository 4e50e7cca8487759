"""A backfill's last run: the figures of all customers, counted once the whole history is here.

To keep them up with every batch of a history moves each customer's row as often as there are orders, all over the table
and its indexes: in a large shop that took longer than the orders themselves."""

import time

from app.commerce.owners import count
from app.context import Context
from app.db.pace import Pace
from app.db.scope import shop_scope
from app.jobs.base import Again
from app.lib.clock import utc_now
from sync.models import Run

FIGURES = "figures"
_pace = Pace(most=1_000)


def count_figures(context: Context, run: Run) -> Again:
    """Some of them, in one transaction. Exact whatever came meanwhile: webhooks tend to figures of whom they name."""
    now = utc_now()
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        row = scope.get(Run, run.id)
        began = time.monotonic()
        counted, last = count(scope, int(row.cursor or 0), _pace.records(context.engine), now)
        row.done, row.state, row.note, row.error, row.changed_at = row.done + counted, "running", None, None, now
        row.cursor = str(last)
        if last is None:
            row.state, row.cursor, row.finished_at = "done", None, now
    _pace.note(counted, time.monotonic() - began)
    return Again(None)
