"""What is kept for how long: a body of a platform's 14 days at most, what is said of it longer."""

from datetime import datetime, timedelta

from sqlmodel import select

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.journal.keep import keep_failures
from app.journal.models import Delivery, FailedRecord
from app.lib.clock import utc_now
from app.shops.models import Shop
from connectors.base import Failure
from sync.timetable import tidy


def delivery(scope: ShopScope, state: str, at: datetime) -> None:
    scope.add(
        Delivery(
            shop_id=scope.shop_id, delivery_key=f"{state} {at}", topic="orders/create", received_at=at, body=b"sealed",
            body_digest=b"", state=state, due_at=at,
        )
    )  # fmt: skip


def test_bodies_go_after_two_weeks(context: Context, shop: Shop) -> None:
    now = utc_now()
    with shop_scope(context.engine, shop.id, write=True) as scope:
        for days in (13, 15):
            for state in ("pending", "done", "failed"):
                delivery(scope, state, now - timedelta(days=days))
            failure = Failure("order", str(days), "odd", b"{}")
            keep_failures(scope, context.keyring, "pull", [failure], now - timedelta(days=days))
        scope.flush()
        tidy(scope, now)
    with shop_scope(context.engine, shop.id) as scope:
        kept = {((now - row.received_at).days, row.state, bool(row.body)) for row in scope.all(select(Delivery))}
        failures = {(row.external_id, bool(row.body)) for row in scope.all(select(FailedRecord))}
    assert kept == {
        (13, "pending", True), (13, "done", True), (13, "failed", True), (15, "pending", True), (15, "failed", False),
    }  # fmt: skip
    assert failures == {("13", True), ("15", False)}
