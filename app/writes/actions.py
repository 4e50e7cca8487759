"""Asking for a write, and for another try of one."""

from datetime import datetime

import msgspec
from sqlalchemy import update
from sqlmodel import col, select

from app import jobs
from app.db.scope import ShopScope
from app.reasons import Reason
from app.shops.clients import connector_of
from app.writes.models import PlatformWrite
from connectors.changes import Change, EmailConsent, SmsConsent

OPEN = ("waiting", "sending", "uncertain")


def enqueue(scope: ShopScope, change: Change, subject: str, key: str, now: datetime) -> PlatformWrite | None:
    """Have a change made at the shop's platform; the same key twice is one write. None where the platform has no such
    thing."""
    if type(change) not in connector_of(scope.shop.platform).writes:
        return None
    known = scope.first(select(PlatformWrite).where(PlatformWrite.key == key))
    if known is not None:
        return known
    payload = msgspec.to_builtins(change)
    write = PlatformWrite(
        shop_id=scope.shop_id, key=key, kind=payload["type"], subject=subject, payload=payload, due_at=now,
        created_at=now,
    )  # fmt: skip
    if isinstance(change, EmailConsent | SmsConsent):
        _overtake(scope, write, change)
    send_soon(scope)
    return scope.add(write)


def retry(scope: ShopScope, write_id: int, now: datetime) -> None:
    """Let a write that was refused or is in doubt be tried at once."""
    write = scope.get(PlatformWrite, write_id)
    if write.state not in ("failed", "uncertain"):
        return  # pressed twice, or through meanwhile
    write.state, write.due_at, write.attempts = "waiting" if write.state == "failed" else write.state, now, 0
    send_soon(scope)


def send_soon(scope: ShopScope) -> None:
    jobs.defer(scope, "push", lane="push", dedupe="push")


def change_of(write: PlatformWrite) -> Change:
    change: Change = msgspec.convert(write.payload, type=Change)
    return change


def _overtake(scope: ShopScope, write: PlatformWrite, change: EmailConsent | SmsConsent) -> None:
    """An earlier word that has not gone out need not go any more."""
    same = (PlatformWrite.kind == write.kind, PlatformWrite.subject == write.subject)
    waiting = select(PlatformWrite).where(*same, col(PlatformWrite.state).in_(("waiting", "uncertain", "failed")))
    for earlier in scope.all(waiting):
        said = change_of(earlier)
        if isinstance(said, EmailConsent | SmsConsent) and said.at <= change.at:
            earlier.state = "superseded"


def doubt_what_was_left(scope: ShopScope) -> int:
    """A shop's lane works one job at a time: what is in sending when another begins was left by a process that died."""
    left = update(PlatformWrite).where(PlatformWrite.state == "sending")  # type: ignore[arg-type]
    return scope.execute(left.values(state="uncertain", error=Reason("broke_off").kept()))
