"""Carts: baskets of nobody yet. The checkout that is made of one takes its place, whichever is told of first."""

from collections.abc import Sequence

from app.commerce.work import Work
from connectors.records import CheckoutRecord

_NAMED = """
    SELECT t.token FROM checkout_tokens t
    JOIN checkouts c ON c.shop_id = t.shop_id AND c.id = t.checkout_id
    WHERE t.shop_id = :shop_id AND t.token = ANY(:keys) AND c.external_id <> t.token"""
_JOINED = """
    DELETE FROM checkouts WHERE shop_id = :shop_id AND external_id = ANY(:keys)
        AND email IS NULL AND customer_external_id IS NULL AND url IS NULL"""


def join(work: Work, records: Sequence[CheckoutRecord]) -> list[CheckoutRecord]:
    """The records without carts that are checkouts by now; the rows of those that became one go."""
    named = {token for record in records for token in record.tokens}
    if named:
        work.batch.execute(_JOINED, {"keys": sorted(named)})
    carts = [record.external_id for record in records if _is_cart(record)]
    if carts:
        named |= {row[0] for row in work.batch.rows(_NAMED, {"keys": carts})}
    kept = [record for record in records if not (_is_cart(record) and record.external_id in named)]
    work.counts["superseded"] += len(records) - len(kept)
    return kept


def _is_cart(record: CheckoutRecord) -> bool:
    return not (record.email or record.customer_external_id or record.url or record.tokens)
