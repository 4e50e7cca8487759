"""Claims on jobs: taking one under a lease, renewing it, and what becomes of the job after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import Engine

from app.db.batch import Batch
from app.db.scope import every_shop
from app.errors import AuthLost, Late, RateLimited, Refused
from app.jobs.base import Again, Job, put_back
from app.lib.clock import real_now, utc_now
from app.lib.log import log

BACK_OFF = (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600)  # seconds after each failure; then it is dead
_NEVER_TWICE = (AuthLost, Refused)  # a person has to act first


@dataclass(frozen=True)
class Claims:
    """The claims of one worker process. lease: seconds without a sign of life after which its jobs are others'."""

    engine: Engine
    worker: str
    lease: float = 30.0

    def next_due(self) -> datetime | None:
        """When the next job is due whose lane is free; it may be in the past."""
        with every_shop(self.engine) as db:
            found = db.batch().rows(f"SELECT due_at FROM jobs j WHERE {_FREE} ORDER BY due_at LIMIT 1", {}, times=[0])
        return found[0][0] if found else None

    def claim(self) -> Job | None:
        """The job that goes first, now ours; None where there is none."""
        while True:
            try:
                with every_shop(self.engine, write=True) as db:
                    return self._claim(db.batch())
            except UniqueViolation:  # somebody else began another job of this lane in the same moment
                continue

    def _claim(self, batch: Batch) -> Job | None:
        found = batch.rows(_CLAIMABLE + self._skip_locked, {"now": utc_now()})
        if not found:
            return None
        job = _job(found[0])
        batch.execute(_CLAIM, {"id": job.id, "worker": self.worker, "until": self._until()})
        return job

    def renew(self) -> None:
        """A sign of life for all our jobs."""
        with every_shop(self.engine, write=True) as db:
            db.batch().execute(_RENEW, {"worker": self.worker, "until": self._until()})

    def finish(self, job: Job, result: Again | None) -> None:
        if result is None:
            self._settle(job, None)
        else:
            self._settle(job, _again(result.at or utc_now(), 0, held=False))

    def fail(self, job: Job, error: Exception) -> None:
        """Wait and try again, or give it up, as the error says."""
        now, words = utc_now(), f"{type(error).__name__}: {error}"[:2000]
        if isinstance(error, Late):
            self._settle(job, _again(error.at, job.attempts, held=False))
        elif isinstance(error, RateLimited):
            self._settle(job, _again(now + timedelta(seconds=error.seconds), job.attempts, words))
        elif isinstance(error, _NEVER_TWICE) or job.attempts >= len(BACK_OFF):
            self._settle(job, _dead(job, words))
        else:
            self._settle(job, _again(now + timedelta(seconds=BACK_OFF[job.attempts]), job.attempts + 1, words))

    def free_abandoned(self, all_of_them: bool = False) -> int:
        """Put back the jobs whose worker gave no sign of life in time; how many. all_of_them: where it is certain that
        no other worker lives."""
        deadline = real_now() + timedelta(days=36500) if all_of_them else real_now()
        with every_shop(self.engine, write=True) as db:
            batch = db.batch()
            found = batch.rows(_ABANDONED + self._skip_locked, {"now": deadline})
            for row in found:
                self._free(batch, _job(row), row[6])
        return len(found)

    def _free(self, batch: Batch, job: Job, dedupe: str | None) -> None:
        # It counts as an attempt: a job that kills its worker must not do so for ever.
        words = "the worker died at it"
        if job.attempts >= len(BACK_OFF):
            batch.execute(_BURY, _dead(job, words))
        else:
            put_back(batch, job, dedupe, {**_again(utc_now(), job.attempts + 1, words), "held": False})

    def _settle(self, job: Job, values: dict[str, Any] | None) -> None:
        while True:
            try:
                with every_shop(self.engine, write=True) as db:
                    return self._write(db.batch(), job, values)
            except UniqueViolation:  # its twin was deferred in the same moment
                continue

    def _write(self, batch: Batch, job: Job, values: dict[str, Any] | None) -> None:
        ours = batch.rows(_OURS, {"id": job.id, "worker": self.worker})
        if not ours:
            log.warning("a job was taken from us while we worked at it", job=job.id, name=job.name)
        elif values is None:
            batch.execute("DELETE FROM jobs WHERE id = :id", {"id": job.id})
        elif "id" in values:
            batch.execute(_BURY, values)
        else:
            put_back(batch, job, ours[0][0], values)

    def _until(self) -> datetime:
        return real_now() + timedelta(seconds=self.lease)

    @property
    def _skip_locked(self) -> str:
        return "" if self.engine.dialect.name == "sqlite" else " FOR UPDATE SKIP LOCKED"


def _job(row: Any) -> Job:
    return Job(row[0], row[1] or None, *row[2:6])


def _again(due_at: datetime, attempts: int, error: str | None = None, *, held: bool = True) -> dict[str, Any]:
    return {"due_at": due_at, "attempts": attempts, "held": held, "error": error}


def _dead(job: Job, error: str) -> dict[str, Any]:
    return {"id": job.id, "attempts": job.attempts + 1, "error": error}


_COLUMNS = 'id, shop_id, name, "key", lane, attempts, dedupe'
_FREE = """state = 'ready' AND NOT EXISTS
  (SELECT 1 FROM jobs r WHERE r.shop_id = j.shop_id AND r.lane = j.lane AND r.state = 'running')"""
_CLAIMABLE = f"SELECT {_COLUMNS} FROM jobs j WHERE {_FREE} AND due_at <= :now ORDER BY priority, due_at, id LIMIT 1"
_CLAIM = "UPDATE jobs SET state = 'running', worker = :worker, lease_until = :until WHERE id = :id"
_RENEW = "UPDATE jobs SET lease_until = :until WHERE state = 'running' AND worker = :worker"
_ABANDONED = f"SELECT {_COLUMNS} FROM jobs WHERE state = 'running' AND lease_until < :now"
_OURS = "SELECT dedupe FROM jobs WHERE id = :id AND worker = :worker AND state = 'running'"
_BURY = """
UPDATE jobs SET state = 'dead', attempts = :attempts, error = :error, worker = NULL, lease_until = NULL WHERE id = :id
"""
