"""Points and local days of the past: every order once, slice by slice, whichever worker takes which."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from app import jobs
from app.commerce import days
from app.commerce.models import Order, Refund
from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.jobs.base import Again, Job
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.loyalty import actions
from app.loyalty.models import LedgerEntry
from app.shops.models import Shop
from sync.history import count_days, count_history
from tests.factory import NOW, customer, order


def work(
    context: Context,
    shop: Shop,
    name: str = "loyalty-history",
    count: Callable[[Context, Job], Again | None] = count_history,
) -> int:
    """Work the waiting jobs one by one, as any worker could; how many there were."""
    for number in range(100):
        with every_shop(context.engine, write=True) as db:
            row = db.first(select(JobRow).where(JobRow.name == name))
            if row is None:
                return number
            db.delete(row)
        count(context, Job(row.id, shop.id, row.name, row.key, row.lane, 0))
    raise AssertionError("it never ends")


def ask(context: Context, shop: Shop) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        jobs.defer(scope, "loyalty-history", lane="react", dedupe="loyalty-history")


def test_every_order_is_counted_once(context: Context, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "_SLICE", 2)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        actions.change(scope, utc_now(), is_on=True, points_per_unit=1, counts_history=True)
        ada = customer(scope)
        for number in range(5):
            order(scope, ada, external_id=str(number), placed_at=NOW - timedelta(days=number + 100))
    ask(context, shop)
    assert work(context, shop) == 3
    ask(context, shop)  # asked for again: from the first order on, and nothing is given twice
    assert work(context, shop) == 3
    with shop_scope(context.engine, shop.id) as scope:
        assert [entry.points for entry in scope.all(select(LedgerEntry))] == [100] * 5


def test_who_asks_while_it_is_under_way_is_heard(context: Context, shop: Shop) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        jobs.defer(scope, "loyalty-history", "17", lane="react", dedupe="loyalty-history after 17")
    ask(context, shop)
    with every_shop(context.engine) as db:
        assert sorted(db.all(select(JobRow.key))) == ["", "17"]


def test_a_shop_that_moves_has_its_days_counted_anew(
    context: Context, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "_SLICE", 2)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        for number in range(3):
            placed = order(scope, customer(scope, f"c{number}"), external_id=str(number), placed_at=noon)
            scope.add(
                Refund(
                    shop_id=shop.id, order_id=placed.id, external_id="1", total_minor=100, present_total_minor=100,
                    created_at=noon, created_on=date(2026, 3, 1),
                )
            )  # fmt: skip
        scope.shop.timezone = "Pacific/Auckland"  # noon in Greenwich is one o'clock there, on the day after
        jobs.defer(scope, "days", lane="report", dedupe="days")
    assert work(context, shop, "days", count_days) == 2
    with shop_scope(context.engine, shop.id) as scope:
        assert set(scope.all(select(Order.placed_on))) == {date(2026, 3, 2)}
        assert set(scope.all(select(Refund.created_on))) == {date(2026, 3, 2)}
