"""The audit: every order of the platform, read by a reader of its own, held against the store."""

import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from app.context import Context
from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.shops.clients import client_for
from connectors.auditing import AuditCounts
from connectors.base import Wait
from sync.reconcile import store
from sync.reconcile.begin import visible_from
from sync.reconcile.compare import Difference
from sync.reconcile.look import Look, look
from sync.reconcile.windows import Window, all_windows


@dataclass
class Report:
    """What an audit found. orders: how many the platform showed us."""

    shop_id: str
    domain: str
    orders: int = 0
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        told = ("kind", "external_id", "field", "platform", "store")
        differences = [{name: getattr(difference, name) for name in told} for difference in self.differences]
        return {"shop_id": self.shop_id, "domain": self.domain, "orders": self.orders, "differences": differences}


def audit(context: Context, shop_id: int) -> Report:
    """Hold a shop's store against its platform. Raises AuthLost, RateLimited or PlatformDown."""
    auditor = client_for(context, shop_id).auditor()
    with shop_scope(context.engine, shop_id) as scope:
        report = Report(str(shop_id), scope.shop.domain)
        first_on = visible_from(scope, utc_now())
        windows = list(all_windows(store.by_day(scope, Window(first_on, None)), auditor.at_once, first_on))
        counts = store.counts(scope)
    for window in windows:
        found = _waited(look(context, shop_id, auditor, window))
        report.orders += found.orders
        report.differences += found.differences
    report.differences += _compare_counts(auditor.counts(), counts)
    return report


def _waited(looking: Generator[Wait, None, Look]) -> Look:
    while True:
        try:
            time.sleep(next(looking).seconds)
        except StopIteration as end:
            found: Look = end.value
            return found


def _compare_counts(there: AuditCounts, here: AuditCounts) -> list[Difference]:
    found = []
    for name in ("orders", "customers", "products"):
        theirs, ours = getattr(there, name), getattr(here, name)
        if theirs is not None and theirs != ours:
            found.append(Difference("count", name, "count", str(theirs), str(ours)))
    return found
