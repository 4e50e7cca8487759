"""Keeping the journal: what waits is sealed, what is old is thinned, and it is verified before."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.journal.chain import seal
from app.journal.thin import close_days, drop_closed
from app.journal.verify import verify
from app.lib.clock import utc_now
from app.lib.log import log

KEPT = timedelta(days=90)  # an entry; the head of its day stays for good


def seal_waiting(context: Context, job: Job) -> Again | None:
    """A job: entries that no job sealed, since it was killed or since they came in with a request."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        is_through = seal(scope, context.keyring, utc_now()) == 0
    return None if is_through else Again(None)


def thin(context: Context, job: Job) -> Again | None:
    """A job, daily: verify the journal, then thin it. Where something is found it stays as it is, to be looked at."""
    assert job.shop_id is not None
    now = utc_now()
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        if drop_closed(scope):
            return Again(None)
        before = (now - KEPT).astimezone(ZoneInfo(scope.shop.timezone)).date()
    with shop_scope(context.engine, job.shop_id) as scope:
        findings = verify(scope, context.keyring, limit=10).findings
    if findings:
        log.warning("the journal is not what was sealed", shop=job.shop_id, findings=[str(each) for each in findings])
        return None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        is_through = close_days(scope, context.keyring, before, now) == 0
    return None if is_through else Again(None)
