"""What pages read of flows: how enrollments ended, and the enrollments themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col, select

from app.commerce.models import Checkout, Customer, Order
from app.db.scope import ShopScope
from app.flows.models import Enrollment, Flow

STATES = ("waiting", "mailed", "recovered", "completed", "exited")


def all_flows(scope: ShopScope) -> Sequence[Flow]:
    return scope.all(select(Flow).order_by(col(Flow.id)))


@dataclass(frozen=True)
class Outcomes:
    """Enrollments by state; recovered_minor: what the recovered orders were worth, in shop currency."""

    counts: dict[str, int]
    recovered_minor: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def recovered(self) -> int:
        return self.counts["recovered"]


def outcomes(scope: ShopScope, flow_id: int | None = None) -> Outcomes:
    """Of one flow, or of all."""
    counted = select(Enrollment.state, func.count(), func.sum(Enrollment.recovered_minor))
    if flow_id is not None:
        counted = counted.where(Enrollment.flow_id == flow_id)
    rows = {row[0]: row for row in scope.rows(counted.group_by(Enrollment.state))}
    counts = {state: int(rows[state][1]) if state in rows else 0 for state in STATES}
    return Outcomes(counts, sum(int(row[2] or 0) for row in rows.values()))


Trace = tuple[Enrollment, Checkout, Customer | None, Order | None]


def enrollments(scope: ShopScope, flow_id: int, state: str | None, after: int | None, limit: int) -> Sequence[Trace]:
    """A page of a flow's enrollments, newest first, each with its checkout, its person and the order that ended it."""
    joined = (
        select(Enrollment, Checkout, Customer, Order)
        .join(Checkout, col(Enrollment.checkout_id) == col(Checkout.id))
        .join(Customer, col(Enrollment.customer_id) == col(Customer.id), isouter=True)
        .join(Order, col(Enrollment.order_id) == col(Order.id), isouter=True)
    )
    wanted = joined.where(Enrollment.flow_id == flow_id)
    if state:
        wanted = wanted.where(Enrollment.state == state)
    if after is not None:
        wanted = wanted.where(col(Enrollment.id) < after)
    rows = scope.rows(wanted.order_by(col(Enrollment.id).desc()).limit(limit))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def newest_checkout(scope: ShopScope) -> Checkout | None:
    """A real basket to show a mail with."""
    filled = select(Checkout).where(col(Checkout.items).is_not(None), col(Checkout.present_total_minor) > 0)
    return scope.first(filled.order_by(col(Checkout.updated_at).desc()).limit(1))
