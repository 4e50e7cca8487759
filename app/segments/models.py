"""Segment (a text that says who is in it) and Membership (who is, since when)."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from app.db.columns import ShopOwned, ShopPart, belongs, big, moment, of_shop


class Segment(ShopOwned, table=True):
    """size and evaluated_at are as of the last whole evaluation or change of a member."""

    __tablename__ = "segments"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "name"))
    name: str
    text: str
    created_at: datetime = moment()
    changed_at: datetime = moment()
    evaluated_at: datetime | None = moment(None)
    size: int = 0


class Membership(ShopPart, table=True):
    __tablename__ = "memberships"
    __table_args__ = (
        belongs("segment_id", "segments"),
        belongs("customer_id", "customers"),
        Index("memberships_customer", "shop_id", "customer_id"),
    )
    segment_id: int = big(primary_key=True)
    customer_id: int = big(primary_key=True)
    entered_at: datetime = moment()
