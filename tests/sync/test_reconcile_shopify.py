"""Shopify's face without webhooks: one bulk operation of raw totals, and what differs healed record by record."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.commerce.models import Order
from tests.sync.proving import Copy, copied


@pytest.fixture
def copy(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(sqlite_engine, tmp_path, face="shopify") as found:
        yield found


def test_what_no_webhook_told_is_found_named_and_repaired(copy: Copy) -> None:
    """R1, R3, R4."""
    paid = [one for one in copy.all(Order) if one.is_counted and one.refunded_minor == 0]
    gone, refunded = (one.external_id for one in sorted(paid, key=lambda one: one.placed_at)[-2:])
    placed = copy.act("place_order", email="new@example.com")["order_id"]
    copy.act("delete", order_id=int(gone))
    refund = copy.act("refund", order_id=int(refunded), lines=[], amount_minor=100)["refund_id"]
    person = copy.act("register", email="she@example.com", first_name="She", last_name="Her")["person_id"]
    row = copy.reconcile(days=400)
    assert copy.findings() >= {
        ("order", str(placed), "missing", True), ("order", gone, "deleted", True),
        ("order", refunded, "stale", True), ("refund", str(refund), "missing", True),
        ("customer", str(person), "missing", True),
    }  # fmt: skip
    assert (row.unhealed, copy.states(), copy.differences()) == (0, {"green"}, [])


def test_a_range_is_asked_for_by_its_moments_and_counted_without_a_limit(copy: Copy) -> None:
    auditor = copy.client().auditor()
    orders = sorted(copy.all(Order), key=lambda one: one.placed_at)
    since, until = orders[5].placed_at, orders[-5].placed_at
    found = {one.external_id for one in auditor.orders(since, until) if hasattr(one, "external_id")}
    assert found == {one.external_id for one in orders if since <= one.placed_at < until}
    assert auditor.count(since, until) == len(found)
    assert auditor.count(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 2, tzinfo=UTC)) == 0
    assert [one.external_id for one in auditor.orders_by_id([orders[0].external_id, "1"])] == [orders[0].external_id]
