"""Can this process do its work: is the database there and of the newest form, and does a worker live?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import reading
from app.db.migrate import lag
from app.db.scope import every_shop
from app.lib.clock import utc_now
from app.operations import figures

ALIVE = timedelta(minutes=3)  # since a worker fired the timetable, which it does each minute


@dataclass(frozen=True)
class Standing:
    """lacks: why nothing can be served, None where all is well. worker_seen_at: slots of a minute."""

    lacks: str | None
    worker_seen_at: datetime | None = None

    def has_worker(self, now: datetime) -> bool:
        return self.worker_seen_at is not None and now - self.worker_seen_at < ALIVE

    def said(self) -> dict[str, str]:
        worker = "seen" if self.has_worker(utc_now()) else "not seen"
        return {
            "status": "ready" if self.lacks is None else "not ready",
            "database": self.lacks or "ok",
            "worker": worker,
        }


def standing(engine: Engine) -> Standing:
    try:
        lacks = lag(reading(engine))
        if lacks:
            return Standing(lacks)
        with every_shop(engine) as db:
            return Standing(None, figures.heartbeat(db))
    except SQLAlchemyError as error:
        return Standing(f"the database does not answer ({type(error).__name__})")
