"""Calls on PostgreSQL: a job of procrastinate's for a lane that has work, however many of ours wait in it.

Its `lock` is the lane, so that one worker at a time is called for it; its `queueing_lock` keeps one call waiting for a
lane and a priority. Back-off and future times are our rows' alone: a call that waited for its time would hold up its
lane, and knows nothing of a demo's clock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.db.batch import Batch

QUEUE, TASK = "lanes", "work_lane"


class Call(NamedTuple):
    """urgency: procrastinate's priority, higher first."""

    urgency: int
    shop_id: int
    lane: str


def call(batch: Batch, wanted: Sequence[Call]) -> None:
    """Call a worker to each of these lanes, once the transaction is; on SQLite nobody needs to be called."""
    if not batch.is_sqlite:
        urgencies, shops, lanes = zip(*wanted, strict=True)
        batch.execute(_CALL, {"urgencies": urgencies, "shops": shops, "lanes": lanes})


def call_due(batch: Batch, now: datetime) -> int:
    """Call a worker to each lane with a job that is due and that nobody is called to or works in; how many."""
    return batch.execute(_CALL_DUE, {"now": now})


def call_again(batch: Batch, shop_id: int, lane: str, now: datetime) -> None:
    """Call a worker to the lane that this one leaves, if more is due there."""
    batch.execute(_CALL_AGAIN, {"now": now, "in_shop": shop_id, "in_lane": lane})


def is_wanted(batch: Batch, shop_id: int, lane: str) -> bool:
    """Whether another lane waits for a worker."""
    return bool(batch.rows(_WANTED, {"lock": _lock(shop_id, lane)})[0][0])


def beat(batch: Batch, worker_id: int, in_hand: Sequence[int]) -> bool:
    """A worker's sign of life; False where it is not known, or not any more. What it was called to and has not in hand
    is anybody's: the database was away when it ended."""
    batch.execute(_DROP_FORGOTTEN, {"worker_id": worker_id, "in_hand": in_hand})
    return batch.execute(_BEAT, {"worker_id": worker_id}) == 1


def drop_stalled(batch: Batch, seconds: float) -> None:
    """Take away workers that gave no sign of life for so long, and their calls: those lanes are anybody's."""
    batch.execute(_DROP_STALLED, {"seconds": seconds})
    batch.execute(_PRUNE, {"seconds": seconds})


def _lock(shop_id: int, lane: str) -> str:
    return f"{shop_id}:{lane}"


# Not by procrastinate's own function: it raises where a call waits already, and that ends the data's transaction.
_INSERT = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
SELECT '{QUEUE}', '{TASK}', urgency, shop_id || ':' || lane, shop_id || ':' || lane || ':' || urgency,
  jsonb_build_object('shop_id', shop_id, 'lane', lane)
"""
_ONCE = "ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING"
_CALL = f"""{_INSERT}
FROM unnest(:urgencies::int[], :shops::bigint[], :lanes::text[]) AS wanted (urgency, shop_id, lane) {_ONCE}
"""
_CALL_DUE = f"""{_INSERT}
FROM (SELECT shop_id, lane, -min(priority) AS urgency, min(due_at) AS since FROM jobs
      WHERE state = 'ready' AND due_at <= :now GROUP BY shop_id, lane) due
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs c
                  WHERE c.status IN ('todo', 'doing') AND c.lock = due.shop_id || ':' || due.lane)
ORDER BY urgency DESC, since {_ONCE}
"""
_CALL_AGAIN = f"""{_INSERT}
FROM (SELECT shop_id, lane, -min(priority) AS urgency FROM jobs
      WHERE state = 'ready' AND due_at <= :now AND shop_id = :in_shop AND lane = :in_lane GROUP BY shop_id, lane) due
{_ONCE}
"""
_WANTED = """
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs c WHERE status = 'todo' AND lock <> :lock AND NOT EXISTS
  (SELECT 1 FROM procrastinate_jobs d WHERE d.status = 'doing' AND d.lock = c.lock))
"""
_BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE id = :worker_id"
_DROP_FORGOTTEN = """
DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id = :worker_id AND NOT id = ANY(:in_hand)
"""
_PRUNE = "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => :seconds)"
_DROP_STALLED = """
DELETE FROM procrastinate_jobs WHERE id IN (
  SELECT c.id FROM procrastinate_jobs c LEFT JOIN procrastinate_workers w ON w.id = c.worker_id
  WHERE c.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :seconds))
  FOR UPDATE OF c SKIP LOCKED)
"""
