"""JobRow, work that waits or is being done; Firing, which tick of the timetable was fired."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from app.db.columns import Table, UtcTime, big, moment
from app.lib.ids import new_id

_WAITS = text("state = 'ready' AND dedupe IS NOT NULL")
_READY = text("state = 'ready'")
_RUNS = text("state = 'running'")


class JobRow(Table, table=True):
    """state: ready (due_at says when), running (until the lease ends, unless it is renewed), dead (error says why).
    What is done is deleted. shop_id 0: no shop's. held: waits by order of a back-off or a rate limit."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("jobs_dedupe", "shop_id", "name", "dedupe", unique=True, sqlite_where=_WAITS, postgresql_where=_WAITS),
        # the database itself keeps a lane serial
        Index("jobs_lane", "shop_id", "lane", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("jobs_waiting", "shop_id", "lane", "priority", "due_at", sqlite_where=_READY, postgresql_where=_READY),
    )
    id: int = Field(default_factory=new_id, primary_key=True, sa_type=big().sa_type)
    shop_id: int = big(default=0)
    name: str
    key: str = ""
    lane: str
    dedupe: str | None = None
    priority: int = 0
    state: str = "ready"
    due_at: datetime = moment()
    held: bool = False
    attempts: int = 0
    error: str | None = Field(default=None, sa_type=Text)
    worker: str | None = None
    lease_until: datetime | None = moment(None)
    created_at: datetime = moment()


class Firing(Table, table=True):
    """One tick of one entry of the timetable: who inserts it fires it."""

    __tablename__ = "firings"
    name: str = Field(primary_key=True)
    due_at: datetime = Field(primary_key=True, sa_type=UtcTime)
