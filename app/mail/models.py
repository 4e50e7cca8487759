"""Sender (in whose name), Message (one mail to one person: the row is the truth, never sent twice by itself)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint

from app.db.columns import ShopOwned, big, json, moment, of_shop
from app.reasons import Kept


class Sender(ShopOwned, table=True):
    """In whose name a shop writes. transport: an smtp:// address, NULL is the default one."""

    __tablename__ = "senders"
    __table_args__ = (of_shop(),)
    name: str
    email: str
    reply_to: str | None = None
    postal_address: str | None = None
    transport: str | None = None


class Message(ShopOwned, table=True):
    """state: queued, sending (claimed), sent, uncertain (claimed, outcome unknown: shown, never resent by itself),
    failed (refused for good), skipped (`error` says why). Not sent before `not_before`."""

    __tablename__ = "messages"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "enrollment_id", "step"),
        Index("messages_due", "shop_id", "state", "not_before"),
        Index("messages_customer", "shop_id", "customer_id", "created_at"),
    )
    enrollment_id: int | None = big(default=None)
    step: str = ""
    kind: str = "marketing"  # marketing needs consent and a working unsubscribe link
    customer_id: int | None = big(default=None)
    sender_id: int = big()
    to: str
    to_key: str
    subject: str
    html: str
    text: str
    headers: dict[str, Any] | None = json()
    message_id: str
    locale: str | None = None
    state: str = "queued"
    not_before: datetime = moment()
    attempts: int = 0
    error: Kept | None = json()
    created_at: datetime = moment()
    claimed_at: datetime | None = moment(None)
    sent_at: datetime | None = moment(None)
    clicked_at: datetime | None = moment(None)
