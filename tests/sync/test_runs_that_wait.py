"""What a platform that is busy, away or keeps something back makes of a run."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from app.commerce.models import Order
from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.errors import PlatformDown, RateLimited, RegularsError
from app.jobs.base import Again
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.reasons import Reason
from app.shops.lifecycle import apply
from app.shops.models import Shop
from connectors.base import Page, Refusal
from connectors.records import Lifecycle
from sync import refused
from sync.backfill import backfill
from sync.models import RefusedField, Run
from sync.refill import regain
from tests.factory import order_record
from tests.sync.told import Client, Item, job, rows, waiting, work
from tests.waiting import until


def test_a_webhook_that_says_that_a_file_is_written_ends_the_wait(
    context: Context, connecting: Shop, client: Client
) -> None:
    client.items["products"] = waiting
    again = backfill(context, job(connecting, "backfill", "ingest"))
    assert again is not None
    assert again.at is None or again.at <= utc_now() + timedelta(seconds=30)
    with shop_scope(context.engine, connecting.id, write=True) as scope:
        apply(scope, Lifecycle("bulk_finished", detail="gid://shopify/BulkOperation/1"), utc_now())
    (due,) = [row for row in jobs_of(context, connecting) if row.name == "backfill"]
    assert due.due_at <= utc_now()
    work(context, connecting)  # the platform is asked at once, not in an hour


def test_once_the_history_is_there_a_finished_file_is_nobody_s(context: Context, shop: Shop) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        apply(scope, Lifecycle("bulk_finished"), utc_now())
    assert jobs_of(context, shop) == []


def jobs_of(context: Context, shop: Shop) -> list[JobRow]:
    with every_shop(context.engine) as db:
        return list(db.all(select(JobRow).where(JobRow.shop_id == shop.id)))


@pytest.mark.parametrize("error", [RateLimited("in 0 s", 0.0), PlatformDown("it does not answer")])
def test_a_platform_that_is_busy_or_away_is_a_wait_and_the_run_goes_on_where_it_was(
    context: Context, connecting: Shop, client: Client, error: RegularsError
) -> None:
    """R15."""
    faults = [error, error]

    def read(cursor: str | None) -> Iterator[Item]:
        if cursor is None or cursor == "orders begun":
            yield Page((order_record("1"),), "after 1")
        if faults:
            raise faults.pop()
        yield Page((order_record("2"),), None)

    client.items["orders"] = read

    def waits() -> bool:
        assert isinstance(backfill(context, job(connecting, "backfill", "ingest")), Again)
        (run,) = [run for run in rows(context, connecting, Run) if run.resource == "orders"]
        return (run.state, run.note, run.error) == ("waiting", Reason.of(error).kept(), None)

    until(waits)
    work(context, connecting)
    assert ("orders", "after 1") in client.asked
    assert len(rows(context, connecting, Order)) == 2


def test_what_is_kept_back_is_kept_and_gone_when_it_is_met_no_more(
    context: Context, connecting: Shop, client: Client
) -> None:
    def read(_: str | None) -> Iterator[Item]:
        client.kept_back = [Refusal("orders.nodes.email", "Access denied")]
        yield Page((order_record("1"),), None)

    client.items["orders"] = read
    work(context, connecting)
    (row,) = rows(context, connecting, RefusedField)
    assert (row.field, row.reason) == ("orders.nodes.email", "Access denied")
    refused.keep_refusals(context, connecting.id, [Refusal("orders.nodes.email", "Still denied")])
    (row,) = rows(context, connecting, RefusedField)
    assert (row.reason, row.first_at < row.last_at) == ("Still denied", True)
    with shop_scope(context.engine, connecting.id, write=True) as scope:
        regain(scope, {}, utc_now() + timedelta(days=15))
    assert rows(context, connecting, RefusedField) == []
