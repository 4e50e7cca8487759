"""What pages and gauges read of the jobs: how many stand where, and those that were given up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import EveryShop, ShopScope
from app.jobs.models import Firing, JobRow


def counts(db: EveryShop) -> dict[tuple[str, str], int]:
    """How many jobs each lane has in each state; of one shop, or of all of them."""
    grouped = select(JobRow.lane, JobRow.state, func.count()).group_by(JobRow.lane, JobRow.state)
    return {(lane, state): int(number) for lane, state, number in db.rows(grouped)}


def oldest_due(db: EveryShop) -> datetime | None:
    """Since when the job that waits longest could have been worked."""
    found: datetime | None = db.scalar(select(func.min(JobRow.due_at)).where(col(JobRow.state) == "ready"))
    return found


def lanes(scope: ShopScope) -> Sequence[tuple[str, str, int, datetime]]:
    """(lane, state, how many jobs, when the first of them is due)."""
    lane, state = col(JobRow.lane), col(JobRow.state)
    grouped = select(lane, state, func.count(), func.min(col(JobRow.due_at))).group_by(lane, state)
    return scope.rows(grouped.order_by(lane, state))


def name_of(scope: ShopScope, job_id: int) -> str | None:
    return scope.first(select(JobRow.name).where(JobRow.id == job_id))


def waits(scope: ShopScope, name: str) -> bool:
    """Is a job of this name to be done still?"""
    undone = select(JobRow.id).where(JobRow.name == name, col(JobRow.state).in_(("ready", "running")))
    return scope.first(undone.limit(1)) is not None


def put_off(scope: ShopScope, now: datetime) -> Sequence[str]:
    """The names of what is to be done later."""
    later = select(JobRow.name).where(col(JobRow.state) == "ready", col(JobRow.due_at) > now)
    return scope.all(later.distinct().order_by(JobRow.name))


def dead(scope: ShopScope, limit: int) -> Sequence[JobRow]:
    """Jobs that were given up, each with its `error`; `revive` lets one be tried again."""
    return scope.all(select(JobRow).where(col(JobRow.state) == "dead").order_by(col(JobRow.id).desc()).limit(limit))


def retried(scope: ShopScope, limit: int) -> Sequence[JobRow]:
    """Jobs that failed and wait to be tried again."""
    waiting = select(JobRow).where(col(JobRow.state) == "ready", col(JobRow.attempts) > 0)
    return scope.all(waiting.order_by(col(JobRow.due_at)).limit(limit))


def last_tick(db: EveryShop, entry: str) -> datetime | None:
    """When an entry of the timetable last fired: a worker was alive then."""
    found: datetime | None = db.scalar(select(func.max(Firing.due_at)).where(col(Firing.name) == entry))
    return found
