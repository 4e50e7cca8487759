"""Backfill and pull: who goes first, and what is kept when."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col

from app.commerce.models import CustomerStats, Order
from app.context import Context
from app.db.scope import shop_scope
from app.errors import RegularsError
from app.journal.models import FailedRecord
from app.reasons import Reason
from app.shops.models import Shop
from connectors.base import Failure, Page, Wait
from sync import runs
from sync.backfill import backfill
from sync.models import Run
from tests.factory import order_record
from tests.sync.told import RESOURCES, Client, Item, job, rows, waiting, work
from tests.waiting import until


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


def test_what_was_laid_aside_goes_once_all_of_it_is_kept(context: Context, connecting: Shop, client: Client) -> None:
    def read(_: str | None) -> Iterator[Item]:
        yield Page((order_record("1"),), "half")
        assert client.released == []
        yield Page((order_record("2"),), "whole")

    client.items["orders"] = read
    work(context, connecting)
    assert client.released == ["whole"]
    assert len(rows(context, connecting, Order)) == 2


def test_an_order_in_doubt_is_kept_and_listed(context: Context, connecting: Shop, client: Client) -> None:
    def read(_: str | None) -> Iterator[Item]:
        yield Page((order_record("1"),), None, doubts=[Failure("order", "1", "its sales add up to 2, not 1")])

    client.items["orders"] = read
    work(context, connecting)
    assert len(rows(context, connecting, Order)) == 1
    (row,) = rows(context, connecting, FailedRecord)
    assert (row.source, row.external_id, row.error) == ("ledger", "1", "its sales add up to 2, not 1")


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
