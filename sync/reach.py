"""Jobs that call a shop: never one that left; one that refuses our key waits for its merchant from now on, and they
for it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from app.context import Context
from app.db.scope import shop_scope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.shops.lifecycle import may_call, pause

_UNTIL_BACK = timedelta(minutes=10)  # between two looks whether it is
_PAUSES = (2.0, 5.0, 15.0, 30.0, 60.0)  # seconds
_misses: dict[tuple[int | None, str], int] = {}  # of each job in a row, in this process

Handler = Callable[[Context, Job], Again | None]


def calls_the_shop(work: Handler) -> Handler:
    """Guards a job whose work asks the platform."""

    @wraps(work)
    def guarded(context: Context, job: Job) -> Again | None:
        assert job.shop_id is not None
        began = utc_now()
        with shop_scope(context.engine, job.shop_id) as scope:
            if not may_call(scope):
                return Again(began + _UNTIL_BACK) if scope.shop.state == "paused" else None
        try:
            result = work(context, job)
        except (RateLimited, PlatformDown) as error:
            return Again(utc_now() + timedelta(seconds=_pause(job, error)))
        except AuthLost as error:
            with shop_scope(context.engine, job.shop_id, write=True) as scope:
                pause(scope, error, began)
            raise
        _misses.pop((job.shop_id, job.name), None)
        return result

    return guarded


def _pause(job: Job, error: RateLimited | PlatformDown) -> float:
    """A platform that makes us wait is no failure of the job: it is asked again, more and more seldom."""
    if isinstance(error, RateLimited):
        return error.seconds
    misses = _misses.get((job.shop_id, job.name), 0)
    _misses[job.shop_id, job.name] = misses + 1
    return _PAUSES[min(misses, len(_PAUSES) - 1)]
