"""The contract: defer a job in the data's own transaction, fire a tick once, and what a handler is given.

A job is a row on both databases. An engine says which process works which lane when: `local` on SQLite looks for work
itself, `procrastinate` on PostgreSQL is called to it (`calls.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db.batch import Batch
from app.db.scope import EveryShop, ShopScope
from app.errors import NotFound
from app.jobs.calls import Call, call
from app.lib.clock import utc_now
from app.lib.ids import new_id

_KEEP_FIRINGS = timedelta(days=3)


@dataclass(frozen=True)
class Job:
    """A job in the hands of its handler. attempts: how often it failed before."""

    id: int
    shop_id: int | None
    name: str
    key: str
    lane: str
    attempts: int


@dataclass(frozen=True)
class Again:
    """What a handler answers where it is not through: run it again, at once or at `at`, after others of its lane that
    go before it. No attempt is counted."""

    at: datetime | None = None


def defer(
    db: EveryShop,
    name: str,
    key: str = "",
    *,
    lane: str,
    dedupe: str | None = None,
    at: datetime | None = None,
    priority: int = 0,
    shop_id: int | None = None,
) -> None:
    """Queue a job of the scope's shop, there when the transaction is. One with the same `dedupe` that still waits is
    the same job, brought forward where this one is earlier or goes before it (unless a back-off holds it). A lane of a
    shop works one job at a time, lower `priority` first. shop_id: for a transaction over all shops only."""
    if isinstance(db, ShopScope) and shop_id not in (None, db.shop_id):
        raise ValueError("a shop's scope defers its own jobs")
    now, shop_id = utc_now(), db.shop_id if isinstance(db, ShopScope) else shop_id or 0
    values = {
        "id": new_id(),
        "shop_id": shop_id,
        "name": name,
        "key": key,
        "lane": lane,
        "dedupe": dedupe,
        "priority": priority,
        "due_at": at or now,
        "now": now,
    }
    db.batch().execute(_DEFER, values)
    if at is None or at <= now:
        db.at_end(call, Call(-priority, shop_id, lane))


def fire(db: EveryShop, name: str, due_at: datetime) -> bool:
    """True for the one, of many processes that tick, whose tick this is."""
    batch = db.batch()
    is_ours = batch.execute(_FIRE, {"name": name, "due_at": due_at}) == 1
    if is_ours:
        batch.execute(_FORGET_FIRINGS, {"name": name, "before": due_at - _KEEP_FIRINGS})
    return is_ours


def revive(scope: ShopScope, job_id: int, now: datetime) -> None:
    """Let a dead job be tried again. Raises NotFound."""
    batch = scope.batch()
    found = batch.rows(_DEAD, {"id": job_id})
    if not found:
        raise NotFound("There is no such dead job here.")
    name, key, lane, dedupe, priority = found[0]
    batch.execute("DELETE FROM jobs WHERE shop_id = :shop_id AND id = :id", {"id": job_id})
    defer(scope, name, key, lane=lane, dedupe=dedupe, at=now, priority=priority)


def put_back(batch: Batch, job: Job, dedupe: str | None, again: dict[str, object]) -> None:
    """Make a running job wait again, or let its twin that waits already stand for it. again: due_at, attempts, held,
    error."""
    twin = {"shop_id": job.shop_id or 0, "name": job.name, "dedupe": dedupe, **again}
    if dedupe is not None and batch.execute(_TAKE_OVER if again["held"] else _BRING_FORWARD, twin):
        batch.execute("DELETE FROM jobs WHERE id = :id", {"id": job.id})
    else:
        batch.execute(_READY, {"id": job.id, **again})


_DEFER = """
INSERT INTO jobs (id, shop_id, name, "key", lane, dedupe, priority, due_at, state, held, attempts, created_at)
VALUES (:id, :shop_id, :name, :key, :lane, :dedupe, :priority, :due_at, 'ready', FALSE, 0, :now)
ON CONFLICT (shop_id, name, dedupe) WHERE state = 'ready' AND dedupe IS NOT NULL DO UPDATE SET
  due_at = CASE WHEN NOT jobs.held AND excluded.due_at < jobs.due_at THEN excluded.due_at ELSE jobs.due_at END,
  priority = CASE WHEN excluded.priority < jobs.priority THEN excluded.priority ELSE jobs.priority END
WHERE (NOT jobs.held AND excluded.due_at < jobs.due_at) OR excluded.priority < jobs.priority
"""  # mostly it is found and stays as it is: PostgreSQL locks it even so
_FIRE = "INSERT INTO firings (name, due_at) VALUES (:name, :due_at) ON CONFLICT (name, due_at) DO NOTHING"
_FORGET_FIRINGS = "DELETE FROM firings WHERE name = :name AND due_at < :before"
_DEAD = """
SELECT name, "key", lane, dedupe, priority FROM jobs WHERE shop_id = :shop_id AND id = :id AND state = 'dead'
"""
_TWIN = "WHERE shop_id = :shop_id AND name = :name AND dedupe = :dedupe AND state = 'ready'"
_BRING_FORWARD = f"UPDATE jobs SET due_at = CASE WHEN held OR due_at < :due_at THEN due_at ELSE :due_at END {_TWIN}"
_TAKE_OVER = f"UPDATE jobs SET due_at = :due_at, attempts = :attempts, held = TRUE, error = :error {_TWIN}"
_READY = """
UPDATE jobs SET state = 'ready', due_at = :due_at, attempts = :attempts, held = :held, error = :error,
  worker = NULL, lease_until = NULL WHERE id = :id
"""
