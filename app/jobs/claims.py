"""Claims on jobs: taking one under a lease, renewing it, what becomes of the job after. The same on both engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from app.db.batch import Batch
from app.db.scope import every_shop
from app.errors import AuthLost, Late, RateLimited, Refused
from app.jobs.base import Again, Job, put_back
from app.lib.clock import real_now, utc_now
from app.lib.log import log

BACK_OFF = (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600)  # seconds after each failure; then it is dead
_LONG_DUE = timedelta(seconds=2)  # after which a job is as urgent as any: what comes all the time starves nothing
_NEVER_TWICE = (AuthLost, Refused)  # a person has to act first


class Lane(NamedTuple):
    """shop_id 0: no shop's."""

    shop_id: int
    name: str


@dataclass(frozen=True)
class Claims:
    """The claims of one worker process. lease: seconds without a sign of life after which its jobs are others'."""

    engine: Engine
    worker: str
    lease: float = 30.0

    def claim(self, lane: Lane | None = None) -> Job | None:
        """The job that goes first, in a lane or of all, now ours; None where there is none."""
        return self._write(lambda batch: self._claim(batch, lane))

    def _claim(self, batch: Batch, lane: Lane | None) -> Job | None:
        where = {"in_shop": lane.shop_id, "in_lane": lane.name} if lane else {}
        now = utc_now()
        values = {"now": now, "long_due": now - _LONG_DUE, "worker": self.worker, "until": self._until(), **where}
        found = batch.rows(_claim(bool(lane), batch.is_sqlite), values)
        return _job(found[0]) if found else None

    def renew(self, in_hand: Sequence[int]) -> None:
        """A sign of life for these of our jobs."""
        if in_hand:
            with every_shop(self.engine, write=True) as db:
                db.batch().execute(_RENEW, {"worker": self.worker, "until": self._until(), "in_hand": in_hand})

    def finish(self, job: Job, result: Again | None, *, go_on: bool = False) -> Job | None:
        """It is done, or goes on later. go_on: the next one of its lane, now ours, in the same transaction."""
        if result is None:
            return self._settle(job, None, go_on)
        return self._settle(job, _again(result.at or utc_now(), 0, held=False), go_on)

    def fail(self, job: Job, error: Exception, *, go_on: bool = False) -> Job | None:
        """Wait and try again, or give it up, as the error says."""
        now, words = utc_now(), f"{type(error).__name__}: {error}"[:2000]
        if isinstance(error, Late):
            values = _again(error.at, job.attempts, held=False)
        elif isinstance(error, RateLimited):
            values = _again(now + timedelta(seconds=error.seconds), job.attempts, words)
        elif isinstance(error, _NEVER_TWICE) or job.attempts >= len(BACK_OFF):
            values = _dead(job, words)
        else:
            values = _again(now + timedelta(seconds=BACK_OFF[job.attempts]), job.attempts + 1, words)
        return self._settle(job, values, go_on)

    def free_abandoned(self, all_of_them: bool = False) -> int:
        """Put back the jobs whose worker gave no sign of life in time; how many. all_of_them: where it is certain that
        no other worker lives."""
        deadline = real_now() + timedelta(days=36500) if all_of_them else real_now()
        with every_shop(self.engine, write=True) as db:
            batch = db.batch()
            skip = "" if batch.is_sqlite else _SKIP_LOCKED
            found = batch.rows(_ABANDONED + skip, {"now": deadline}, times=[7])
            for row in found:
                self._free(batch, _job(row), *row[6:])
        return len(found)

    def _free(self, batch: Batch, job: Job, dedupe: str | None, due_at: datetime) -> None:
        # It keeps its place in the lane. It counts as an attempt: a job must not kill its worker for ever.
        words = "the worker died at it"
        if job.attempts >= len(BACK_OFF):
            batch.execute(_BURY, _dead(job, words))
        else:
            put_back(batch, job, dedupe, _again(due_at, job.attempts + 1, words, held=False))

    def _settle(self, job: Job, values: dict[str, Any] | None, go_on: bool) -> Job | None:
        def settle_and_claim(batch: Batch) -> Job | None:
            self._settled(batch, job, values)
            return self._claim(batch, Lane(job.shop_id or 0, job.lane)) if go_on else None

        return self._write(settle_and_claim)

    def _write(self, write: Callable[[Batch], Job | None]) -> Job | None:
        while True:
            try:
                with every_shop(self.engine, write=True) as db:
                    return write(db.batch())
            except UniqueViolation:  # its twin was deferred, or another job of its lane begun, in the same moment
                continue

    def _settled(self, batch: Batch, job: Job, values: dict[str, Any] | None) -> None:
        ours = batch.rows(_DONE if values is None else _OURS, {"id": job.id, "worker": self.worker})
        if not ours:
            log.warning("a job was taken from us while we worked at it", job=job.id, name=job.name)
        elif values is not None and "id" in values:
            batch.execute(_BURY, values)
        elif values is not None:
            put_back(batch, job, ours[0][0], values)

    def _until(self) -> datetime:
        return real_now() + timedelta(seconds=self.lease)


def _job(row: Any) -> Job:
    return Job(row[0], row[1] or None, *row[2:6])


def _again(due_at: datetime, attempts: int, error: str | None = None, *, held: bool = True) -> dict[str, Any]:
    return {"due_at": due_at, "attempts": attempts, "held": held, "error": error}


def _dead(job: Job, error: str) -> dict[str, Any]:
    return {"id": job.id, "attempts": job.attempts + 1, "error": error}


@cache
def _claim(in_a_lane: bool, is_sqlite: bool) -> str:
    where = "AND shop_id = :in_shop AND lane = :in_lane" if in_a_lane else ""
    # One that another transaction holds is skipped: as it ends it calls for the lane, if it has brought work.
    return f"""
UPDATE jobs SET state = 'running', worker = :worker, lease_until = :until WHERE id = (
  SELECT id FROM jobs j WHERE state = 'ready' AND due_at <= :now {where} AND NOT EXISTS
    (SELECT 1 FROM jobs r WHERE r.shop_id = j.shop_id AND r.lane = j.lane AND r.state = 'running')
  ORDER BY CASE WHEN due_at < :long_due THEN 0 ELSE priority END, due_at, id LIMIT 1
  {"" if is_sqlite else _SKIP_LOCKED})
RETURNING {_COLUMNS}"""


_SKIP_LOCKED = " FOR UPDATE SKIP LOCKED"
_COLUMNS = 'id, shop_id, name, "key", lane, attempts, dedupe, due_at'
_RENEW = """
UPDATE jobs SET lease_until = :until WHERE state = 'running' AND worker = :worker AND id = ANY(:in_hand)
"""
_ABANDONED = f"SELECT {_COLUMNS} FROM jobs WHERE state = 'running' AND lease_until < :now"
_OURS = "SELECT dedupe FROM jobs WHERE id = :id AND worker = :worker AND state = 'running'"
_DONE = "DELETE FROM jobs WHERE id = :id AND worker = :worker AND state = 'running' RETURNING id"
_BURY = """
UPDATE jobs SET state = 'dead', attempts = :attempts, error = :error, worker = NULL, lease_until = NULL WHERE id = :id
"""
