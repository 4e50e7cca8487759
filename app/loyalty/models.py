"""Programme (the rule that earns points) and LedgerEntry (every point, where it came from)."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint

from app.db.columns import ShopOwned, belongs, big, moment, of_shop


class Programme(ShopOwned, table=True):
    """points_per_unit: points for a whole unit of an order's net. Orders placed before started_at earn nothing unless
    counts_history. Each change of the rule is a new version; an order keeps the version that paid it."""

    __tablename__ = "programmes"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "version"))
    name: str
    version: int = 1
    is_on: bool = True
    started_at: datetime = moment()
    counts_history: bool = False
    points_per_unit: int = 1


class LedgerEntry(ShopOwned, table=True):
    """Points given or taken. An order's entries add up to what its net is worth; step counts its entries from 1."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        of_shop(),
        belongs("customer_id", "customers"),
        UniqueConstraint("shop_id", "order_id", "step"),
        Index("ledger_customer", "shop_id", "customer_id", "created_at"),
    )
    customer_id: int = big()
    order_id: int | None = big(default=None)
    step: int = 1
    points: int
    reason: str  # earned, refunded, changed, moved
    programme_version: int = 1
    created_at: datetime = moment()
