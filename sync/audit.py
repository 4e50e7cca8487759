"""The audit: every order of the platform, read by a reader of its own, held against the store."""

import time
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec.structs import asdict

from app.context import Context
from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.lib.money import Money
from app.reasons import Reason
from app.shops.clients import client_for
from connectors.base import Wait
from sync.reconcile import store
from sync.reconcile.begin import visible_from
from sync.reconcile.compare import MONEY, Difference
from sync.reconcile.look import Look, Tally, look
from sync.reconcile.windows import Window, all_windows


@dataclass
class Side:
    """What one side has: the day of its oldest order, how many there are of a kind, and sums of each currency over all
    orders, whatever their status."""

    oldest_on: date | None = None
    counts: dict[str, int | None] = field(default_factory=dict)
    sums: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * len(MONEY)))

    def add(self, days: Mapping[date, Tally]) -> None:
        for day, tally in days.items():
            if tally.orders:
                self.oldest_on = min(day, self.oldest_on or day)
            for currency, sums in tally.sums.items():
                self.sums[currency] = [one + more for one, more in zip(self.sums[currency], sums, strict=True)]

    def as_json(self) -> dict[str, Any]:
        money = {
            currency: {name: str(Money(minor, currency).decimal) for name, minor in zip(MONEY, sums, strict=True)}
            for currency, sums in sorted(self.sums.items())
        }
        return {"oldest_order_on": self.oldest_on and str(self.oldest_on), "counts": self.counts, "sums": money}


@dataclass
class Report:
    """What an audit found. orders: how many the platform showed us; since: it shows us none before this day; doubts:
    days that the platform itself counts and lists otherwise."""

    shop_id: str
    domain: str
    since: date | None = None
    orders: int = 0
    there: Side = field(default_factory=Side)
    here: Side = field(default_factory=Side)
    differences: list[Difference] = field(default_factory=list)
    doubts: dict[date, Reason] = field(default_factory=dict)

    @property
    def is_equal(self) -> bool:
        return not self.differences and not self.doubts

    def take(self, found: Look) -> None:
        self.orders += found.orders
        self.there.add(found.there)
        self.here.add(found.here)
        self.differences += found.differences
        self.doubts |= found.notes

    def as_json(self) -> dict[str, Any]:
        told = ("kind", "external_id", "field", "platform", "store", "currency")
        return {
            "shop_id": self.shop_id,
            "domain": self.domain,
            "since": self.since and str(self.since),
            "orders": self.orders,
            "platform": self.there.as_json(),
            "store": self.here.as_json(),
            "differences": [{name: getattr(each, name) for name in told} for each in self.differences],
            "doubts": {str(day): str(reason) for day, reason in sorted(self.doubts.items())},
        }

    def lines(self) -> Iterator[str]:
        """For a person: both sides, then each difference, and how many there are."""
        since = f"; the platform shows none before {self.since}" if self.since else ""
        yield f"oldest order: {self.there.oldest_on} there, {self.here.oldest_on} here{since}"
        for currency in sorted({*self.there.sums, *self.here.sums}):
            for name, *both in zip(MONEY, self.there.sums[currency], self.here.sums[currency], strict=True):
                theirs, ours = (Money(minor, currency) for minor in both)
                yield f"{name}: {theirs} there, {ours} here"
        for name, count in self.here.counts.items():
            yield f"{name}: {self.there.counts[name]} there, {count} here"
        yield from map(str, self.differences)
        yield from (f"{day}: {reason}" for day, reason in sorted(self.doubts.items()))
        yield f"{self.domain}: {self.orders} orders read, {len(self.differences) + len(self.doubts)} differences"


def audit(context: Context, shop_id: int) -> Report:
    """Hold a shop's store against its platform. Raises AuthLost, RateLimited or PlatformDown."""
    auditor = client_for(context, shop_id).auditor()
    with shop_scope(context.engine, shop_id) as scope:
        since = visible_from(scope, utc_now())
        report = Report(str(shop_id), scope.shop.domain, since)
        windows = list(all_windows(store.by_day(scope, Window(since, None)), auditor.at_once, since))
        report.here.counts = asdict(store.counts(scope))
    for window in windows:
        report.take(_waited(look(context, shop_id, auditor, window)))
    report.there.counts = asdict(auditor.counts())
    report.differences += _compare_counts(report.there.counts, report.here.counts)
    return report


def _waited(looking: Generator[Wait, None, Look]) -> Look:
    while True:
        try:
            time.sleep(next(looking).seconds)
        except StopIteration as end:
            found: Look = end.value
            return found


def _compare_counts(there: Mapping[str, int | None], here: Mapping[str, int | None]) -> list[Difference]:
    """Those that the platform tells."""
    told = {name: count for name, count in there.items() if count is not None and count != here[name]}
    return [Difference("count", name, "count", str(count), str(here[name])) for name, count in told.items()]
