"""Watching what a connected shop sends: what was gone is made again, and what it would have told is pulled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace as replace_struct
from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.shops import connect
from app.shops.models import Shop
from connectors.base import Companion, Webhook
from sync.models import Cursor
from sync.upkeep import check_webhooks
from tests.sync.told import job

GOOD_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Sender:
    """A client whose shop sends these."""

    def __init__(self, *sent: Webhook) -> None:
        self.sent = sent

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        return self.sent

    def announce(self, shop_id: str, public_url: str, secret: str, *, anew: bool = False) -> Companion:
        return "absent"


def hook(topic: str, *, is_new: bool = False, why_not: str = "") -> Webhook:
    return Webhook(topic, topic, "https://regulars.example/webhooks/shopify", not why_not, is_new, why_not)


@pytest.fixture
def connected(context: Context, shop: Shop) -> Context:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.shop.state, scope.shop.webhooks_checked_at = "active", GOOD_AT
        scope.add(Cursor(shop_id=shop.id, resource="orders", since=GOOD_AT + timedelta(minutes=8)))
        scope.add(Cursor(shop_id=shop.id, resource="products", since=GOOD_AT - timedelta(hours=1)))
    return replace(context, settings=replace(context.settings, public_url="https://regulars.example"))


@pytest.mark.parametrize(
    ("sent", "state", "has_gap"),
    [
        ([hook("a"), hook("b")], "2 of 2 active", False),
        ([hook("a"), hook("b", is_new=True)], "2 of 2 active", True),
        ([hook("a"), hook("b", why_not="Not for you")], "1 of 2 active, b: Not for you", False),
    ],
)
def test_a_gap_is_pulled_from_when_all_was_good_and_a_refusal_is_shown(
    connected: Context, shop: Shop, monkeypatch: pytest.MonkeyPatch, sent: list[Webhook], state: str, has_gap: bool
) -> None:
    """R16."""
    began = utc_now()
    monkeypatch.setattr(connect, "client_for", lambda context, shop_id: Sender(*sent))
    check_webhooks(connected, job(shop, "webhooks"))
    with shop_scope(connected.engine, shop.id) as scope:
        assert scope.shop.webhooks_state == state
        told = {one.topic: "made" if one.is_new else one.why_not or "active" for one in sent}
        assert scope.shop.webhooks == told
        assert scope.shop.webhooks_checked_at is not None
        assert scope.shop.webhooks_checked_at >= began
        since = {cursor.resource: cursor.since for cursor in scope.all(select(Cursor))}
    assert since == {
        "orders": GOOD_AT if has_gap else GOOD_AT + timedelta(minutes=8),
        "products": GOOD_AT - timedelta(hours=1),  # looks from earlier anyway
    }
    waiting = jobs_of(connected, shop)
    assert ("pull" in waiting) is has_gap
    assert ("sweep" in waiting) is (has_gap and shop.platform == "woocommerce")


def test_while_some_are_being_set_up_nothing_is_pulled_and_then_all_since_they_were_whole(
    connected: Context, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R16."""
    due = replace_struct(hook("b"), is_active=False, is_due=True)
    steps = [Sender(hook("a", is_new=True), due), Sender(hook("a"), hook("b"))]
    monkeypatch.setattr(connect, "client_for", lambda context, shop_id: steps.pop(0))
    assert check_webhooks(connected, job(shop, "webhooks")) is not None
    with shop_scope(connected.engine, shop.id) as scope:
        assert (scope.shop.webhooks_state, scope.shop.webhooks_checked_at) == ("1 of 2 active", GOOD_AT)
        assert scope.shop.webhooks == {"a": "made", "b": "waiting"}
    assert jobs_of(connected, shop) == set()
    assert check_webhooks(connected, job(shop, "webhooks")) is None
    with shop_scope(connected.engine, shop.id) as scope:
        assert {cursor.resource: cursor.since for cursor in scope.all(select(Cursor))}["orders"] == GOOD_AT
    assert "pull" in jobs_of(connected, shop)


def jobs_of(context: Context, shop: Shop) -> set[str]:
    with every_shop(context.engine) as db:
        return set(db.all(select(JobRow.name).where(JobRow.shop_id == shop.id)))
