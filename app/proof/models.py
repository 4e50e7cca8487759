"""The proof of the sync: Reconciliation (one look at both sides), ProvedDay (what both have of a day), Finding (a
record that differed), FirstTold (who told of changes first)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, big, json, moment, of_shop
from app.reasons import Kept


class Reconciliation(ShopOwned, table=True):
    """One look at both sides, day by day. reason: nightly, rotation, sweep, gap, asked. state: queued, running, waiting
    (`note` says for what), done, failed. stage: what is looked at now (read, heal, things). next_on: the first day that
    was not read yet. missing, stale, extra, deleted: records named; repaired: of those; unhealed: the others.
    asked_seconds: spent at asking the shop. no_report: why the platform's own report could not be held beside."""

    __tablename__ = "reconciliations"
    __table_args__ = (of_shop(), Index("reconciliations_state", "shop_id", "state", "id"))
    reason: str
    since_on: date
    until_on: date  # the last day
    state: str = "queued"
    stage: str = "read"
    next_on: date
    cursor: str | None = None
    round: int = 0
    orders: int = 0
    missing: int = 0
    stale: int = 0
    extra: int = 0
    deleted: int = 0
    repaired: int = 0
    unhealed: int = 0
    asked_seconds: float = 0.0
    started_at: datetime = moment()
    changed_at: datetime = moment()
    finished_at: datetime | None = moment(None)
    note: Kept | None = json()
    no_report: Kept | None = json()
    error: Kept | None = json()


class ProvedDay(ShopPart, table=True):
    """What both sides have of one local day of the shop. kind: orders (their refunds too; by the day on which they were
    placed); customers, products and refunds have one row, of the day on which all their ids were last held together.
    state: green (equal), red (it did not heal), open (it differs and is being repaired, or the day has not ended).
    there, here: {"orders": 3, "EUR": {"placed": 1200, "refunded": 0, "net": 1200}} in minor units of each currency.
    question: what the platform's own report says otherwise; no fault yet."""

    __tablename__ = "proved_days"
    __table_args__ = (of_shop(), Index("proved_days_checked", "shop_id", "kind", "checked_at"))
    kind: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    state: str
    there: dict[str, Any] | None = json()
    here: dict[str, Any] | None = json()
    differences: int = 0  # those that are open
    checked_at: datetime = moment()
    proved_at: datetime | None = moment(None)  # when both sides were last found equal
    note: Kept | None = json()
    question: Kept | None = json()


class Finding(ShopOwned, table=True):
    """A record in which the two sides differed. kind: order, refund, customer, product. what: missing (here), stale
    (here), extra (kept here, and no order there any more), deleted (there). theirs, ours: of `field`. repaired_at: when
    both sides were found equal again; why_not: why they are not, once repairing was tried."""

    __tablename__ = "findings"
    __table_args__ = (
        of_shop(),
        Index("findings_open", "shop_id", "repaired_at", "kind", "external_id"),
        Index("findings_found", "shop_id", "found_at"),
        Index("findings_day", "shop_id", "day"),
    )
    reconciliation_id: int | None = big(default=None)
    kind: str
    external_id: str
    order_external_id: str | None = None  # of a refund
    day: date | None = None
    what: str
    field: str
    theirs: str | None = None
    ours: str | None = None
    currency: str | None = None  # of both, where they are amounts: in its minor units
    found_at: datetime = moment()
    last_at: datetime = moment()  # when it was last seen
    repaired_at: datetime | None = moment(None)
    why_not: Kept | None = json()


class FirstTold(ShopPart, table=True):
    """How many changes of a local day of the shop came to be known by one way before all others. source: webhook, pull
    (sweeps too), reconcile."""

    __tablename__ = "first_told"
    __table_args__ = (of_shop(),)
    day: date = Field(primary_key=True)
    source: str = Field(primary_key=True)
    changes: int = 0
