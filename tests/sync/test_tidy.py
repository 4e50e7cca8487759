"""What is kept for how long: a body of a platform's 14 days at most, what is said of it longer."""

from datetime import datetime, timedelta

from sqlmodel import select

from app.context import Context
from app.db.scope import ShopScope, every_shop, shop_scope
from app.journal.keep import keep_failures, resolve_failures
from app.journal.models import Delivery, FailedRecord, Rejected
from app.lib.clock import utc_now
from app.shops.models import Shop
from connectors.base import Failure
from sync.timetable import tidy
from webhooks import rejections


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


def test_what_was_given_up_or_mended_long_ago_goes(context: Context, shop: Shop) -> None:
    now = utc_now()
    with shop_scope(context.engine, shop.id, write=True) as scope:
        for days in (80, 100):
            for state in ("pending", "failed", "unknown"):
                delivery(scope, state, now - timedelta(days=days))
        for name, days in (("a", 20), ("b", 40), ("c", 400)):
            then = now - timedelta(days=days)
            keep_failures(scope, context.keyring, "pull", [Failure("order", name, "odd", b"{}")], then)
            if name != "c":
                resolve_failures(scope, "order", [name], then)
        scope.flush()
        tidy(scope, now)
        kept = {((now - row.received_at).days, row.state) for row in scope.all(select(Delivery))}
        assert kept == {(80, "pending"), (80, "failed"), (80, "unknown"), (100, "pending")}
        assert {row.external_id for row in scope.all(select(FailedRecord))} == {"a", "c"}


def test_what_did_not_verify_is_counted_for_ninety_days(context: Context) -> None:
    now = utc_now()
    with every_shop(context.engine, write=True) as db:
        for days in (80, 100):
            day = (now - timedelta(days=days)).date().isoformat()
            db.add(Rejected(day=day, address="/webhooks/shopify", reason="signature", count=1))
        db.flush()
        rejections.forget(db, now)
        (kept,) = db.all(select(Rejected))
        assert kept.day == (now - timedelta(days=80)).date().isoformat()
