"""A shop with a journal in which something of each kind stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import pytest
from sqlalchemy import Engine

from app.db.scope import shop_scope
from app.journal.chain import seal
from app.journal.keep import Note, keep_deliveries, keep_failures, keep_page
from app.journal.models import Delivery
from app.journal.verify import Verdict, verify
from app.lib.encryption import Keyring, new_key
from app.lib.ids import new_id
from app.shops.models import Shop
from connectors.base import Failure

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@dataclass
class Outcome:
    """What ingest would answer."""

    counts: dict[str, int] = field(default_factory=lambda: {"created": 2, "superseded": 1})
    digest: bytes = b"d" * 32
    notes: Sequence[Note] = (Note("superseded", "order", "7", b"m" * 16), Note("dropped", "customer", "8", cause="t"))


@dataclass
class Journal:
    engine: Engine
    shop: Shop
    key: str = field(default_factory=new_key)

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring([self.key])

    def write(self, now: datetime, sealed: bool = True) -> None:
        """A page with two records that were not simply applied, a delivery, and a record that failed: five entries."""
        with shop_scope(self.engine, self.shop.id, write=True) as scope:
            keep_page(scope, self.keyring, "pull", "orders", Outcome(), now, run_id=3)
            delivery = Delivery(
                shop_id=self.shop.id, delivery_key=str(now), topic="orders/create", received_at=now, body_digest=b"b",
                state="done", due_at=now,
            )  # fmt: skip
            keep_deliveries(scope, self.keyring, [delivery], now)
            keep_failures(scope, self.keyring, "pull", [Failure("order", str(new_id()), "is odd", b"{}")], now)
            if sealed:
                seal(scope, self.keyring, now)

    def days(self, count: int) -> None:
        for day in range(count):
            self.write(NOON + timedelta(days=day))

    def verify(self) -> Verdict:
        with shop_scope(self.engine, self.shop.id) as scope:
            return verify(scope, self.keyring)


@pytest.fixture
def journal(engine: Engine, shop: Shop) -> Journal:
    return Journal(engine, shop)
