"""What was said of consent, entry by entry, and addresses that must not be written to whatever was said."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, big, moment, of_shop


class ConsentEntry(ShopOwned, table=True):
    """One statement about an address on a channel; append-only. at: when consent was given or refused, or where nobody
    said when (not is_dated) the moment of which the statement was true. customer_id is who it came with, and binds
    nothing: an opt-out outlives the customer."""

    __tablename__ = "consent_entries"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "channel", "address_key", "at", "state", "source", "is_dated"),
        Index("consent_entries_customer", "shop_id", "customer_id"),
    )
    channel: str
    address: str
    address_key: str
    state: str  # granted, refused, pending, unknown
    at: datetime = moment()
    is_dated: bool
    source: str
    level: str | None = None
    text: str | None = None
    customer_id: int | None = big(default=None)
    seen_at: datetime = moment()


Stop = Literal["unsubscribed", "bounced", "complained"]


class Suppression(ShopOwned, table=True):
    """An address that gets nothing more on a channel. reason: a Stop."""

    __tablename__ = "suppressions"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "channel", "address_key"))
    channel: str = Field(default="email")
    address_key: str
    reason: str
    at: datetime = moment()


class Tombstone(ShopPart, table=True):
    """Somebody, or an order of theirs, that was erased and must not come back. key: a keyed hash of the kind (customer,
    address, order) and the name; nothing here can be read back."""

    __tablename__ = "tombstones"
    __table_args__ = (of_shop(),)
    key: str = Field(primary_key=True)
    kind: str
    at: datetime = moment()
