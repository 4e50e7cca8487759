"""What may be gone: the platform is asked before anything is removed."""

from collections.abc import Iterator, Sequence

from app.commerce.work import Work
from connectors.records import Census, Deletion

# of what is deleted by itself, and read with something else: whose it is
_OWNERS = {
    "refund": """SELECT 'order', o.external_id FROM refunds r
        JOIN orders o ON o.shop_id = r.shop_id AND o.id = r.order_id
        WHERE r.shop_id = :shop_id AND r.external_id = ANY(:keys)""",
    "variant": """SELECT 'product', p.external_id FROM variants v
        JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
        WHERE v.shop_id = :shop_id AND v.external_id = ANY(:keys)
        UNION SELECT 'order', o.external_id FROM variants v
        JOIN products p ON p.shop_id = v.shop_id AND p.id = v.product_id
        JOIN line_items l ON l.shop_id = v.shop_id AND l.product_external_id = p.external_id
            AND l.variant_external_id = v.external_id
        JOIN orders o ON o.shop_id = l.shop_id AND o.id = l.order_id
        WHERE v.shop_id = :shop_id AND v.external_id = ANY(:keys) AND o.deleted_at IS NULL""",
}
_HELD = {
    "customer": """SELECT external_id FROM customers WHERE shop_id = :shop_id AND external_id BETWEEN :first AND :last
        AND length(external_id) = :digits AND deleted_at IS NULL AND is_known AND NOT is_guest""",
    "product": """SELECT external_id FROM products WHERE shop_id = :shop_id AND external_id BETWEEN :first AND :last
        AND length(external_id) = :digits AND deleted_at IS NULL""",
}
_NAMING = {
    "customer": """SELECT o.external_id FROM customers c
        JOIN orders o ON o.shop_id = c.shop_id AND o.customer_id = c.id
        WHERE c.shop_id = :shop_id AND c.external_id = ANY(:keys) AND o.deleted_at IS NULL""",
    "product": """SELECT DISTINCT o.external_id FROM line_items l
        JOIN orders o ON o.shop_id = l.shop_id AND o.id = l.order_id
        WHERE l.shop_id = :shop_id AND l.product_external_id = ANY(:keys) AND o.deleted_at IS NULL""",
}
_LAST = 10**19  # no id is longer


def ask(work: Work, deletion: Deletion) -> None:
    """Is it gone? A refund or a variant shows in what it belongs to, a variant in the orders that named it too."""
    if deletion.kind not in _OWNERS:
        work.ask(f"deleted:{deletion.kind}", deletion.external_id)
        return
    for kind, external_id in work.batch.rows(_OWNERS[deletion.kind], {"keys": [deletion.external_id]}):
        work.ask(kind, external_id)


def ask_who_named(work: Work, deletion: Deletion) -> None:
    """What was deleted is taken out of the orders that named it: these are read again."""
    if deletion.is_forgotten and deletion.kind in _NAMING:
        for (order,) in work.batch.rows(_NAMING[deletion.kind], {"keys": [deletion.external_id]}):
            work.ask("order", order)


def compare(work: Work, counted: Sequence[Census]) -> None:
    """Ask for those that are here and were not counted."""
    for census in counted:
        there = set(census.external_ids)
        for first, last in _spans(census.after + 1, census.until or _LAST):
            known = {"first": first, "last": last, "digits": len(first)}
            for (held,) in work.batch.rows(_HELD[census.kind], known):
                if held.isdigit() and held not in there:
                    work.ask(f"deleted:{census.kind}", held)


def _spans(first: int, last: int) -> Iterator[tuple[str, str]]:
    """Numbers of as many digits are in the same order as texts, which is how the index has them."""
    while first <= last:
        end = min(last, 10 ** len(str(first)) - 1)
        yield str(first), str(end)
        first = end + 1
