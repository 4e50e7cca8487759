"""Refunds: an order's complete list replaces, one refund by itself adds; what was known of one is never blanked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.commerce.currency import Rate
from app.commerce.known import Incoming, KnownOrder, known_orders
from app.commerce.models import Refund
from app.commerce.parts import Verdict, text
from app.commerce.work import Work
from connectors.records import RefundRecord, digest

_COLUMNS = (
    "order_id", "external_id", "total_minor", "present_total_minor", "shipping_minor", "created_at", "created_on",
    "reason", "lines",
)  # fmt: skip
_SAID = ("shipping_minor", "created_at", "created_on", "reason", "lines")
_KNOWN = """
    SELECT order_id, external_id, present_total_minor, created_at, reason, lines FROM refunds
    WHERE shop_id = :shop_id AND order_id = ANY(:ids)"""
_Stored = dict[tuple[int, str], tuple[int, datetime | None, str | None, Any]]


def replace(work: Work, orders: Sequence[Incoming]) -> None:
    """Bring the refunds of those orders that carry another list up to date: one that is missing there is gone (R3)."""
    bringing = [order for order in orders if order.record.refunds is not None and _brings(order)]
    stored = _stored(work, [order.id for order in bringing if order.known])
    listed = {(order.id, refund.external_id) for order in bringing for refund in order.record.refunds or ()}
    _remove(work, stored.keys() - listed)
    rows = [_row(work, order.id, refund, order.rate) for order in bringing for refund in order.record.refunds or ()]
    work.batch.upsert(Refund, _COLUMNS, rows, key=("order_id", "external_id"), keep=_SAID)
    for order in bringing:
        _ask_for_dates(work, order, stored)


def write(work: Work, records: Sequence[RefundRecord]) -> None:
    """Refunds that came without their order, which has to be known already."""
    orders = known_orders(work, sorted({record.order_external_id for record in records}))
    stored = _stored(work, [order.row.id for order in orders.values()])
    rows = []
    for record in records:
        verdict = _judge(work, record, orders.get(record.order_external_id), stored)
        work.settle("refund", record.external_id, record.created_at, {"refund": digest(record)}, verdict)
        if verdict.write:
            rows.append(_written(work, record, orders[record.order_external_id], verdict))
    work.batch.upsert(Refund, _COLUMNS, rows, key=("order_id", "external_id"), keep=_SAID)


def _brings(order: Incoming) -> bool:
    return "refunds" in order.write or "refund_lines" in order.write


def _stored(work: Work, order_ids: Sequence[int]) -> _Stored:
    if not order_ids:
        return {}
    rows = work.batch.rows(_KNOWN, {"ids": order_ids}, times=(3,), jsons=(5,))
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def _remove(work: Work, gone: set[tuple[int, str]]) -> None:
    sql = "DELETE FROM refunds WHERE shop_id = ? AND order_id = ? AND external_id = ?"
    work.batch.executemany(sql, [(work.shop.id, *place) for place in gone])


def _row(work: Work, order_id: int, refund: RefundRecord, rate: Rate | None) -> tuple[Any, ...]:
    created_on = work.local_day(refund.created_at) if refund.created_at else None
    present = refund.total if refund.present_total is None else refund.present_total
    return (
        order_id, refund.external_id, rate.shop(refund.total) if rate else None, present,
        rate.shop(refund.shipping) if rate else None, refund.created_at, created_on, refund.reason, text(refund.lines),
    )  # fmt: skip


def _ask_for_dates(work: Work, order: Incoming, stored: _Stored) -> None:
    """Have a refund that was only named read whole; a backfill comes to the refunds by itself."""
    for refund in order.record.refunds or ():
        known = stored.get((order.id, refund.external_id))
        if refund.created_at is None and (known is None or known[1] is None) and work.live and not work.fresh:
            work.ask("refund", order.record.external_id)


def _judge(work: Work, record: RefundRecord, order: KnownOrder | None, stored: _Stored) -> Verdict:
    if order is not None and order.row.is_deleted:
        return Verdict("superseded")
    if order is None:
        work.ask("order", record.order_external_id)
        return Verdict("deferred")
    known = stored.get((order.row.id, record.external_id))
    present = record.total if record.present_total is None else record.present_total
    if (known is None or known[0] != present) and not work.fresh:
        work.ask("order", record.order_external_id)  # its own sums have moved
    if known is None:
        return Verdict("created", write=("refunds",))
    lines = None if record.lines is None else list(msgspec.to_builtins(record.lines))
    said = (record.created_at, record.reason, lines)
    is_news = known[0] != present or any(
        new is not None and new != old for new, old in zip(said, known[1:], strict=True)
    )
    return Verdict("updated", write=("refunds",)) if is_news else Verdict("unchanged")


def _written(work: Work, record: RefundRecord, order: KnownOrder, verdict: Verdict) -> tuple[Any, ...]:
    if work.live:
        changes = {"parts": ["refunds"], "refund": record.external_id}
        work.changes.note("order.changed", order.row.id, order.customer_id, changes)
    if record.created_at is None and work.live and not work.fresh:
        work.ask("refund", record.order_external_id)
    return _row(work, order.row.id, record, order.rate)


def delete(work: Work, external_ids: Sequence[str]) -> None:
    """The platform no longer has these, and that was checked: the sums of their orders have moved."""
    sql = """SELECT r.order_id, r.external_id, o.external_id FROM refunds r
             JOIN orders o ON o.shop_id = r.shop_id AND o.id = r.order_id
             WHERE r.shop_id = :shop_id AND r.external_id = ANY(:keys)"""
    rows = work.batch.rows(sql, {"keys": external_ids})
    _remove(work, {(row[0], row[1]) for row in rows})
    for row in rows:
        work.counts["deleted"] += 1
        work.ask("order", row[2])
