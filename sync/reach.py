"""Jobs that call a shop: never one that left or waits for its merchant; one that refuses our key waits from now on."""

from collections.abc import Callable
from functools import wraps

from app.context import Context
from app.db.scope import shop_scope
from app.errors import AuthLost
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.shops.lifecycle import may_call, pause

Handler = Callable[[Context, Job], Again | None]


def calls_the_shop(work: Handler) -> Handler:
    """Guards a job whose work asks the platform."""

    @wraps(work)
    def guarded(context: Context, job: Job) -> Again | None:
        assert job.shop_id is not None
        began = utc_now()
        with shop_scope(context.engine, job.shop_id) as scope:
            if not may_call(scope):
                return None
        try:
            return work(context, job)
        except AuthLost as error:
            with shop_scope(context.engine, job.shop_id, write=True) as scope:
                pause(scope, error, began)
            raise

    return guarded
