"""Take the enrollments whose time has come one step on: every condition is asked again right before the mail."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from app.commerce.models import Checkout
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import BadInput
from app.flows.models import Enrollment, Flow
from app.flows.outcomes import close
from app.flows.recovery import draft, obstacle, order_since
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.mail.models import Message, Sender
from app.mail.outbox import cancel, enqueue
from app.reasons import Reason

_SLICE = 50
WINDOW = timedelta(days=7)  # an order later than this after the mail is not the mail's


def run_due(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's due enrollments, all in one transaction."""
    assert job.shop_id is not None
    now = utc_now()
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        due = select(Enrollment).where(Enrollment.state == "waiting", col(Enrollment.due_at) <= now)
        enrollments = scope.all(due.order_by(col(Enrollment.due_at)).limit(_SLICE))
        for enrollment in enrollments:
            _step(context, scope, enrollment, now)
        _let_go(scope, now)
    return Again(None) if len(enrollments) == _SLICE else None


def _step(context: Context, scope: ShopScope, enrollment: Enrollment, now: datetime) -> None:
    checkout = scope.get(Checkout, enrollment.checkout_id)
    bought = order_since(scope, checkout, enrollment.email)
    if bought is not None:
        close(scope, enrollment, bought, now)
        return
    flow = scope.get(Flow, enrollment.flow_id)
    sender = scope.first(select(Sender).order_by(col(Sender.id)).limit(1))
    why_not = _obstacle(context, scope, flow, sender, checkout, enrollment.email)
    if why_not is None and sender is not None:
        why_not = _mail(context, scope, flow, enrollment, sender, now)
    if why_not is not None:
        _exit(enrollment, why_not, now)


def _mail(
    context: Context, scope: ShopScope, flow: Flow, enrollment: Enrollment, sender: Sender, now: datetime
) -> Reason | None:
    """Into the outbox with it; why not, where it cannot be made."""
    try:
        enqueue(scope, draft(context, scope, flow, enrollment, sender, now), now)
    except BadInput as error:
        return Reason("mail_unwritable", details=str(error))
    enrollment.state, enrollment.mailed_at, enrollment.reason = "mailed", now, None
    return None


def _obstacle(
    context: Context, scope: ShopScope, flow: Flow, sender: Sender | None, checkout: Checkout, email: str
) -> Reason | None:
    if not flow.is_on:
        return Reason("flow_off")
    if context.settings.public_url is None:
        return Reason("no_address_of_ours")
    if sender is None:
        return Reason("no_sender")
    return obstacle(scope, checkout, email)


def _let_go(scope: ShopScope, now: datetime) -> None:
    """Enrollments whose mail brought nothing within the window, or whose mail was never sent, end."""
    old = select(Enrollment).where(Enrollment.state == "mailed", col(Enrollment.mailed_at) < now - WINDOW)
    for enrollment in scope.all(old.limit(_SLICE)):
        message = scope.first(select(Message).where(Message.enrollment_id == enrollment.id))
        if message is not None and message.state == "queued":
            cancel(scope, enrollment.id, Reason("a_week_late"))
        _exit(enrollment, Reason("nothing_bought"), now)


def _exit(enrollment: Enrollment, why: Reason, now: datetime) -> None:
    enrollment.state, enrollment.reason, enrollment.ended_at = "exited", why.kept(), now
