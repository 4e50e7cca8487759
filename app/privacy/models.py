"""PrivacyRequest: what a person asked for by right, or what a shop that left is owed, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.db.columns import ShopOwned, big, json, moment, of_shop


class PrivacyRequest(ShopOwned, table=True):
    """kind: data_request, customer_redact, shop_redact. state: pending, working (through the kept bodies), ready (the
    export waits for the merchant), done. outcome: handed over, erased, nothing kept, installed again. Who it is about
    is kept as long as it is needed: subject and export are compressed and encrypted, and go when it is done."""

    __tablename__ = "privacy_requests"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "request_key"),
        Index("privacy_requests_state", "shop_id", "state", "requested_at"),
    )
    kind: str
    source: str  # platform, panel, plugin
    request_key: str  # the same for every repetition of one request
    state: str = "pending"
    outcome: str | None = None
    customer_id: int | None = big(default=None)  # ours, once found
    subject: bytes | None = Field(default=None, sa_type=LargeBinary)
    export: bytes | None = Field(default=None, sa_type=LargeBinary)
    swept_to: int = big(default=0)  # the last delivery that was looked through
    found: list[int] | None = json()  # deliveries that name the person
    counts: dict[str, Any] | None = json()  # rows by table
    requested_at: datetime = moment()
    due_at: datetime = moment()
    done_at: datetime | None = moment(None)
