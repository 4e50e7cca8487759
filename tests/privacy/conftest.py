"""A shop with Zelda in every table that may hold her, its intake, and the jobs that work for it."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlmodel import SQLModel, select

from app import jobs
from app.commerce.ingest import Outcome, ingest
from app.commerce.models import Checkout, Customer, Order
from app.consent.models import Suppression
from app.context import Context
from app.db.scope import ShopScope, every_shop, shop_scope
from app.errors import RegularsError
from app.flows.models import Enrollment, Flow
from app.furnish import furnish
from app.jobs.base import Again, Job
from app.jobs.claims import Claims
from app.journal.models import Delivery, FailedRecord
from app.lib.encryption import Keyring
from app.lib.ids import new_id
from app.loyalty.models import LedgerEntry
from app.mail.models import Message, Sender
from app.privacy.models import PrivacyRequest
from app.privacy.work import work
from app.proof.models import Finding
from app.segments.membership import save
from app.settings import read
from app.shops.models import Shop
from app.writes.models import PlatformWrite
from connectors.records import Record
from tests.conftest import make_shop
from tests.privacy.zelda import HER_EMAIL, HER_ID, HER_ORDERS, HER_PHONE, NEEDLES, NOW, everything
from webhooks import views
from webhooks.process import process

SECRET = "shpss_demo0000000000000000000000000"  # the sandbox signs with it too


@dataclass
class Place:
    """One shop and everything around it."""

    context: Context
    shop: Shop
    client: Any
    handlers: dict[str, Callable[[Context, Job], Again | None]] = field(default_factory=dict)

    def take_in(self, *records: Record, live: bool = True, fresh: bool = False) -> Outcome:
        with shop_scope(self.context.engine, self.shop.id, write=True) as scope:
            return ingest(scope, records, NOW, live=live, fresh=fresh, keyring=self.context.keyring)

    def post(
        self, topic: str, body: Mapping[str, Any], number: str = "", secret: str = SECRET, domain: str = ""
    ) -> int:
        raw = json.dumps(body).encode()
        signature = base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()
        headers = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": domain or self.shop.domain,
            "X-Shopify-Webhook-Id": number or str(new_id()),
            "X-Shopify-Hmac-Sha256": signature,
            "Content-Type": "application/json",
        }
        return int(self.client.post("/webhooks/shopify", data=raw, headers=headers).status_code)

    def work(self) -> None:
        """All jobs that are due; those that are none of this room's are let be."""
        claims = Claims(self.context.engine, "test")
        while (job := claims.claim()) is not None:
            result = self.handlers[job.name](self.context, job) if job.name in self.handlers else None
            claims.finish(job, result)

    def wait_for_intake(self) -> None:
        """The time passes for which the intake remembers a shop."""
        self.client.application.extensions["intake"].shops._known.clear()

    def let_go(self) -> None:
        """The worker died: its jobs are anybody's."""
        Claims(self.context.engine, "next").free_abandoned(all_of_them=True)

    def all(self, model: Any) -> list[Any]:
        with shop_scope(self.context.engine, self.shop.id) as scope:
            return list(scope.all(select(model)))

    def only(self, model: Any) -> Any:
        (row,) = self.all(model)
        return row

    def defer(self, name: str) -> None:
        with shop_scope(self.context.engine, self.shop.id, write=True) as scope:
            jobs.defer(scope, name, lane="ingest", dedupe=name)

    def needles(self, needles: Sequence[str] = NEEDLES) -> list[str]:
        """Where she is still named: every column of every table, and every sealed body opened."""
        found = []
        with every_shop(self.context.engine) as db:
            for table in SQLModel.metadata.sorted_tables:
                for row in db.rows(text(f"SELECT * FROM {table.name}")):
                    said = " ".join(self._shown(value) for value in row)
                    found += [f"{table.name}: {one}" for one in needles if one.lower() in said.lower()]
        return found

    def shop_is_gone(self) -> bool:
        with every_shop(self.context.engine) as db:
            return db.first(select(Shop.id).where(Shop.id == self.shop.id)) is None

    def _shown(self, value: Any) -> str:
        if isinstance(value, int | datetime):
            return ""  # ours; a platform's id is kept as text
        if not isinstance(value, bytes | memoryview):
            return str(value)
        try:
            opened = self.context.keyring.open(bytes(value))
        except RegularsError:
            return ""  # a digest
        try:
            return zlib.decompress(opened).decode()
        except zlib.error:
            return opened.decode()


@contextmanager
def opened(engine: Engine, home: Path) -> Iterator[Place]:
    """A connected shop, its intake and its worker; nobody in it yet."""
    shop = make_shop(engine)
    settings = replace(read({"REGULARS_HOME": str(home)}), database_url=str(engine.url), shopify_client_secret=SECRET)
    context = Context(settings, engine, Keyring.load(settings))
    app = Flask("intake")
    views.install(app, context)
    with shop_scope(engine, shop.id, write=True) as scope:
        furnish(scope, NOW)
        scope.shop.installed_at = datetime(2026, 1, 1, tzinfo=UTC)
    yield Place(context, shop, app.test_client(), {"privacy": work, "deliveries": process})
    app.extensions["intake"].inbox.close()


@pytest.fixture
def place(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Place]:
    with opened(sqlite_engine, tmp_path) as found:
        yield found


@pytest.fixture
def zelda(place: Place) -> Place:
    """She is there, in every table that may hold her."""
    fill(place)
    return place


def fill(place: Place) -> None:
    place.take_in(*everything())
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        save(scope, "Everybody", "orders_count >= 0", NOW)
        she = scope.first(select(Customer).where(Customer.external_id == HER_ID))
        assert she
        _add_what_was_done(scope, she)
        _add_mails(scope, she)
        _add_bodies(place, scope)


def _add_what_was_done(scope: ShopScope, she: Customer) -> None:
    order = scope.first(select(Order).where(Order.external_id == HER_ORDERS[0]))
    assert order
    scope.add(
        PlatformWrite(
            shop_id=scope.shop_id, key="w1", kind="email_consent", subject=HER_EMAIL, due_at=NOW, created_at=NOW,
            payload={"address": HER_EMAIL, "state": "refused"},
        )
    )  # fmt: skip
    scope.add(Suppression(shop_id=scope.shop_id, address_key=HER_EMAIL, reason="unsubscribed", at=NOW))
    scope.add(
        LedgerEntry(
            shop_id=scope.shop_id, customer_id=she.id, order_id=order.id, points=40, reason="earned", created_at=NOW
        )
    )
    scope.add(
        Finding(
            shop_id=scope.shop_id, kind="customer", external_id=HER_ID, what="stale", field="customer", found_at=NOW,
            last_at=NOW,
        )
    )  # fmt: skip


def _add_mails(scope: ShopScope, she: Customer) -> None:
    basket, flow, sender = scope.first(select(Checkout)), scope.first(select(Flow)), scope.first(select(Sender))
    assert basket
    assert flow
    assert sender
    enrollment = scope.add(
        Enrollment(
            shop_id=scope.shop_id, flow_id=flow.id, checkout_id=basket.id, customer_id=she.id, email=HER_EMAIL,
            email_key=HER_EMAIL, entered_at=NOW, due_at=NOW,
        )
    )  # fmt: skip
    scope.flush()
    for step, state in (("a", "queued"), ("b", "sent")):
        scope.add(
            Message(
                shop_id=scope.shop_id, enrollment_id=enrollment.id, step=step, customer_id=she.id,
                sender_id=sender.id, to=HER_EMAIL, to_key=HER_EMAIL, subject="Zelda, your hat", html="<p>Zelda",
                text="Zelda", headers={"X": "zelda"}, message_id=f"<{step}@example.com>", state=state,
                not_before=NOW, created_at=NOW, error=f"550 {HER_EMAIL} is unknown" if state == "sent" else None,
            )
        )  # fmt: skip


def _add_bodies(place: Place, scope: ShopScope) -> None:
    seal = place.context.keyring.seal
    bodies = {"d1": {"customer": {"id": int(HER_ID), "note": "zelda"}}, "d2": {"id": 1, "email": HER_EMAIL.upper()}}
    for key, body in {**bodies, "d3": {"id": 2, "email": "bob@example.com", "quantity": int(HER_ID[:1])}}.items():
        scope.add(
            Delivery(
                shop_id=scope.shop_id, delivery_key=key, topic="checkouts/update", received_at=NOW, due_at=NOW,
                body=seal(zlib.compress(json.dumps(body).encode())), body_digest=b"x", state="done",
            )
        )  # fmt: skip
    scope.add(
        FailedRecord(
            shop_id=scope.shop_id, kind="order", external_id="1", source="pull", error="odd", first_at=NOW,
            last_at=NOW, body=seal(zlib.compress(f"OrderRecord(email='{HER_EMAIL}')".encode())),
        )
    )  # fmt: skip


def her_request(place: Place, kind: str = "redact", **more: Any) -> dict[str, Any]:
    """The platform's words."""
    orders = "orders_to_redact" if kind == "redact" else "orders_requested"
    customer = {"id": int(HER_ID), "email": HER_EMAIL, "phone": HER_PHONE}
    body = {"shop_id": 1, "shop_domain": place.shop.domain, "customer": customer, orders: [int(HER_ORDERS[0])]}
    return {**body, **more}


def requests_in(place: Place) -> list[PrivacyRequest]:
    return list(place.all(PrivacyRequest))
