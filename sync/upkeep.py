"""Looking after a connection: are our webhooks still there, are the shop's own facts still so?"""

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.shops.clients import client_for
from app.shops.connect import refresh_facts, subscribe
from sync.reach import calls_the_shop


@calls_the_shop
def check_webhooks(context: Context, job: Job) -> Again | None:
    """A job: webhooks that are gone or switched off are made again; the next pull fills the gap."""
    assert job.shop_id is not None
    subscribe(context, job.shop_id, utc_now())
    return None


@calls_the_shop
def refresh_shop(context: Context, job: Job) -> Again | None:
    """A job: read the shop's own facts again."""
    assert job.shop_id is not None
    facts = client_for(context, job.shop_id).facts()
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        refresh_facts(scope.shop, facts)
    return None
