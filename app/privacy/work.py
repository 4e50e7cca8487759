"""The job that works privacy requests, in steps that are each a transaction: killed anywhere, it goes on from there."""

import zlib
from datetime import datetime

from sqlmodel import col, select

from app.consent.tombstones import erased
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.jobs.base import Again, Job
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.privacy import sweep, wipe
from app.privacy.erasure import erase
from app.privacy.export import export
from app.privacy.models import PrivacyRequest
from app.privacy.person import Person, find
from app.privacy.requests import UNDONE, close, subject_of

_WHY = "the person was erased"


def work(context: Context, job: Job) -> Again | None:
    """A job: a slice of a shop's oldest open request."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id) as scope:
        waiting = select(PrivacyRequest).where(col(PrivacyRequest.state).in_(UNDONE))
        request = scope.first(waiting.order_by(col(PrivacyRequest.requested_at), col(PrivacyRequest.id)).limit(1))
    if request is None:
        return None
    if request.kind == "shop_redact":
        return wipe.step(context, request)
    if request.kind == "customer_redact" and request.state == "pending":
        _erase(context, request)
    else:
        _look_through(context, request)
    return Again(None)


def _erase(context: Context, request: PrivacyRequest) -> None:
    """The person, at once; of whom is not kept beyond it: the bodies are searched by hashes alone."""
    now = utc_now()
    with shop_scope(context.engine, request.shop_id, write=True) as scope:
        row = scope.get(PrivacyRequest, request.id)
        person = find(scope, context.keyring, subject_of(row, context.keyring))
        row.customer_id = min(person.customers, default=row.customer_id)
        row.counts = erase(scope, context.keyring, person, now)
        row.outcome = "erased" if row.counts else "nothing kept"
        row.state, row.subject = "working", None


def _look_through(context: Context, request: PrivacyRequest) -> None:
    """A slice of the kept bodies, read without holding anybody up; after the last one the request is finished."""
    keyring = context.keyring
    with shop_scope(context.engine, request.shop_id) as scope:
        person = find(scope, keyring, subject_of(request, keyring))
        swept = sweep.deliveries(scope, keyring, request.swept_to, _pick(scope, keyring, request, person))
    with shop_scope(context.engine, request.shop_id, write=True) as scope:
        row = scope.get(PrivacyRequest, request.id)
        row.state, row.swept_to = "working", swept.up_to
        if row.kind == "customer_redact":
            _empty(scope, swept.found)
        else:
            row.found = [*(row.found or ()), *swept.found]
        if swept.is_over:
            _finish(scope, keyring, row, person, utc_now())


def _pick(scope: ShopScope, keyring: Keyring, request: PrivacyRequest, person: Person) -> sweep.Pick:
    if request.kind == "customer_redact":
        return lambda names: erased(scope.batch(), keyring, scope.shop_id, names)
    return person.names.intersection


def _empty(scope: ShopScope, ids: list[int]) -> None:
    for delivery in scope.all(select(Delivery).where(col(Delivery.id).in_(ids))):
        if delivery.state != "pending":  # what is pending loses its body when it was worked through
            delivery.body, delivery.error = None, delivery.error and _WHY


def _finish(scope: ShopScope, keyring: Keyring, request: PrivacyRequest, person: Person, now: datetime) -> None:
    failures = sweep.failures(scope, keyring, _pick(scope, keyring, request, person))
    if request.kind == "customer_redact":
        for failure in failures:
            scope.delete(failure)
        close(request, request.outcome or "erased", now)
        return
    person.deliveries, person.failures = set(request.found or ()), {failure.id for failure in failures}
    said, counts = export(scope, keyring, person, now)
    request.counts, request.customer_id = counts, min(person.customers, default=request.customer_id)
    if not counts:
        close(request, "nothing kept", now)
        return
    request.state, request.subject, request.found = "ready", None, None
    request.export = keyring.seal(zlib.compress(said))
