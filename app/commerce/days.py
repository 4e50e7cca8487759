"""The shop's local days of what is stored, counted anew where the shop moved to another time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.db.scope import ShopScope

_SLICE = 2_000  # orders
_ORDERS = """
    SELECT id, placed_at FROM orders WHERE shop_id = :shop_id AND id > :after ORDER BY id LIMIT :limit"""
_REFUNDS = """
    SELECT order_id, external_id, created_at FROM refunds
    WHERE shop_id = :shop_id AND order_id = ANY(:ids) AND created_at IS NOT NULL"""
_ORDER_DAY = """
    UPDATE orders SET placed_on = ?, rate_on = CASE WHEN rate_on IS NULL THEN NULL ELSE ? END
    WHERE shop_id = ? AND id = ?"""
_REFUND_DAY = "UPDATE refunds SET created_on = ? WHERE shop_id = ? AND order_id = ? AND external_id = ?"


def count_days(scope: ShopScope, after_order_id: int) -> int | None:
    """A slice of all orders and their refunds; the id to go on after, None when all are done."""
    batch, zone = scope.batch(), ZoneInfo(scope.shop.timezone)
    orders = batch.rows(_ORDERS, {"after": after_order_id, "limit": _SLICE}, times=(1,))
    refunds = batch.rows(_REFUNDS, {"ids": [row[0] for row in orders]}, times=(2,))
    days = [(_day(row[1], zone), row[0]) for row in orders]
    batch.executemany(_ORDER_DAY, [(day, day, scope.shop_id, order_id) for day, order_id in days])
    batch.executemany(_REFUND_DAY, [(_day(row[2], zone), scope.shop_id, row[0], row[1]) for row in refunds])
    return int(orders[-1][0]) if len(orders) == _SLICE else None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
