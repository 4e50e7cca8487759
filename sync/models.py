"""Run (one sync of one resource, how far it is), Cursor (from when the next pull looks), RefusedField."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, json, moment, of_shop
from app.reasons import Kept


class Run(ShopOwned, table=True):
    """kind: backfill, pull, sweep. state: queued (another goes first), running, waiting (`note` says for what), done,
    failed. cursor: where to go on, a bulk operation's id in it; done, total: records."""

    __tablename__ = "runs"
    __table_args__ = (of_shop(), Index("runs_state", "shop_id", "kind", "state"))
    kind: str
    resource: str
    state: str = "running"
    cursor: str | None = None
    since: datetime | None = moment(None)
    done: int = 0
    total: int | None = None
    failed: int = 0
    started_at: datetime = moment()
    changed_at: datetime = moment()
    finished_at: datetime | None = moment(None)
    note: Kept | None = json()
    error: Kept | None = json()


class RefusedField(ShopPart, table=True):
    """A field that the platform keeps back from us, as it names it, and why in its own words. example: the record of
    which it was kept back last; empty where it is no record's."""

    __tablename__ = "refused_fields"
    __table_args__ = (of_shop(),)
    field: str = Field(primary_key=True)
    reason: str
    example: str = ""
    first_at: datetime = moment()
    last_at: datetime = moment()


class Cursor(ShopPart, table=True):
    """The next pull of a resource asks for what changed after `since`; pulled_at: when one last ended well."""

    __tablename__ = "cursors"
    __table_args__ = (of_shop(),)
    resource: str = Field(primary_key=True)
    since: datetime = moment()
    pulled_at: datetime | None = moment(None)
