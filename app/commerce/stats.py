"""Figures of customers, kept in the transaction that changes an order: always what a fresh count would say."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.commerce.known import Incoming
from app.commerce.models import CustomerStats
from app.commerce.work import Work

_COLUMNS = (
    "customer_id", "orders_count", "not_converted", "placed_minor", "refunded_minor", "net_minor", "first_order_id",
    "first_order_at", "last_order_at",
)  # fmt: skip
_NONE = (0, 0, 0, 0, 0, None, None, None)
# Every order that counts stands in these sums; one that was not converted counts in numbers and enters no sum.
# A deleted order does not count: is_counted is taken from it, so that the index alone answers.
_COUNT = """
    SELECT c.id, s.customer_id, count(o.placed_at), count(o.placed_at) - count(o.net_minor),
           coalesce(sum(o.placed_minor), 0), coalesce(sum(o.refunded_minor), 0), coalesce(sum(o.net_minor), 0),
           (SELECT f.id FROM orders f WHERE f.shop_id = :shop_id AND f.customer_id = c.id AND f.is_counted = TRUE
            ORDER BY f.placed_at, f.external_id LIMIT 1),
           min(o.placed_at), max(o.placed_at)
    FROM customers c
    LEFT JOIN customer_stats s ON s.shop_id = :shop_id AND s.customer_id = c.id
    LEFT JOIN orders o ON o.shop_id = :shop_id AND o.customer_id = c.id AND o.is_counted = TRUE
    WHERE c.shop_id = :shop_id AND c.id = ANY(:ids)
    GROUP BY c.shop_id, c.id, s.customer_id"""
_UPDATE = f"""
    UPDATE customer_stats SET {", ".join(f"{name} = ?" for name in _COLUMNS[1:])}
    WHERE customer_id = ? AND shop_id = ?"""
_ADD = """
    UPDATE customer_stats SET orders_count = orders_count + ?, not_converted = not_converted + ?,
        placed_minor = placed_minor + ?, refunded_minor = refunded_minor + ?, net_minor = net_minor + ?,
        first_order_id = CASE WHEN first_order_at < ? OR first_order_at = ? AND ? >
            (SELECT external_id FROM orders f WHERE f.shop_id = customer_stats.shop_id AND f.id = first_order_id)
            THEN first_order_id ELSE ? END,
        first_order_at = CASE WHEN first_order_at < ? THEN first_order_at ELSE ? END,
        last_order_at = CASE WHEN last_order_at > ? THEN last_order_at ELSE ? END
    WHERE customer_id = ? AND shop_id = ?"""


def refresh(work: Work, ids: Collection[int]) -> None:
    """Count these customers' orders afresh, in one question."""
    if not ids:
        return
    rows = work.batch.rows(_COUNT, {"ids": sorted(ids)})
    _insert(work, [(row[0], *row[2:]) for row in rows if row[1] is None])
    work.batch.executemany(_UPDATE, [(*row[2:], row[0], work.shop.id) for row in rows if row[1] is not None])


def begin(work: Work, new: Mapping[int, Sequence[Incoming]]) -> None:
    """Everybody has a row of figures, so that audiences need no outer join. new: all orders of the new customers."""
    _insert(work, [(customer_id, *_figures(orders)) for customer_id, orders in new.items()])


def add(work: Work, new: Mapping[int, Sequence[Incoming]]) -> None:
    """Add orders that were not there before to the figures of customers that were."""
    rows = []
    for customer_id, orders in new.items():
        count, lost, placed, refunded, net, first_id, first_at, last_at = _figures(orders)
        if count:
            first = min(order.record.external_id for order in orders if order.id == first_id)
            told = (first_at, first_at, first, first_id, first_at, first_at, last_at, last_at)
            rows.append((count, lost, placed, refunded, net, *told, customer_id, work.shop.id))
    work.batch.executemany(_ADD, rows)


def _figures(orders: Sequence[Incoming]) -> tuple[Any, ...]:
    """The values of `_COLUMNS` but the first."""
    heads = [(order.record.head, order) for order in orders]
    counted = [(head.placed_at, order.record.external_id, order) for head, order in heads if head and head.is_counted]
    if not counted:
        return _NONE
    counted.sort(key=lambda one: one[:2])
    money = [order.money for *_, order in counted if order.money is not None and order.money.net is not None]
    sums = [sum(getattr(one, name) for one in money) for name in ("placed", "refunded", "net")]
    return (len(counted), len(counted) - len(money), *sums, counted[0][2].id, counted[0][0], counted[-1][0])


def _insert(work: Work, rows: Sequence[tuple[Any, ...]]) -> None:
    work.batch.insert(CustomerStats, _COLUMNS, rows)
