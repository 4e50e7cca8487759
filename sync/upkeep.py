"""Looking after a connection: webhooks, the shop's own facts, what it granted and pays, and its secrets."""

from zoneinfo import ZoneInfo

from app import jobs
from app.context import Context
from app.db.scope import shop_scope
from app.errors import RegularsError
from app.furnish import furnish
from app.jobs.base import Again, Job
from app.lib.clock import real_now, utc_now
from app.shops import credentials
from app.shops.apps import app_of
from app.shops.billing import keep_billing
from app.shops.clients import client_for
from app.shops.connect import subscribe
from app.shops.lifecycle import go_on, may_call
from app.shops.register import refresh_facts
from sync import pull, sweep
from sync.queries import oldest_order_on
from sync.reach import calls_the_shop
from sync.reconcile.begin import after_gap
from sync.refill import refill, regain
from sync.refused import ask_again


@calls_the_shop
def check_webhooks(context: Context, job: Job) -> Again | None:
    """A job: webhooks that are gone, switched off or not ours are made again, and what they would have told since they
    were good is pulled at once (R16)."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id) as scope:
        were_good_at = scope.shop.webhooks_checked_at
    found = subscribe(context, job.shop_id, utc_now())
    if not found.is_whole:
        return Again(None)
    if found.has_gap:
        with shop_scope(context.engine, job.shop_id, write=True) as scope:
            if scope.shop.state == "active":
                pull.request(scope, were_good_at)
                sweep.request(scope)
                after_gap(scope, were_good_at, utc_now())
    return None


def revive(context: Context, job: Job) -> Again | None:
    """A job, hourly for a shop whose own plugin is switched off: is it back? Then all goes on where it was."""
    assert job.shop_id is not None
    try:
        client_for(context, job.shop_id).facts()
    except RegularsError:
        return None  # whatever is in the way: the shop goes on waiting
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        go_on(scope)
    return None


@calls_the_shop
def refresh_shop(context: Context, job: Job) -> Again | None:
    """A job: read the shop's own facts again, and how far back its orders reach on both sides (R2)."""
    assert job.shop_id is not None
    client = client_for(context, job.shop_id)
    facts, oldest = client.facts(), client.oldest_order_at()
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        has_moved = scope.shop.timezone != facts.timezone
        refresh_facts(scope.shop, facts)
        if has_moved:
            jobs.defer(scope, "days", lane="report", dedupe="days")
        scope.shop.oldest_there_on = oldest.astimezone(ZoneInfo(facts.timezone)).date() if oldest else None
        scope.shop.oldest_order_on = oldest_order_on(scope)
    return None


@calls_the_shop
def check_installation(context: Context, job: Job) -> Again | None:
    """A job, daily and when the platform tells of a change: what we are granted, also of what was refused before, and
    what is paid for the app. That it calls keeps a refresh token from running out in a shop where nothing else happens
    for months."""
    assert job.shop_id is not None
    client = client_for(context, job.shop_id)
    found, given = client.installation(), ask_again(context, job.shop_id, client)
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        if not may_call(scope):
            return None  # it left, or waits for its merchant, since it was asked
        if found.scopes is not None:
            refill(scope, found.scopes)
        regain(scope, given, utc_now())
        app = app_of(credentials.secrets(scope, context.keyring), context.settings)
        is_hosted = scope.shop.platform == "shopify" and app is not None and app.is_house
    if is_hosted:
        keep_billing(context, job.shop_id, found.subscription, utc_now())
    return None


def furnish_shop(context: Context, job: Job) -> Again | None:
    """A job: what a shop finds set up that was installed in its own admin."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        furnish(scope, utc_now())
    return None


def tidy_secrets(context: Context, job: Job) -> Again | None:
    """A job, daily: secrets that have had their time go, and a new key takes the place of the older ones."""
    assert job.shop_id is not None
    with shop_scope(context.engine, job.shop_id, write=True) as scope:
        credentials.tidy(scope, context.keyring, real_now())
    return None
