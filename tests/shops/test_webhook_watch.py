"""Watching what a connected shop sends: what was gone is made again, and what it would have told is pulled."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.jobs.models import JobRow
from app.lib.encryption import Keyring, new_key
from app.settings import read
from app.shops import connect
from app.shops.models import Shop
from connectors.base import Webhook

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Sender:
    """A client whose shop sends these."""

    def __init__(self, *sent: Webhook) -> None:
        self.sent = sent

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        return self.sent

    def announce(self, shop_id: str, public_url: str, secret: str) -> bool:
        return False


def hook(topic: str, *, is_new: bool = False, why_not: str = "") -> Webhook:
    return Webhook(topic, topic, "https://regulars.example/webhooks/shopify", not why_not, is_new, why_not)


@pytest.mark.parametrize(
    ("sent", "state", "pulls"),
    [
        ([hook("a"), hook("b")], "2 of 2 active", 0),
        ([hook("a"), hook("b", is_new=True)], "2 of 2 active", 1),
        ([hook("a"), hook("b", why_not="Not for you")], "1 of 2 active, b: Not for you", 0),
    ],
)
def test_a_gap_is_pulled_at_once_and_a_refusal_is_shown(
    engine: Engine, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    sent: list[Webhook], state: str, pulls: int,
) -> None:  # fmt: skip
    """R16."""
    settings = read({"REGULARS_HOME": str(tmp_path), "PUBLIC_URL": "https://regulars.example"})
    monkeypatch.setattr(connect, "client_for", lambda context, shop_id: Sender(*sent))
    connect.subscribe(Context(settings, engine, Keyring([new_key()])), shop.id, NOW)
    with shop_scope(engine, shop.id) as scope:
        assert (scope.shop.webhooks_state, scope.shop.webhooks_checked_at) == (state, NOW)
    with every_shop(engine) as db:
        jobs = db.all(select(JobRow.name).where(JobRow.shop_id == shop.id, JobRow.name == "pull"))
    assert len(jobs) == pulls
