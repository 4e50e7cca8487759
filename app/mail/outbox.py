"""The outbox: a message is a row before it is a mail, and no mail leaves twice.

queued -> sending (claimed, committed) -> sent | failed | queued again (surely not taken) | uncertain (nobody knows).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import update
from sqlmodel import col, select

from app import jobs
from app.consent.rules import obstacle
from app.consent.tombstones import is_erased
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import PlatformDown, Refused, RegularsError, Uncertain
from app.jobs.base import Again, Job
from app.lib.clock import real_now, utc_now
from app.lib.outgoing import check_host
from app.mail import mime
from app.mail.models import Message, Sender
from app.mail.smtp import Transport, Unwritable
from app.reasons import Reason

_BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
_ABANDONED = timedelta(minutes=2)  # a claim this old belongs to a process that died
_AT_ONCE = 100


@dataclass(frozen=True)
class Draft:
    """A mail to be: who, what, and from when on. enrollment_id and step make it unique."""

    id: int
    to: str
    subject: str
    html: str
    text: str
    not_before: datetime
    sender: Sender
    headers: Mapping[str, str]
    enrollment_id: int | None = None
    step: str = ""
    customer_id: int | None = None
    locale: str | None = None
    kind: str = "marketing"


def enqueue(scope: ShopScope, draft: Draft, now: datetime) -> Message:
    """Keep a mail for sending. The same step of the same enrollment twice is one message."""
    known = select(Message).where(Message.enrollment_id == draft.enrollment_id, Message.step == draft.step)
    message = scope.first(known) if draft.enrollment_id is not None else None
    if message is None:
        domain = draft.sender.email.rpartition("@")[2]
        values: dict[str, Any] = {**vars(draft), "headers": dict(draft.headers), "sender_id": draft.sender.id}
        del values["sender"]
        message = scope.add(
            Message(
                shop_id=scope.shop_id,
                to_key=draft.to.strip().lower(),
                message_id=f"<{draft.id:x}.{scope.shop_id:x}@{domain}>",
                created_at=now,
                **values,
            )
        )
    jobs.defer(scope, "send", lane="send", dedupe="send", at=draft.not_before)
    return message


def cancel(scope: ShopScope, enrollment_id: int, why: Reason) -> None:
    """Take back what is not yet handed over."""
    waiting = (col(Message.enrollment_id) == enrollment_id, col(Message.state) == "queued")
    scope.execute(update(Message).where(*waiting).values(state="skipped", error=why.kept()))


def send_due(context: Context, job: Job) -> Again | None:
    """A job: send a shop's due messages, each claimed before and settled after in a transaction of its own."""
    assert job.shop_id is not None
    transports: dict[str, Transport] = {}
    try:
        for _ in range(_AT_ONCE):
            claimed = _claim(context, job.shop_id)
            if claimed is None:
                return _next(context, job.shop_id)
            _send(context, transports, *claimed)
    finally:
        for transport in transports.values():
            transport.close()
    return Again(None)


def give_up_claims(scope: ShopScope) -> int:
    """What was claimed by a process that died may have been sent: it becomes uncertain, never resent by itself."""
    old = (col(Message.state) == "sending", col(Message.claimed_at) < real_now() - _ABANDONED)
    why = Reason("broke_off").kept()
    return scope.execute(update(Message).where(*old).values(state="uncertain", error=why))


def _claim(context: Context, shop_id: int) -> tuple[Message, Sender] | None:
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        due = select(Message).where(Message.state == "queued", col(Message.not_before) <= now)
        for message in scope.all(due.order_by(col(Message.not_before), col(Message.id)).limit(_AT_ONCE)):
            scope.lock(message)  # a worker whose lease ended may be at it still
            if message.state != "queued":
                continue
            refusal = _refusal(context, scope, message)
            if refusal:
                message.state, message.error = "skipped", refusal.kept()
                continue
            message.state, message.claimed_at = "sending", real_now()
            return message, scope.get(Sender, message.sender_id)
    return None


def _refusal(context: Context, scope: ShopScope, message: Message) -> Reason | None:
    if scope.shop.state == "uninstalled":
        return Reason("no_longer_connected")
    if message.kind != "marketing":
        return None
    if context.settings.public_url is None:
        return Reason("no_address_of_ours")
    if is_erased(scope, context.keyring, message.to):
        return Reason("erased")
    return obstacle(scope, message.to)


def _send(context: Context, transports: dict[str, Transport], message: Message, sender: Sender) -> None:
    outcome: Refused | PlatformDown | Uncertain | None = None
    try:
        transport = _transport(context, transports, sender)
        transport.deliver(sender.email, message.to, _bytes(message, sender))
    except (Refused, PlatformDown, Uncertain) as error:
        outcome = error
    except ValueError as error:  # a sender's address that no header can hold
        outcome = Unwritable(str(error))
    with shop_scope(context.engine, message.shop_id, write=True) as scope:
        _settle(scope.get(Message, message.id), outcome, utc_now())


def _settle(message: Message, outcome: RegularsError | None, now: datetime) -> None:
    message.attempts += 1
    match outcome:
        case None:
            message.state, message.sent_at = "sent", now
        case Uncertain():
            message.state = "uncertain"
        case PlatformDown() if message.attempts <= len(_BACK_OFF):
            message.state, message.not_before = "queued", now + _BACK_OFF[message.attempts - 1]
        case _:
            message.state = "failed"
    message.error = _why(outcome, message.state).kept() if outcome else None


def _why(outcome: RegularsError, state: str) -> Reason:
    match outcome:
        case Uncertain():
            code = "mail_in_doubt"
        case PlatformDown():
            code = "mail_put_off" if state == "queued" else "mail_given_up"
        case Unwritable():
            code = "mail_unwritable"
        case _:
            code = "mail_refused"
    return Reason(code, details=str(outcome))


def _transport(context: Context, transports: dict[str, Transport], sender: Sender) -> Transport:
    url = sender.transport or context.settings.smtp_url
    if url is None:
        raise PlatformDown("no mail server: SMTP_URL is not set")
    if url not in transports:
        transports[url] = Transport(url, _checked_address(context, url) if sender.transport else None)
    return transports[url]


def _checked_address(context: Context, url: str) -> str:
    parts = urlsplit(url)
    return check_host(parts.hostname or "", parts.port or 25, allow_private=context.settings.allow_private_shops)


def _bytes(message: Message, sender: Sender) -> bytes:
    return mime.build(
        sender=(sender.name, sender.email),
        to=message.to,
        subject=message.subject,
        html=message.html,
        text=message.text,
        message_id=message.message_id,
        at=utc_now(),
        headers={**(message.headers or {}), **({"Reply-To": sender.reply_to} if sender.reply_to else {})},
    )


def _next(context: Context, shop_id: int) -> Again | None:
    with shop_scope(context.engine, shop_id) as scope:
        later = select(Message.not_before).where(Message.state == "queued").order_by(col(Message.not_before)).limit(1)
        at = scope.scalar(later)
    return Again(at) if at else None
