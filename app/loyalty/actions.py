"""Keep every order's ledger entries equal to what the order is worth."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from app.commerce.models import Order
from app.db.scope import ShopScope
from app.errors import BadInput
from app.journal.models import Event
from app.loyalty.models import LedgerEntry, Programme
from app.loyalty.rules import earns, points_for

_SLICE = 200


def on_order(scope: ShopScope, event: Event, now: datetime) -> None:
    """A reaction: an order was placed, changed or refunded."""
    order = scope.find(Order, event.subject_id)
    if order is not None:
        settle(scope, order, now)


def settle(scope: ShopScope, order: Order, now: datetime) -> list[LedgerEntry]:
    """Write what is missing between an order's entries and its worth: nothing, where they agree. Safe to repeat.

    The balance is a function of the order's state and of the rule that first paid it, whatever the order of changes.
    """
    scope.lock(order)  # two settlings at once must not both see the same entries
    entries = scope.all(select(LedgerEntry).where(LedgerEntry.order_id == order.id).order_by(col(LedgerEntry.step)))
    programme = _programme(scope, entries)
    if programme is None:
        return []
    worth = _worth(scope, order, programme, is_paid_before=bool(entries))
    made: list[LedgerEntry] = []
    for customer_id in dict.fromkeys([*(entry.customer_id for entry in entries), order.customer_id]):
        if customer_id is None:
            continue
        held = sum(entry.points for entry in entries if entry.customer_id == customer_id)
        due = worth if customer_id == order.customer_id else 0
        if due != held:
            step = len(entries) + len(made) + 1
            made.append(_enter(scope, order, customer_id, due - held, step, programme, now))
    return made


def change(scope: ShopScope, now: datetime, *, is_on: bool, points_per_unit: int, counts_history: bool) -> Programme:
    """A new version of the programme; orders keep the version that paid them. Raises BadInput."""
    if not 1 <= points_per_unit <= 1000:
        raise BadInput("points for a unit are from 1 to 1000", "points_per_unit")
    latest = current(scope)
    return scope.add(
        Programme(
            shop_id=scope.shop_id,
            name=latest.name if latest else "Points",
            version=latest.version + 1 if latest else 1,
            is_on=is_on,
            started_at=latest.started_at if latest else now,
            counts_history=counts_history,
            points_per_unit=points_per_unit,
        )
    )


def settle_history(scope: ShopScope, after_order_id: int, now: datetime) -> int | None:
    """Settle a slice of all orders; the id to go on after, None when all are done."""
    orders: Sequence[Order] = scope.all(
        select(Order).where(col(Order.id) > after_order_id).order_by(col(Order.id)).limit(_SLICE)
    )
    for order in orders:
        settle(scope, order, now)
    return orders[-1].id if len(orders) == _SLICE else None


def current(scope: ShopScope) -> Programme | None:
    """The programme as it stands: its latest version."""
    return scope.first(select(Programme).order_by(col(Programme.version).desc()).limit(1))


def balance(scope: ShopScope, customer_id: int) -> int:
    return int(scope.scalar(select(func.sum(LedgerEntry.points)).where(LedgerEntry.customer_id == customer_id)) or 0)


def _programme(scope: ShopScope, entries: Sequence[LedgerEntry]) -> Programme | None:
    if entries:
        paid_by = entries[0].programme_version
        return scope.first(select(Programme).where(Programme.version == paid_by))
    latest = current(scope)
    return latest if latest and latest.is_on else None


def _worth(scope: ShopScope, order: Order, programme: Programme, is_paid_before: bool) -> int:
    may = earns(order.placed_at, programme.started_at, programme.counts_history or is_paid_before, order.is_counted)
    if not may or order.deleted_at is not None:
        return 0
    return points_for(order.net_minor, scope.shop.currency, programme.points_per_unit)


def _enter(
    scope: ShopScope, order: Order, customer_id: int, points: int, step: int, programme: Programme, now: datetime
) -> LedgerEntry:
    return scope.add(
        LedgerEntry(
            shop_id=scope.shop_id,
            customer_id=customer_id,
            order_id=order.id,
            step=step,
            points=points,
            reason=_reason(order, customer_id, points, step),
            programme_version=programme.version,
            created_at=now,
        )
    )


def _reason(order: Order, customer_id: int, points: int, step: int) -> str:
    if customer_id != order.customer_id:
        return "moved"
    if step == 1:
        return "earned"
    return "refunded" if points < 0 and (order.refunded_minor or 0) > 0 else "changed"
