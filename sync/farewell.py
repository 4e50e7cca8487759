"""Leaving a shop that its merchant disconnected here."""

from datetime import timedelta

from app.context import Context
from app.errors import PlatformDown, RateLimited
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.shops.farewell import say_farewell

_PAUSE = timedelta(minutes=5)


def leave_shop(context: Context, job: Job) -> Again | None:
    """A job: what of ours stands in the shop is taken away, then the keys to it go."""
    assert job.shop_id is not None
    try:
        say_farewell(context, job.shop_id, utc_now())
    except (PlatformDown, RateLimited):
        return Again(utc_now() + _PAUSE)
    return None
