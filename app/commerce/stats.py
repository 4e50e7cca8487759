"""Figures of customers, kept in the transaction that changes an order: always what a fresh count would say."""

from collections.abc import Collection, Sequence
from typing import Any

from app.commerce.models import CustomerStats
from app.commerce.work import Work

_COLUMNS = (
    "customer_id", "orders_count", "not_converted", "placed_minor", "refunded_minor", "net_minor", "first_order_at",
    "last_order_at", "first_order_id",
)  # fmt: skip
# Every order that counts stands in these sums; one that was not converted counts in numbers and enters no sum.
# A deleted order does not count: is_counted is taken from it, so that the index alone answers.
_COUNT = """
    SELECT c.id, s.customer_id, count(o.placed_at), count(o.placed_at) - count(o.net_minor),
           coalesce(sum(o.placed_minor), 0), coalesce(sum(o.refunded_minor), 0), coalesce(sum(o.net_minor), 0),
           min(o.placed_at), max(o.placed_at),
           (SELECT f.id FROM orders f WHERE f.shop_id = c.shop_id AND f.customer_id = c.id AND f.is_counted = TRUE
            ORDER BY f.placed_at, f.external_id LIMIT 1)
    FROM customers c
    LEFT JOIN customer_stats s ON s.shop_id = c.shop_id AND s.customer_id = c.id
    LEFT JOIN orders o ON o.shop_id = c.shop_id AND o.customer_id = c.id AND o.is_counted = TRUE
    WHERE c.shop_id = :shop_id AND c.id = ANY(:ids)
    GROUP BY c.shop_id, c.id, s.customer_id"""
_UPDATE = f"""
    UPDATE customer_stats SET {", ".join(f"{name} = ?" for name in _COLUMNS[1:])}
    WHERE customer_id = ? AND shop_id = ?"""


def refresh(work: Work, ids: Collection[int]) -> None:
    """Count these customers' orders afresh, in one question."""
    if not ids:
        return
    rows = work.batch.rows(_COUNT, {"ids": sorted(ids)})
    _insert(work, [(row[0], *row[2:]) for row in rows if row[1] is None])
    work.batch.executemany(_UPDATE, [(*row[2:], row[0], work.shop.id) for row in rows if row[1] is not None])


def begin(work: Work, ids: Collection[int]) -> None:
    """New customers have no orders; everybody has a row of figures, so that audiences need no outer join."""
    _insert(work, [(customer_id, 0, 0, 0, 0, 0, None, None, None) for customer_id in ids])


def _insert(work: Work, rows: Sequence[tuple[Any, ...]]) -> None:
    work.batch.insert(CustomerStats, _COLUMNS, rows)
