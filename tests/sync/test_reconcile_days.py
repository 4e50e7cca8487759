"""Days are the shop's own, windows are small, older days have their turn, and each night comes once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.db.scope import shop_scope
from app.proof.models import ProvedDay, Reconciliation
from app.shops.models import Shop
from connectors.auditing import AuditOrder
from sync.reconcile import begin, older
from sync.reconcile.compare import Held, compare
from sync.reconcile.windows import Window, all_windows, cut, first_window
from tests.factory import order
from tests.sync.proving import copied

DAY = timedelta(days=1)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Los_Angeles", date(2026, 11, 1), 25),
        ("America/Los_Angeles", date(2026, 3, 8), 23),
        ("Pacific/Auckland", date(2026, 9, 27), 23),
        ("Europe/Berlin", date(2026, 11, 2), 24),
    ],
)
def test_a_day_is_as_long_as_the_shop_s_clocks_make_it(zone: str, day: date, hours: int) -> None:
    """R6."""
    since, until = Window(day, day).bounds(ZoneInfo(zone))
    assert since is not None
    assert until is not None
    assert until - since == timedelta(hours=hours)
    last = until - timedelta(seconds=1)
    assert [at.astimezone(ZoneInfo(zone)).date() for at in (since, last)] == [day, day]


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_each_local_day_has_what_the_platform_counts_in_it(zone: str, sqlite_engine: Engine, tmp_path: Path) -> None:
    """R6: eight hours west and thirteen east of Greenwich, the ends of summer time among the days."""
    with copied(sqlite_engine, tmp_path, "--timezone", zone) as copy:
        copy.act("place_order", email="new@example.com")
        row = copy.reconcile(days=60)
        auditor = copy.client().auditor()
        days = copy.days()
        assert (row.missing, copy.states(), len(days)) == (1, {"green"}, 60)
        busy = {day: found for day, found in days.items() if (found.there or {})["orders"]}
        assert len(busy) > 1
        for day, found in [*busy.items(), (min(days), days[min(days)])]:
            since, until = Window(day, day).bounds(ZoneInfo(zone))
            assert since is not None
            assert until is not None
            assert auditor.count(since, until) == (found.there or {})["orders"]
            assert found.there == found.here


def test_windows_hold_few_orders_and_every_day_once() -> None:
    days = [(date(2026, 1, 1), 300), (date(2026, 1, 3), 300), (date(2026, 1, 4), 900), (date(2026, 1, 9), 10)]
    assert list(cut(days, 500)) == [date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 9)]
    assert list(all_windows(days, 1500)) == [Window(None, date(2026, 1, 8)), Window(date(2026, 1, 9), None)]
    assert first_window(days, date(2025, 12, 30), date(2026, 2, 1), 500) == Window(date(2025, 12, 30), date(2026, 1, 2))
    assert first_window([], date(2026, 1, 1), date(2026, 2, 1), 500) == Window(date(2026, 1, 1), date(2026, 2, 1))


def test_older_days_have_their_turn_the_latest_first_and_not_again_within_a_month(engine: Engine, shop: Shop) -> None:
    before = date(2026, 10, 1)
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.shop.oldest_order_on = date(2026, 9, 1)
        for number in range(1, 31):
            placed_at = datetime(2026, 9, number, 12, tzinfo=UTC)
            order(scope, None, external_id=str(number), placed_at=placed_at)
        assert older.pick(scope, before, 10, NOON) == Window(date(2026, 9, 21), date(2026, 9, 30))
        for number in range(15, 31):
            scope.add(ProvedDay(kind="orders", day=date(2026, 9, number), state="green", checked_at=NOON - DAY))
        assert older.pick(scope, before, 10, NOON) == Window(date(2026, 9, 5), date(2026, 9, 14))
        assert older.pick(scope, before, 10, NOON + older.TURN) == Window(date(2026, 9, 21), date(2026, 9, 30))
        assert older.pick(scope, date(2026, 9, 1), 10, NOON) is None


def test_each_night_of_the_shop_comes_once(engine: Engine, shop: Shop) -> None:
    """Berlin's night; who slept through it comes in the day."""
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.shop.backfilled_at = NOON - 10 * DAY
        begin.nightly(scope, datetime(2026, 11, 19, 23, 50, tzinfo=UTC))  # ten to one
        assert scope.all(select(Reconciliation)) == []
        for hour in (5, 6, 12):
            begin.nightly(scope, datetime(2026, 11, 20, hour, tzinfo=UTC))
        (row,) = scope.all(select(Reconciliation))
        assert (row.since_on, row.until_on) == (date(2026, 10, 16), date(2026, 11, 19))
        begin.nightly(scope, datetime(2026, 11, 21, 5, tzinfo=UTC))
        assert len(scope.all(select(Reconciliation))) == 2


def test_what_a_platform_does_not_show_is_not_gone(engine: Engine, shop: Shop) -> None:
    """Without read_all_orders Shopify shows the orders of 60 days."""
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.shop.scopes, scope.shop.oldest_order_on = ["read_orders"], date(2026, 1, 1)
        assert begin.request(scope, "asked", NOON, date(2026, 1, 1)).since_on == date(2026, 9, 22)
        assert older.pick(scope, date(2026, 9, 22), 10, NOON) is None
        scope.shop.scopes = ["read_orders", "read_all_orders"]
        assert begin.request(scope, "asked", NOON, date(2026, 1, 1)).since_on == date(2026, 1, 1)


def test_after_a_gap_the_days_since_it_began_and_the_last_weeks_are_held_together(engine: Engine, shop: Shop) -> None:
    """R16."""
    with shop_scope(engine, shop.id, write=True) as scope:
        begin.after_gap(scope, NOON - 50 * DAY, NOON)
        begin.after_gap(scope, NOON - timedelta(hours=1), NOON)  # as long as that one waits, it serves this one too
        (row,) = scope.all(select(Reconciliation))
        assert (row.reason, row.since_on, row.until_on) == ("gap", date(2026, 10, 1), date(2026, 11, 20))


def test_a_refunded_order_that_names_no_refund_is_a_difference_and_never_a_zero() -> None:
    """R4."""
    said = AuditOrder("1", NOON, True, "EUR", "10.00", "0", "10.00", (), is_refunded=True)
    held = Held(NOON.date(), True, {"EUR": (1000, 0, 1000)}, ())
    assert [one.field for one in compare(said, held, ZoneInfo("Europe/Berlin"))] == ["refunds"]
