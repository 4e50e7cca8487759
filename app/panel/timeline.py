"""Everything that happened with a customer, newest first: a look at the facts, kept nowhere of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.commerce import queries as commerce
from app.commerce.models import Customer
from app.db.columns import to_micros
from app.db.scope import ShopScope
from app.loyalty import queries as loyalty
from app.mail import queries as mail
from app.segments import queries as segments
from app.web import paging

_LENGTH = 25
_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
_FACTS = 4 * _LENGTH  # of one kind: as many as may share the moment at which a page ends


@dataclass(frozen=True)
class Entry:
    """kind: order, refund, checkout, mail, points, segment; `of` is the row or rows that it shows."""

    at: datetime
    kind: str
    icon: str
    of: Any
    amount: int | None = None
    currency: str | None = None  # None: the shop's


def timeline(scope: ShopScope, customer: Customer, after: list[Any] | None) -> paging.Slice[Entry]:
    """A page of it. A page ends between two moments, never within one, so that no entry is lost or shown twice."""
    before = paging.moment(after) if after else _END_OF_TIME
    entries = sorted(_entries(scope, customer, before), key=lambda entry: entry.at, reverse=True)
    length = _LENGTH
    while 0 < length < len(entries) and entries[length].at == entries[length - 1].at:
        length += 1
    shown = entries[:length]
    return paging.Slice(shown, paging.write([str(to_micros(shown[-1].at))]) if len(entries) > length else None)


def _entries(scope: ShopScope, customer: Customer, before: datetime) -> Iterator[Entry]:
    orders = commerce.orders_of(scope, customer.id, before, _FACTS)
    lines = commerce.lines_of(scope, [order.id for order in orders])
    for order in orders:
        of = {"order": order, "lines": lines.get(order.id, [])}
        yield Entry(order.placed_at, "order", "order", of, order.present_placed_minor, order.currency)
    for refund, order in commerce.refunds_of(scope, customer.id, before, _FACTS):
        if refund.created_at:
            of = {"refund": refund, "order": order}
            yield Entry(refund.created_at, "refund", "refund", of, -refund.present_total_minor, order.currency)
    for checkout in commerce.checkouts_of(scope, customer, before, _FACTS):
        total = checkout.present_total_minor
        yield Entry(checkout.updated_at, "checkout", "basket", checkout, total, checkout.currency)
    for message in mail.messages_of(scope, customer.id, before, _FACTS):
        yield Entry(message.created_at, "mail", "mail", message)
    for entry, earned_by in loyalty.entries_of(scope, customer.id, before, _FACTS):
        yield Entry(entry.created_at, "points", "star", {"entry": entry, "order": earned_by})
    for segment, membership in segments.entries_of(scope, customer.id, before, _FACTS):
        yield Entry(membership.entered_at, "segment", "segments", segment)
