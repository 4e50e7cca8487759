"""Flow (what to do when), Enrollment (one person on the way through a flow, and how it ended)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint

from app.db.columns import ShopOwned, belongs, big, json, moment, of_shop
from app.reasons import Kept


class Flow(ShopOwned, table=True):
    """kind "recovery": a checkout abandoned, consent given, not bought since -> a mail with the basket."""

    __tablename__ = "flows"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "kind", "name"))
    kind: str = "recovery"
    name: str
    is_on: bool = True
    wait_minutes: int = 60
    subject: str
    blocks: list[dict[str, Any]] | None = json()
    started_at: datetime = moment()
    changed_at: datetime = moment()


class Enrollment(ShopOwned, table=True):
    """state: waiting, mailed, recovered (bought after the mail), completed (bought without one), exited (`reason`)."""

    __tablename__ = "enrollments"
    __table_args__ = (
        of_shop(),
        belongs("flow_id", "flows"),
        belongs("checkout_id", "checkouts"),
        UniqueConstraint("shop_id", "flow_id", "checkout_id"),
        Index("enrollments_due", "shop_id", "state", "due_at"),
        Index("enrollments_email", "shop_id", "email_key"),
    )
    flow_id: int = big()
    checkout_id: int = big()
    customer_id: int | None = big(default=None)
    email: str
    email_key: str
    state: str = "waiting"
    reason: Kept | None = json()
    entered_at: datetime = moment()
    due_at: datetime = moment()
    mailed_at: datetime | None = moment(None)
    ended_at: datetime | None = moment(None)
    order_id: int | None = big(default=None)
    recovered_minor: int | None = big(default=None)  # the order's net when it was recognised, in shop currency
