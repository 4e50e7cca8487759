"""Carts: baskets of nobody yet. The checkout that is made of one takes its place, whichever is told of first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col

from app.commerce.models import Checkout
from app.commerce.work import Work
from app.db.scope import ShopScope
from app.journal.keep import Note
from connectors.records import CheckoutRecord

_NAMED = """
    SELECT t.token FROM checkout_tokens t
    JOIN checkouts c ON c.shop_id = t.shop_id AND c.id = t.checkout_id
    WHERE t.shop_id = :shop_id AND t.token = ANY(:keys) AND c.external_id <> t.token"""
_JOINED = """
    DELETE FROM checkouts WHERE shop_id = :shop_id AND external_id = ANY(:keys)
        AND email IS NULL AND customer_external_id IS NULL AND url IS NULL"""

_KEPT = timedelta(days=30)


def join(work: Work, records: Sequence[CheckoutRecord]) -> list[CheckoutRecord]:
    """The records without carts that are checkouts by now; the rows of those that became one go."""
    named = {token for record in records for token in record.tokens}
    if named:
        work.batch.execute(_JOINED, {"keys": sorted(named)})
    carts = [record.external_id for record in records if _is_cart(record)]
    if carts:
        named |= {row[0] for row in work.batch.rows(_NAMED, {"keys": carts})}
    settled = {record.external_id for record in records if _is_cart(record) and record.external_id in named}
    work.counts["superseded"] += len(settled)
    work.notes += [Note("superseded", "checkout", token) for token in sorted(settled)]
    return [record for record in records if record.external_id not in settled]


def forget(scope: ShopScope, now: datetime) -> None:
    """Those that never became a checkout: every visitor of a shop may leave one."""
    nobody = (col(Checkout.email).is_(None), col(Checkout.customer_external_id).is_(None), col(Checkout.url).is_(None))
    scope.execute(delete(Checkout).where(*nobody, col(Checkout.updated_at) < now - _KEPT))


def _is_cart(record: CheckoutRecord) -> bool:
    return not (record.email or record.customer_external_id or record.url or record.tokens)
