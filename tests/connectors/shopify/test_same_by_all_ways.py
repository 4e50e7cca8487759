"""The same order by webhook, by page and by bulk: equal records, and the same rows once missing parts are fetched."""

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.commerce.state_hash import state_hash
from app.db.scope import shop_scope
from app.shops.models import Shop
from connectors.base import Page, Resource, Wait
from connectors.records import Deletion, Hint, OrderRecord, Record, RefundRecord
from connectors.shopify.client import ShopifyClient
from connectors.shopify.topics import IGNORED, TOPICS
from sandbox.changes import Box
from sandbox.shop import Order
from tests.commerce.said import take_in
from tests.conftest import make_shop
from tests.connectors.shopify.inside import Inside
from tests.connectors.shopify.traffic import WORTH, Plan, carry_out, open_shop, plans

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
RESOURCES: Sequence[Resource] = ("products", "customers", "orders")
DAYS = st.sampled_from(sorted(WORTH)).flatmap(
    lambda currency: st.tuples(st.just(currency), st.lists(plans(currency), min_size=1, max_size=3))
)
# Shrinking takes minutes, and a failing day is short enough to read.
LIKE = settings(phases=(Phase.explicit, Phase.generate))
_numbers = count()


class Day:
    """A shop, what happened in it, and its orders as the connector reads them."""

    def __init__(self, currency: str, happenings: list[Plan], work: Path) -> None:
        self.box = Box(open_shop(currency))
        inside = Inside(self.box)
        folder = work / str(next(_numbers))  # one of its own: all shops' files have the same names
        folder.mkdir()
        self.client = inside.client(folder)
        self.facts = self.client.facts()
        self.before = [record for resource in RESOURCES for record in self.by_pages(resource)]
        self.orders = [carry_out(self.box, plan) for plan in happenings]
        self.told = inside.told

    def by_pages(self, resource: Resource = "orders") -> list[Record]:
        return records(self.client.pull(resource, LONG_AGO, None))

    def by_bulk(self, resource: Resource = "orders") -> list[Record]:
        return records(self.client.backfill(resource, None))

    def by_webhooks(self) -> Iterator[Record]:
        for topic, body in self.told:
            if topic not in IGNORED:
                yield from TOPICS[topic](body, self.facts)

    def fetched(self, ids: Iterable[str]) -> list[Record]:
        return list(self.client.fetch("order", sorted(set(ids))))


def records(steps: Iterable[Page | Wait]) -> list[Record]:
    found: list[Record] = []
    for step in steps:
        if isinstance(step, Wait):
            time.sleep(min(step.seconds, 0.005))
        else:
            assert list(step.failures) == []
            found += step.records
    return found


def whole(found: Iterable[Record]) -> dict[str, OrderRecord]:
    return {record.external_id: record for record in found if isinstance(record, OrderRecord)}


def differences(one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    """Of two records of the same thing, the parts that both carry and that differ."""
    pairs = {field: (getattr(one, field), getattr(other, field)) for field in one.__struct_fields__}
    return {field: pair for field, pair in pairs.items() if None not in pair and pair[0] != pair[1]}


@settings(LIKE, max_examples=25)
@given(day=DAYS)
def test_the_records_are_equal_on_the_parts_that_both_carry(day: tuple[str, list[Plan]], tmp_path: Path) -> None:
    shop = Day(*day, tmp_path)
    by_pages, told = whole(shop.by_pages()), list(shop.by_webhooks())
    assert len(by_pages) == len(shop.orders)
    assert whole(shop.by_bulk()) == by_pages
    assert whole(shop.fetched(hinted(told))) == by_pages
    latest = whole(told)  # all is done within a second, so only what was said last is what the shop says now
    assert latest.keys() == by_pages.keys()
    for external_id, record in latest.items():
        assert differences(record, by_pages[external_id]) == {}
        assert record.tags is not None
    for record in told:
        if isinstance(record, RefundRecord):
            refunds = {one.external_id: one for one in by_pages[record.order_external_id].refunds or ()}
            assert differences(record, refunds[record.external_id]) == {}
    for order in shop.orders:  # read wrongly in the same way by all ways would not show otherwise
        assert_true(by_pages[str(order.id)], order)


def hinted(told: Iterable[Record]) -> set[str]:
    return {record.external_id for record in told if isinstance(record, Hint) and record.kind == "order"}


def assert_true(said: OrderRecord, order: Order) -> None:
    """The record says what the shop itself knows of the order. R3, R4: every refund has its row, and the rows add up to
    what was refunded. R13: also where more was done to an order than a page's list shows."""
    assert said.head is not None
    assert said.head.shop_sums is not None
    void = bool(order.cancelled_at and not order.is_paid)
    sums, shop_sums = said.head.sums, said.head.shop_sums
    assert (sums.placed, sums.refunded, sums.net) == _sums(order, void)
    assert (shop_sums.placed, shop_sums.refunded) == (order.placed_shop_minor, order.refunded_shop_minor)
    assert shop_sums.net == (0 if void else order.current_shop_minor)
    assert [refund.external_id for refund in said.refunds or ()] == [str(refund.id) for refund in order.refunds]
    assert sum(refund.total for refund in said.refunds or ()) == shop_sums.refunded
    assert len(said.agreements or ()) == 1 + len(order.edits) + len(order.refunds) + void
    assert (sums.tip, sums.duties) == (order.tip_minor, order.duty_minor)
    assert sum(sale.total for each in said.agreements or () for sale in each.sales) == shop_sums.net
    assert {line.external_id: line.is_gift_card for line in said.lines or ()} == {
        str(line.id): line.is_gift_card for line in order.lines
    }
    assert [payment.gateway for payment in said.transactions or ()] == [one.gateway for one in order.transactions]
    assert _returned(said) == _returned_in(order)


def _sums(order: Order, void: bool) -> tuple[int, int, int]:
    return order.placed_minor, order.refunded_minor, 0 if void else order.current_minor


def _returned(said: OrderRecord) -> list[tuple[str, int]]:
    """Which units of which lines came back, refund by refund."""
    return sorted((line.external_id, line.quantity) for refund in said.refunds or () for line in refund.lines or ())


def _returned_in(order: Order) -> list[tuple[str, int]]:
    return sorted((str(piece.line_id), piece.quantity) for refund in order.refunds for piece in refund.lines)


@settings(LIKE, max_examples=12)
@given(day=DAYS)
def test_the_rows_are_the_same_once_missing_parts_are_fetched(
    day: tuple[str, list[Plan]], tmp_path: Path, sqlite_engine: Engine
) -> None:
    world = Day(*day, tmp_path)
    ways = {name: _shop(sqlite_engine, day[0]) for name in ("webhook", "page", "bulk")}
    take_in(sqlite_engine, ways["webhook"], *world.before, live=False)
    refetch = take_in(sqlite_engine, ways["webhook"], *world.by_webhooks()).refetch
    _fetch(sqlite_engine, ways["webhook"], world.client, refetch)
    for resource in RESOURCES:
        take_in(sqlite_engine, ways["page"], *world.by_pages(resource), live=False)
        take_in(sqlite_engine, ways["bulk"], *world.by_bulk(resource), live=False)
    assert len({_hash(sqlite_engine, shop) for shop in ways.values()}) == 1


def _shop(engine: Engine, currency: str) -> Shop:
    return make_shop(engine, domain=f"shop-{next(_numbers)}.myshopify.com", currency=currency)


def _fetch(engine: Engine, shop: Shop, client: ShopifyClient, wanted: Sequence[tuple[str, str]]) -> None:
    """Until nothing is open; a thing that was told of three times needs one read or two, not more."""
    for _ in range(3):
        found = [record for kind, one in wanted for record in client.fetch(kind, [one])]
        assert not any(isinstance(record, Deletion) for record in found)
        if not found:
            return
        wanted = take_in(engine, shop, *found, fresh=True).refetch
    pytest.fail(f"never settled: {wanted}")


def _hash(engine: Engine, shop: Shop) -> str:
    with shop_scope(engine, shop.id) as scope:
        return state_hash(scope)
