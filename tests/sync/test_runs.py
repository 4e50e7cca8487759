"""Backfill and pull: who goes first, what is kept when, and what a platform that is busy or away makes of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete
from sqlmodel import col, select

from app.commerce.models import CustomerStats, Order
from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.errors import PlatformDown, RateLimited, RegularsError
from app.jobs.base import Again
from app.jobs.models import JobRow
from app.journal.models import FailedRecord
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.reasons import Reason
from app.settings import read
from app.shops.lifecycle import apply
from app.shops.models import Shop
from connectors.base import Failure, Page, Refusal, Resource, Wait
from connectors.records import Lifecycle, OrderRecord
from sync import reach, refused, runs
from sync.backfill import backfill
from sync.models import RefusedField, Run
from sync.pull import pull
from sync.refill import regain
from tests.conftest import make_shop
from tests.factory import order_record
from tests.sync.conftest import job
from tests.waiting import until

Item = Page | Wait
RESOURCES: Sequence[Resource] = ("products", "customers", "orders", "checkouts")


class Client:
    """A platform that says what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.begun: list[Sequence[str]] = []
        self.released: list[str] = []
        self.asked: list[tuple[str, str | None]] = []
        self.since: list[datetime] = []
        self.items: dict[str, Callable[[str | None], Iterator[Item]]] = {}
        self.kept_back: list[Refusal] = []

    def begin(self, resources: Sequence[Resource]) -> Mapping[str, str]:
        self.begun.append(resources)
        return {"orders": "orders begun"}

    def release(self, cursor: str) -> None:
        self.released.append(cursor)

    def refused(self) -> Sequence[Refusal]:
        found, self.kept_back = self.kept_back, []
        return found

    def backfill(self, resource: Resource, cursor: str | None) -> Iterator[Item]:
        self.asked.append((resource, cursor))
        return self.items.get(resource, nothing)(cursor)

    def pull(self, resource: Resource, since: datetime, cursor: str | None) -> Iterator[Item]:
        self.since.append(since)
        return self.backfill(resource, cursor)


def nothing(_: str | None) -> Iterator[Item]:
    yield Page((), None)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    found = Client()
    monkeypatch.setattr(runs, "client_for", lambda context, shop_id: found)
    monkeypatch.setattr(reach, "_PAUSES", (0.0,))
    return found


@pytest.fixture
def sqlite_context(sqlite_engine: Engine, tmp_path: Path) -> Context:
    settings = read({"REGULARS_HOME": str(tmp_path)})
    return Context(settings, sqlite_engine, Keyring.load(settings))


@pytest.fixture
def connecting(context: Context, shop: Shop) -> Shop:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.shop.state = "connecting"
    return shop


def work(context: Context, shop: Shop, what: Any = backfill) -> None:
    """A job until it is through."""
    until(lambda: what(context, job(shop, what.__name__, "ingest")) is None, "its end")


def rows(context: Context, shop: Shop, kind: type[Any]) -> list[Any]:
    with shop_scope(context.engine, shop.id) as scope:
        return list(scope.all(select(kind)))


def test_the_platform_is_told_of_all_before_the_first_is_read(
    context: Context, connecting: Shop, client: Client
) -> None:
    work(context, connecting)
    assert client.begun == [list(RESOURCES)]
    assert client.asked == [("products", None), ("customers", None), ("orders", "orders begun"), ("checkouts", None)]
    assert {run.state for run in rows(context, connecting, Run)} == {"done"}


def test_figures_are_counted_once_all_orders_are_here(context: Context, connecting: Shop, client: Client) -> None:
    client.items["orders"] = lambda _: iter([Page((order_record(one),), one if one < "3" else None) for one in "123"])
    work(context, connecting)
    assert [row.orders_count for row in rows(context, connecting, CustomerStats)] == [3]
    with shop_scope(context.engine, connecting.id, write=True) as scope:  # a scope that came late: read once more
        scope.execute(delete(Run).where(col(Run.resource) == "orders"))
    client.items["orders"] = lambda _: iter([Page((order_record("9"),), None)])
    work(context, connecting)
    assert [row.orders_count for row in rows(context, connecting, CustomerStats)] == [4]


def test_the_ids_are_kept_before_anything_is_read(context: Context, connecting: Shop, client: Client) -> None:
    """R21."""
    client.items["products"] = waiting
    backfill(context, job(connecting, "backfill", "ingest"))
    found = {run.resource: (run.state, run.cursor) for run in rows(context, connecting, Run)}
    assert found["orders"] == ("queued", "orders begun")
    assert found["customers"] == ("queued", None)


def waiting(_: str | None) -> Iterator[Item]:
    yield Wait(3600.0, Reason("file_begins"), "kept")
    yield Page((), None)


def test_what_was_laid_aside_goes_once_all_of_it_is_kept(context: Context, connecting: Shop, client: Client) -> None:
    def read(_: str | None) -> Iterator[Item]:
        yield Page((order_record("1"),), "half")
        assert client.released == []
        yield Page((order_record("2"),), "whole")

    client.items["orders"] = read
    work(context, connecting)
    assert client.released == ["whole"]
    assert len(rows(context, connecting, Order)) == 2


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


def test_an_order_in_doubt_is_kept_and_listed(context: Context, connecting: Shop, client: Client) -> None:
    def read(_: str | None) -> Iterator[Item]:
        yield Page((order_record("1"),), None, doubts=[Failure("order", "1", "its sales add up to 2, not 1")])

    client.items["orders"] = read
    work(context, connecting)
    assert len(rows(context, connecting, Order)) == 1
    (row,) = rows(context, connecting, FailedRecord)
    assert (row.source, row.external_id, row.error) == ("ledger", "1", "its sales add up to 2, not 1")


def test_a_pull_looks_ten_minutes_further_back_than_the_one_before_began(
    context: Context, connecting: Shop, client: Client
) -> None:
    """R12."""
    began = utc_now()
    work(context, connecting)
    client.since.clear()
    work(context, connecting, pull)
    assert all(began - timedelta(minutes=10) <= since <= utc_now() - timedelta(minutes=10) for since in client.since)
    assert len(client.since) == len(RESOURCES)


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(
    context: Context, connecting: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R8."""
    client.items["orders"] = lambda _: iter([Page((order_record("1"),), "after 1")])
    monkeypatch.setattr(runs, "keep_page", fail)
    with pytest.raises(RegularsError, match="the disk"):
        work(context, connecting)
    assert rows(context, connecting, Order) == []
    assert "after 1" not in {run.cursor for run in rows(context, connecting, Run)}


def fail(*_: Any, **__: Any) -> None:
    raise RegularsError("the disk")


class Living:
    """Orders listed by when they changed while some of them change: a change that is told after a page carries a time
    of up to nine minutes before, as where a shop's clocks differ or a change takes long to be seen."""

    def __init__(self, changes: list[tuple[int, int, int]], size: int, fails_at: int) -> None:
        began = utc_now() - timedelta(hours=1)
        self.at = {number: began + timedelta(seconds=number) for number in range(8)}
        self.changes, self.size, self.fails_at, self.pages = list(changes), size, fails_at, 0

    def read(self, since: datetime, cursor: str | None) -> Iterator[Item]:
        place = cursor or ""
        while True:
            rest = sorted((f"{at.isoformat()} {n}", n) for n, at in self.at.items() if at >= since)
            found = [row for row in rest if row[0] > place][: self.size]
            self.pages += 1
            if self.pages == self.fails_at:
                raise PlatformDown("cut")
            place = found[-1][0] if found else place
            is_last = not found or found[-1] == rest[-1]
            records = [self.record(number) for _, number in found]
            for number, lag in [(number, lag) for when, number, lag in self.changes if when == self.pages]:
                self.at[number] = max(self.at[number] + timedelta(seconds=1), utc_now() - timedelta(seconds=lag))
            yield Page(records, None if is_last else place)
            if is_last:
                return

    def record(self, number: int) -> OrderRecord:
        return order_record(str(number), placed=int(self.at[number].timestamp()), updated_at=self.at[number])


@settings(max_examples=10)
@given(
    changes=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 7), st.integers(0, 540)), min_size=1, max_size=5),
    size=st.integers(2, 4),
    fails_at=st.integers(0, 4),
)
def test_what_changes_while_a_pull_reads_is_there_after_the_next(
    sqlite_context: Context, client: Client, changes: list[tuple[int, int, int]], size: int, fails_at: int
) -> None:
    """R12."""
    shop = make_shop(sqlite_context.engine, domain=f"living-{next(_numbers)}.myshopify.com")
    with shop_scope(sqlite_context.engine, shop.id, write=True) as scope:
        scope.shop.backfilled_at = utc_now()
    living = Living(changes, size, fails_at)
    client.items["orders"] = lambda cursor: living.read(client.since[-1], cursor)
    work(sqlite_context, shop, pull)
    living.changes.clear()
    work(sqlite_context, shop, pull)
    kept = {order.external_id: order.placed_minor for order in rows(sqlite_context, shop, Order)}
    assert kept == {str(number): int(at.timestamp()) for number, at in living.at.items()}


_numbers = count()


def test_what_another_worker_went_on_with_is_not_written_over(
    context: Context, connecting: Shop, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pages(cursor: str | None) -> Iterator[Item]:
        for number in range(int((cursor or "at 0").split()[1]), 6):
            yield Page([order_record(str(number))], f"at {number + 1}" if number < 5 else None)
            yield Wait(0.0, Reason("resting"))

    client.items["customers"] = pages
    _until_asked(context, connecting, client, "customers")
    ours, theirs = dict(runs._feeders), dict[int, Any]()
    turns = cycle([ours, theirs])  # a slice here, a slice there, as two processes take them

    def is_through() -> bool:
        monkeypatch.setattr(runs, "_feeders", next(turns))
        return backfill(context, job(connecting, "backfill", "ingest")) is None

    until(is_through)
    assert [run.done for run in rows(context, connecting, Run) if run.resource == "customers"] == [6]


def _until_asked(context: Context, shop: Shop, client: Client, resource: str) -> None:
    while resource not in [asked for asked, _ in client.asked]:
        backfill(context, job(shop, "backfill", "ingest"))
