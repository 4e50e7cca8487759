"""Figures of customers, kept in the transaction that changes an order: always what a fresh count would say."""

from collections.abc import Collection

from app.commerce.models import CustomerStats
from app.commerce.work import Work

# Every order that counts stands in this sum; one that was not converted counts in numbers and enters no sum.
# A deleted order does not count: is_counted is taken from it, so that the index alone answers.
_REFRESH = """
    INSERT INTO customer_stats (shop_id, customer_id, orders_count, not_converted, placed_minor, refunded_minor,
                                net_minor, first_order_at, last_order_at, first_order_id)
    SELECT c.shop_id, c.id, count(o.placed_at), count(o.placed_at) - count(o.net_minor),
           coalesce(sum(o.placed_minor), 0), coalesce(sum(o.refunded_minor), 0), coalesce(sum(o.net_minor), 0),
           min(o.placed_at), max(o.placed_at),
           (SELECT f.id FROM orders f WHERE f.shop_id = c.shop_id AND f.customer_id = c.id AND f.is_counted = TRUE
            ORDER BY f.placed_at, f.external_id LIMIT 1)
    FROM customers c
    LEFT JOIN orders o ON o.shop_id = c.shop_id AND o.customer_id = c.id AND o.is_counted = TRUE
    WHERE c.shop_id = :shop_id AND c.id = ANY(:ids)
    GROUP BY c.shop_id, c.id
    ON CONFLICT (shop_id, customer_id) DO UPDATE SET
        orders_count = excluded.orders_count, not_converted = excluded.not_converted,
        placed_minor = excluded.placed_minor, refunded_minor = excluded.refunded_minor, net_minor = excluded.net_minor,
        first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at,
        first_order_id = excluded.first_order_id"""


def refresh(work: Work, ids: Collection[int]) -> None:
    """Count these customers' orders afresh, in one statement."""
    if ids:
        work.batch.execute(_REFRESH, {"ids": list(ids)})


def begin(work: Work, ids: Collection[int]) -> None:
    """New customers have no orders; everybody has a row of figures, so that audiences need no outer join."""
    columns = ("customer_id", "orders_count", "not_converted", "placed_minor", "refunded_minor", "net_minor")
    rows = [(customer_id, 0, 0, 0, 0, 0) for customer_id in ids]
    work.batch.upsert(CustomerStats, columns, rows, key=("customer_id",))
