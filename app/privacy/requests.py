"""What is asked for by right becomes a row, and a job that works it: from the platform, or by a merchant's hand."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from sqlalchemy import case, update
from sqlmodel import col, select

from app import jobs
from app.commerce.models import Customer
from app.consent.tombstones import is_pseudonym
from app.db.scope import ShopScope
from app.errors import NotFound, Refused
from app.journal.models import Delivery
from app.lib.encryption import Keyring
from app.lib.i18n import _
from app.lib.ids import new_id
from app.privacy.models import PrivacyRequest
from app.privacy.person import Subject
from connectors import records

WITHIN = timedelta(days=30)  # what the law, and the platforms, give
UNDONE = ("pending", "working")
_KEEP_EXPORTS = timedelta(days=60)


def receive(
    scope: ShopScope, keyring: Keyring, said: records.PrivacyRequest, delivery: Delivery, now: datetime
) -> None:
    """Keep what the platform passed on, in place of the body that it came in."""
    subject = Subject(said.customer_external_id, said.email, said.phone, said.orders)
    number = said.request_external_id
    key = f"request:{number}" if number else f"delivery:{delivery.delivery_key}"
    keep(scope, keyring, said.kind, "platform", key, subject, now)
    delivery.body = None


def ask(
    scope: ShopScope, keyring: Keyring, customer: Customer, kind: Literal["data_request", "customer_redact"],
    now: datetime,
) -> PrivacyRequest:  # fmt: skip
    """What a merchant asks for in the panel. Raises Refused for somebody who was erased already."""
    if is_pseudonym(customer.external_id):
        raise Refused(_("This person was erased already."))
    subject = Subject(None if customer.is_guest else customer.external_id, customer.email, customer.phone)
    row = keep(scope, keyring, kind, "panel", f"panel:{new_id()}", subject, now)
    row.customer_id = customer.id
    return row


def subject_of(request: PrivacyRequest, keyring: Keyring) -> Subject:
    if request.subject is None:
        return Subject()
    return msgspec.json.decode(zlib.decompress(keyring.open(request.subject)), type=Subject)


def export_of(request: PrivacyRequest, keyring: Keyring) -> bytes:
    """Raises NotFound where there is none, or no longer."""
    if request.export is None:
        raise NotFound(_("There is no such export."))
    return zlib.decompress(keyring.open(request.export))


def close(request: PrivacyRequest, outcome: str, now: datetime) -> None:
    """Done: of whom, and what they were given, is not kept any longer."""
    request.state, request.outcome, request.done_at = "done", outcome, now
    request.subject = request.export = request.found = None


def requests_of(scope: ShopScope, limit: int) -> Sequence[PrivacyRequest]:
    """What is still to do first, by its day; then the newest."""
    is_done = col(PrivacyRequest.state) == "done"
    due = case((~is_done, col(PrivacyRequest.due_at)))
    newest = col(PrivacyRequest.requested_at).desc(), col(PrivacyRequest.id).desc()
    return scope.all(select(PrivacyRequest).order_by(is_done, due, *newest).limit(limit))


def wipe_when_due(scope: ShopScope, now: datetime) -> None:
    """A shop that its merchant disconnected here has its time; what a platform asks for comes as a request."""
    shop = scope.shop
    if shop.state != "uninstalled" or shop.wipe_at is None or shop.wipe_at > now:
        return
    key = f"left:{shop.wipe_at.isoformat()}"
    if scope.first(select(PrivacyRequest.id).where(PrivacyRequest.request_key == key)) is None:
        scope.add(
            PrivacyRequest(
                shop_id=scope.shop_id, kind="shop_redact", source="panel", request_key=key, requested_at=now,
                due_at=now + WITHIN,
            )
        )  # fmt: skip


def forget_exports(scope: ShopScope, now: datetime) -> None:
    """What nobody fetched long after it was due."""
    old = (col(PrivacyRequest.state) == "ready", col(PrivacyRequest.requested_at) < now - _KEEP_EXPORTS)
    gone = {"state": "done", "outcome": "not fetched", "done_at": now, "export": None, "subject": None, "found": None}
    scope.execute(update(PrivacyRequest).where(*old).values(gone))


def defer(scope: ShopScope) -> None:
    jobs.defer(scope, "privacy", lane="ingest", dedupe="privacy", priority=0)


def keep(
    scope: ShopScope, keyring: Keyring, kind: str, source: str, key: str, subject: Subject, now: datetime
) -> PrivacyRequest:
    """A request, and the job that works it; the same key twice is one."""
    known = scope.first(select(PrivacyRequest).where(PrivacyRequest.request_key == key))
    if known is not None:
        return known
    defer(scope)
    return scope.add(
        PrivacyRequest(
            shop_id=scope.shop_id,
            kind=kind,
            source=source,
            request_key=key,
            subject=keyring.seal(zlib.compress(msgspec.json.encode(subject))),
            requested_at=now,
            due_at=now + WITHIN,
        )
    )
