"""Who enters a flow: a checkout abandoned, with an address, by somebody who may be written to."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from app import jobs
from app.commerce.models import Checkout, Customer
from app.db.scope import ShopScope
from app.flows.models import Enrollment, Flow
from app.flows.recovery import obstacle
from app.journal.models import Event


def on_abandoned(scope: ShopScope, event: Event, now: datetime) -> None:
    """A reaction: enroll an abandoned checkout in every recovery flow, once."""
    checkout = scope.find(Checkout, event.subject_id)
    email = _address(scope, checkout) if checkout else None
    if checkout is None or email is None:
        return
    for flow in scope.all(select(Flow).where(Flow.kind == "recovery", col(Flow.is_on).is_(True))):
        if checkout.updated_at >= flow.started_at and not _is_enrolled(scope, flow, checkout):
            enrolled = _enroll(scope, flow, checkout, email, now)
            jobs.defer(scope, "flows", lane="react", dedupe="flows", at=enrolled.due_at)


def _enroll(scope: ShopScope, flow: Flow, checkout: Checkout, email: str, now: datetime) -> Enrollment:
    """It waits even if something stands against a mail now (`reason` says what): a consent may be on its way still, in
    a delivery of its own, and the runner asks again when the mail is due."""
    stands = obstacle(scope, checkout, email)
    return scope.add(
        Enrollment(
            shop_id=scope.shop_id,
            flow_id=flow.id,
            checkout_id=checkout.id,
            customer_id=checkout.customer_id,
            email=email,
            email_key=email.strip().lower(),
            state="waiting",
            reason=stands.kept() if stands else None,
            entered_at=now,
            due_at=max(now, checkout.updated_at + timedelta(minutes=flow.wait_minutes)),
        )
    )


def _is_enrolled(scope: ShopScope, flow: Flow, checkout: Checkout) -> bool:
    known = select(Enrollment.id).where(Enrollment.flow_id == flow.id, Enrollment.checkout_id == checkout.id)
    return scope.first(known) is not None


def _address(scope: ShopScope, checkout: Checkout) -> str | None:
    if checkout.email:
        return checkout.email
    customer = scope.find(Customer, checkout.customer_id) if checkout.customer_id else None
    return customer.email if customer else None
