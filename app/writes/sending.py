"""One write on its way: claimed and committed before it is sent, settled by what came of it after."""

from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.scope import ShopScope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.lib.clock import real_now
from app.reasons import Reason
from app.writes import codes
from app.writes.actions import OPEN
from app.writes.models import PlatformWrite
from connectors.changes import Written

_UNSENT = ("waiting", "uncertain")
_LOOKED_AT = 20
_BACK_OFF = (5, 30, 120, 600, 3600, 3 * 3600, 8 * 3600)  # seconds after each attempt; then a person has to look


def claim(scope: ShopScope, now: datetime) -> PlatformWrite | None:
    """The write that goes next, now ours. None where nothing is due."""
    for write in scope.all(_next().where(col(PlatformWrite.due_at) <= now).limit(_LOOKED_AT)):
        scope.lock(write)  # a worker whose lease ended may be at it still
        if write.state in _UNSENT:
            write.state, write.claimed_at = "sending", real_now()
            return write
    return None


def next_due(scope: ShopScope) -> datetime | None:
    write = scope.first(_next().limit(1))
    return write.due_at if write else None


def _next() -> SelectOfScalar[PlatformWrite]:
    """What waits for nothing but its time, the earliest first."""
    earlier = aliased(PlatformWrite)
    goes_first = (
        select(earlier.id)
        .where(earlier.subject == PlatformWrite.subject, earlier.id < PlatformWrite.id, col(earlier.state).in_(OPEN))
        .exists()
    )
    free = select(PlatformWrite).where(col(PlatformWrite.state).in_(_UNSENT), ~goes_first)
    return free.order_by(col(PlatformWrite.due_at), col(PlatformWrite.id))


def written(scope: ShopScope, write: PlatformWrite, outcome: Written, now: datetime) -> None:
    """The platform has it, or works on it and wants to be asked again."""
    write.answer, write.error = dict(outcome.answer), None
    if outcome.wait is not None:
        write.state, write.due_at = "waiting", now + timedelta(seconds=outcome.wait)
        return
    write.state, write.done_at = "done", now
    if outcome.was_so:
        write.echoed_at = now
    codes.on_written(scope, write, now)


def not_written(write: PlatformWrite, error: Exception, now: datetime) -> None:
    """Who must act decides: time (again later), the merchant (again once the shop is connected), or a person."""
    write.attempts += 1
    why = Reason.of(error)
    if isinstance(error, RateLimited):  # said before anything was sent, or instead of doing it
        write.state, write.due_at = "waiting", now + timedelta(seconds=error.seconds)
    elif isinstance(error, AuthLost):
        write.state = "waiting"
    elif isinstance(error, PlatformDown) and write.attempts <= len(_BACK_OFF):
        write.state, write.due_at = "uncertain", now + timedelta(seconds=_BACK_OFF[write.attempts - 1])
    else:
        write.state = "failed"
        why = Reason("gave_up", details=why.details) if isinstance(error, PlatformDown) else why
    write.error = why.kept()
