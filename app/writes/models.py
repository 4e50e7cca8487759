"""PlatformWrite (a change for the shop's platform: the row is the truth), DiscountCode (a code that the shop knows)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, json, moment, of_shop
from app.reasons import Kept


class PlatformWrite(ShopOwned, table=True):
    """state: waiting, sending (claimed), done, uncertain (sent, and no answer was kept: what stands is read before
    anything is written again), failed (`error` says why; may be tried again by hand), superseded (a later word about
    the same). Writes of one subject go in the order in which they were made. echoed_at: what comes back of it has come,
    or will not."""

    __tablename__ = "platform_writes"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "key"),
        Index("platform_writes_due", "shop_id", "state", "due_at"),
        Index("platform_writes_subject", "shop_id", "subject", "state"),
    )
    key: str  # the same for what must be written once
    kind: str  # the tag of the change
    subject: str  # a customer's id at the platform, an address, the name of a set of codes
    payload: dict[str, Any] | None = json()  # the change
    state: str = "waiting"
    due_at: datetime = moment()
    attempts: int = 0
    error: Kept | None = json()
    answer: dict[str, Any] | None = json()  # the platform's, or how far it is
    created_at: datetime = moment()
    claimed_at: datetime | None = moment(None)
    done_at: datetime | None = moment(None)
    echoed_at: datetime | None = moment(None)


class DiscountCode(ShopPart, table=True):
    """A code of ours that can be redeemed in the shop. name: of the set that it was made for."""

    __tablename__ = "discount_codes"
    __table_args__ = (of_shop(), Index("discount_codes_name", "shop_id", "name"))
    code: str = Field(primary_key=True)
    name: str
    made_at: datetime = moment()
