"""Pulls: where they look from, and what changes while they read."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.commerce.models import Order
from app.context import Context
from app.db.scope import shop_scope
from app.errors import PlatformDown
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.settings import read
from app.shops.models import Shop
from connectors.base import Page
from connectors.records import OrderRecord
from sync.pull import pull
from tests.conftest import make_shop
from tests.factory import order_record
from tests.sync.told import RESOURCES, Client, Item, rows, work


@pytest.fixture
def sqlite_context(sqlite_engine: Engine, tmp_path: Path) -> Context:
    settings = read({"REGULARS_HOME": str(tmp_path)})
    return Context(settings, sqlite_engine, Keyring.load(settings))


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
