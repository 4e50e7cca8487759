"""Delivery (a webhook received), the journal (what was done with it), Event (a live change), what waits or failed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, Table, big, json, moment, of_shop


class Delivery(ShopOwned, table=True):
    """A verified webhook. state: pending, done, ignored, unknown (topic), failed (`error` says why; may be retried)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "delivery_key"),
        Index("deliveries_pending", "shop_id", "state", "due_at"),
    )
    delivery_key: str  # the same for every repetition of one delivery
    topic: str
    received_at: datetime = moment()
    triggered_at: datetime | None = moment(None)  # when it happened, where the platform says so beside the body
    body: bytes | None = Field(default=None, sa_type=LargeBinary)  # compressed and encrypted, at most 14 days
    body_digest: bytes = Field(sa_type=LargeBinary)
    state: str = "pending"
    due_at: datetime = moment()
    attempts: int = 0
    error: str | None = None
    done_at: datetime | None = moment(None)


class Rejected(Table, table=True):
    """What did not verify: counted per day and address of ours, a few sampled by digest, no body."""

    __tablename__ = "rejected_deliveries"
    day: str = Field(primary_key=True)
    address: str = Field(primary_key=True)
    reason: str = Field(primary_key=True)
    count: int = 0
    samples: list[str] | None = json()


class JournalEntry(ShopOwned, table=True):
    """What was done with a page, a slice of a file, some deliveries (counts: outcome -> records; digest: SHA-256 over
    the sorted digests of its records), or with one delivery or record (outcome). Written once, then sealed: its place
    in the shop's chain and its link (`chain`). Nothing in it can be read back to a person.

    outcome: done, ignored, unknown, duplicate (deliveries), failed, superseded, conflict, echo, stripped or dropped
    (records of somebody erased). subject: a keyed hash of kind and external id; row_id: our row that says more; cause:
    the tombstone."""

    __tablename__ = "journal"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "place"), Index("journal_at", "shop_id", "at"))
    at: datetime = moment()
    source: str  # delivery, backfill, pull, fetch
    kind: str
    run_id: int | None = big(default=None)
    counts: dict[str, int] | None = json()
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)
    outcome: str | None = None
    subject: bytes | None = Field(default=None, sa_type=LargeBinary)
    row_id: int | None = big(default=None)
    cause: str | None = None
    place: int | None = big(default=None)
    link: bytes | None = Field(default=None, sa_type=LargeBinary)


class JournalDay(ShopPart, table=True):
    """The head of a shop's chain at the end of a day; the newest one is the head. It stays when the day's entries go
    (thinned_at). is_broken: the chain had to go on from a head that was not ours. mac: over this and the day before."""

    __tablename__ = "journal_days"
    __table_args__ = (of_shop(),)
    day: date = Field(primary_key=True)  # the shop's
    place: int = big()
    link: bytes = Field(sa_type=LargeBinary)
    is_broken: bool = False
    thinned_at: datetime | None = moment(None)
    mac: bytes = Field(sa_type=LargeBinary)


class FailedRecord(ShopOwned, table=True):
    """A record that could not be read or written: kept where it can be looked at and tried again."""

    __tablename__ = "failed_records"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "kind", "external_id", "source"))
    kind: str
    external_id: str
    source: str
    error: str
    body: bytes | None = Field(default=None, sa_type=LargeBinary)  # compressed and encrypted
    first_at: datetime = moment()
    last_at: datetime = moment()
    attempts: int = 1
    resolved_at: datetime | None = moment(None)


class Event(ShopOwned, table=True):
    """A live change that others react to. state: pending, done, failed. `changes` says what matters of it."""

    __tablename__ = "events"
    __table_args__ = (of_shop(), Index("events_pending", "shop_id", "state", "id"))
    kind: str  # order.placed, order.changed, customer.changed, checkout.changed, product.changed
    subject_id: int = big()
    customer_id: int | None = big(default=None)
    at: datetime = moment()
    changes: dict[str, Any] | None = json()
    state: str = "pending"
    attempts: int = 0
    due_at: datetime = moment()
    error: str | None = None
    done_at: datetime | None = moment(None)


class PendingFetch(ShopPart, table=True):
    """Something to read afresh: a part that is missing, a conflict, a deletion to check. Done, the row goes."""

    __tablename__ = "pending_fetches"
    __table_args__ = (of_shop(), Index("pending_fetches_due", "shop_id", "due_at"))
    kind: str = Field(primary_key=True)  # order, customer, product, checkout
    external_id: str = Field(primary_key=True)
    reason: str
    requested_at: datetime = moment()
    due_at: datetime = moment()
    attempts: int = 0
    error: str | None = None
