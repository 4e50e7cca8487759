"""How an enrollment ends when its person buys: recovered only where a mail was sent before the order was placed."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.commerce.models import Checkout, CheckoutToken, Order, OrderToken
from app.db.scope import ShopScope
from app.flows.models import Enrollment
from app.flows.recovery import order_since
from app.journal.models import Event
from app.mail.models import Message
from app.mail.outbox import cancel
from app.reasons import Reason

_BY_STAFF = ("staff", "admin", "draft", "api", "import")


def on_order(scope: ShopScope, event: Event, now: datetime) -> None:
    """A reaction: an order closes the open enrollments of its person and of its checkout."""
    order = scope.find(Order, event.subject_id)
    if order is None:
        return
    key = (order.email or "").strip().lower()
    theirs: list[ColumnElement[bool]] = [col(Enrollment.checkout_id).in_(_checkouts(order))]
    if key:
        theirs.append(col(Enrollment.email_key) == key)
    if order.customer_id is not None:
        theirs.append(col(Enrollment.customer_id) == order.customer_id)
    for enrollment in scope.all(_open().where(or_(*theirs))):
        _try_to_close(scope, enrollment, now)


def on_checkout(scope: ShopScope, event: Event, now: datetime) -> None:
    """A reaction: a checkout changed; where it was completed its enrollment ends with its order."""
    for enrollment in scope.all(_open().where(Enrollment.checkout_id == event.subject_id)):
        _try_to_close(scope, enrollment, now)


def close(scope: ShopScope, enrollment: Enrollment, order: Order, now: datetime) -> None:
    """End an enrollment by an order: recovered if a mail had gone before it, else completed; nothing more is sent."""
    message = scope.first(select(Message).where(Message.enrollment_id == enrollment.id))
    was_mailed = message is not None and message.sent_at is not None and _second(message.sent_at) <= order.placed_at
    cancel(scope, enrollment.id, Reason("bought_before_mail"))
    enrollment.order_id, enrollment.ended_at = order.id, now
    if was_mailed and order.made_by not in _BY_STAFF:
        enrollment.state, enrollment.recovered_minor = "recovered", order.net_minor
    else:
        enrollment.state = "completed"
        enrollment.reason = Reason("bought_by_staff" if was_mailed else "bought_unmailed").kept()


def _try_to_close(scope: ShopScope, enrollment: Enrollment, now: datetime) -> None:
    checkout = scope.get(Checkout, enrollment.checkout_id)
    order = order_since(scope, checkout, enrollment.email)
    if order is not None:
        close(scope, enrollment, order, now)


def _second(at: datetime) -> datetime:
    """Platforms tell an order's time in whole seconds: one placed right after its mail must not look older than it."""
    return at.replace(microsecond=0)


def _open() -> SelectOfScalar[Enrollment]:
    return select(Enrollment).where(col(Enrollment.state).in_(("waiting", "mailed")))


def _checkouts(order: Order) -> SelectOfScalar[int]:
    tokens = select(OrderToken.token).where(OrderToken.order_id == order.id)
    return select(CheckoutToken.checkout_id).where(col(CheckoutToken.token).in_(tokens))
