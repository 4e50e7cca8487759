"""One window on both sides: what each has of every day, and in which records they differ."""

from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from app.context import Context
from app.db.scope import shop_scope
from app.reasons import Reason
from connectors.auditing import Auditor, AuditOrder
from connectors.base import Wait
from sync.reconcile import store
from sync.reconcile.compare import MONEY, Difference, Held, absent, amounts, compare
from sync.reconcile.windows import Window

_BATCH = 500


@dataclass
class Tally:
    """What one side has of a day: how many orders, and sums of each currency."""

    orders: int = 0
    sums: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))

    def add(self, currency: str, money: Sequence[int | None]) -> None:
        self.orders += 1
        self.sums[currency] = [sum_ + (more or 0) for sum_, more in zip(self.sums[currency], money, strict=True)]

    def as_json(self) -> dict[str, Any]:
        return {"orders": self.orders} | {
            currency: dict(zip(MONEY, sums, strict=True)) for currency, sums in self.sums.items()
        }


@dataclass
class Look:
    """orders: how many the platform listed; notes: of days that the platform counts and lists otherwise."""

    window: Window
    zone: ZoneInfo
    orders: int = 0
    there: dict[date, Tally] = field(default_factory=lambda: defaultdict(Tally))
    here: dict[date, Tally] = field(default_factory=lambda: defaultdict(Tally))
    differences: list[Difference] = field(default_factory=list)
    notes: dict[date, Reason] = field(default_factory=dict)

    def take(self, order: AuditOrder, held: Held | None) -> None:
        self.there[order.placed_at.astimezone(self.zone).date()].add(order.currency, amounts(order))
        if held is not None:
            self.here[held.placed_on].add(order.currency, held.money.get(order.currency, (0, 0, 0)))
        self.differences += compare(order, held, self.zone)


def look(
    context: Context, shop_id: int, auditor: Auditor, window: Window, cursor: str | None = None
) -> Generator[Wait, None, Look]:
    """Read one window on both sides. What waits hands on where to go on."""
    with shop_scope(context.engine, shop_id) as scope:
        found = Look(window, ZoneInfo(scope.shop.timezone))
    seen: set[str] = set()
    batch: list[AuditOrder] = []
    for item in auditor.orders(*window.bounds(found.zone), cursor):
        if isinstance(item, Wait):
            yield item
            continue
        batch.append(item)
        if len(batch) == _BATCH:
            seen |= _take(context, shop_id, found, batch)
            batch = []
    seen |= _take(context, shop_id, found, batch)
    found.orders = len(seen)
    listed = {day: tally.orders for day, tally in found.there.items()}
    _look_for_the_absent(context, shop_id, auditor, found, seen)
    _hold_against_counts(auditor, found, listed)
    return found


def _take(context: Context, shop_id: int, found: Look, batch: Sequence[AuditOrder]) -> set[str]:
    with shop_scope(context.engine, shop_id) as scope:
        held = store.orders(scope, [order.external_id for order in batch])
    for order in batch:
        found.take(order, held.get(order.external_id))
    return {order.external_id for order in batch}


def _look_for_the_absent(context: Context, shop_id: int, auditor: Auditor, found: Look, seen: set[str]) -> None:
    """What is held and was not listed is asked for by its id: absent from a list is not deleted."""
    with shop_scope(context.engine, shop_id) as scope:
        days = {one: day for one, day in store.placed(scope, found.window) if one not in seen}
    ids = list(days)
    for at in range(0, len(ids), _BATCH):
        some = ids[at : at + _BATCH]
        with shop_scope(context.engine, shop_id) as scope:
            held = store.orders(scope, some)
        there = {order.external_id: order for order in auditor.orders_by_id(some)}
        for one in held:
            _judge(found, one, there.get(one), held[one])


def _judge(found: Look, external_id: str, order: AuditOrder | None, held: Held) -> None:
    if order is not None and order.is_kept:
        found.take(order, held)
        return
    found.here[held.placed_on].add(*_whole(held))
    found.differences.append(absent(external_id, held.placed_on, "deleted" if order is None else "extra"))


def _whole(held: Held) -> tuple[str, Sequence[int | None]]:
    """In the order's own currency, which comes last where it is another than the shop's."""
    return list(held.money.items())[-1]


def _hold_against_counts(auditor: Auditor, found: Look, listed: Mapping[date, int]) -> None:
    """The platform counts, beside its lists."""
    for day, counted, has in _counted_otherwise(auditor, found.window, found.zone, listed):
        found.notes[day] = Reason("counts_differ", {"counted": counted, "listed": has})


def _counted_otherwise(
    auditor: Auditor, window: Window, zone: ZoneInfo, listed: Mapping[date, int]
) -> Iterator[tuple[date, int, int]]:
    """Each day, what is counted and what is listed: found by halves, since a count is a call."""
    counted = _counted(auditor, window, zone)
    has = sum(orders for day, orders in listed.items() if day in window)
    if counted is None or counted == has:
        return
    if (halves := window.halves()) is None:
        assert window.first_on is not None
        yield window.first_on, counted, has
    for half in halves or ():
        yield from _counted_otherwise(auditor, half, zone, listed)


def _counted(auditor: Auditor, window: Window, zone: ZoneInfo) -> int | None:
    since, until = window.bounds(zone)
    return None if since is None or until is None else auditor.count(since, until)
