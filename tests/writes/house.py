"""A database and a box's Shopify face in one process: writes are pushed, what the shop tells is taken in."""

import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.commerce.models import Customer
from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.journal.models import Delivery, Event, JournalEntry, PendingFetch
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.reasons import Kept, Reason
from app.settings import read
from app.shops.models import Shop
from app.writes.models import PlatformWrite
from connectors.base import Client
from connectors.changes import Change, Written
from sandbox.changes import Box
from sync import fetch, push
from tests.connectors.shopify.inside import Inside
from tests.connectors.shopify.traffic import open_shop
from webhooks.process import process

Trouble = Callable[[Change], None]


def said(code: str, details: str) -> Kept:
    """A reason as a write keeps it."""
    return Reason(code, details=details).kept()


class Killed(BaseException):
    """The process ends here: nothing that follows is done."""


class Line:
    """A client whose line can be cut before or after the shop has done what it was asked."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.writes: list[Change] = []
        self.before: Trouble = lambda change: None
        self.after: Trouble = lambda change: None

    def write(self, change: Change, so_far: Mapping[str, Any]) -> Written:
        self.writes.append(change)
        self.before(change)
        written = self._client.write(change, so_far)
        self.after(change)
        return written


class House:
    def __init__(self, engine: Engine, shop: Shop, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.shop_id = engine, shop.id
        settings = read({"REGULARS_HOME": str(home)})
        self.context = Context(settings, engine, Keyring.load(settings))
        self.box = Box(open_shop("EUR"))
        self.inside = Inside(self.box)
        client = self.inside.client(home)
        self.line = Line(client)
        self._keys = count()
        monkeypatch.setattr(push, "client_for", lambda context, shop_id: self.line)
        monkeypatch.setattr(fetch, "client_for", lambda context, shop_id: client)

    def job(self, name: str) -> Job:
        return Job(id=1, shop_id=self.shop_id, name=name, key="", lane=name, attempts=0)

    def push(self, rounds: int = 200) -> Again | None:
        """Work through what waits, as far as it is due."""
        for _ in range(rounds):
            again = push.push(self.context, self.job("push"))
            if again is None or (again.at is not None and again.at > utc_now()):
                return again
        raise AssertionError("it does not end")

    def push_cut(self, when: str, error: BaseException) -> None:
        """Push all, but every other time that a step is done have its line cut (`when`: before or after) by this."""
        seen: Counter[str] = Counter()

        def cut(change: Change) -> None:
            step = type(change).__name__
            seen[step] += 1
            if seen[step] % 2:
                raise error

        setattr(self.line, when, cut)
        for _ in range(60):
            with suppress(Killed):
                return self.push_all()
        raise AssertionError("it does not end")

    def push_all(self) -> None:
        """As if all waits were over at once."""
        for _ in range(500):
            self.wait_no_longer()
            if self.push() is None:
                return
        raise AssertionError("it does not end")

    def slow_down(self, seconds: float) -> None:
        """Have the shop take its time over codes."""
        world = self.inside._face.world
        world.options = replace(world.options, bulk_pause=seconds)

    def wait_no_longer(self) -> None:
        with shop_scope(self.engine, self.shop_id, write=True) as scope:
            for write in scope.all(select(PlatformWrite).where(col(PlatformWrite.due_at) > utc_now())):
                write.due_at = utc_now()

    def hear(self) -> None:
        """Take in all that the shop has told, and read afresh what that asks for."""
        told, self.inside.told[:] = list(self.inside.told), []
        with shop_scope(self.engine, self.shop_id, write=True) as scope:
            for topic, body in told:
                scope.add(self._delivery(topic, body))
        process(self.context, self.job("deliveries"))
        fetch.fetch(self.context, self.job("fetch"))
        with shop_scope(self.engine, self.shop_id) as scope:
            assert scope.all(select(PendingFetch)) == []

    def _delivery(self, topic: str, body: bytes) -> Delivery:
        sealed = self.context.keyring.seal(zlib.compress(body))
        return Delivery(
            shop_id=self.shop_id, delivery_key=f"d{next(self._keys)}", topic=topic, received_at=utc_now(), body=sealed,
            body_digest=sha256(body).digest(), due_at=utc_now(),
        )  # fmt: skip

    def read_customers(self) -> None:
        """All customers as the shop has them, as the first backfill brings them."""
        with shop_scope(self.engine, self.shop_id, write=True) as scope:
            for person_id in self.box.shop.people:
                scope.add(
                    PendingFetch(
                        shop_id=self.shop_id, kind="customer", external_id=str(person_id), reason="test",
                        requested_at=utc_now(), due_at=utc_now(),
                    )
                )  # fmt: skip
            scope.shop.backfilled_at = utc_now()
        fetch.fetch(self.context, self.job("fetch"))
        self.forget_events()

    def forget_events(self) -> None:
        with shop_scope(self.engine, self.shop_id, write=True) as scope:
            for event in scope.all(select(Event)):
                scope.delete(event)

    def events(self) -> list[tuple[str, Any]]:
        with shop_scope(self.engine, self.shop_id) as scope:
            return [(event.kind, event.changes) for event in scope.all(select(Event).order_by(col(Event.id)))]

    def echoes(self) -> int:
        with shop_scope(self.engine, self.shop_id) as scope:
            return sum((entry.counts or {}).get("echo", 0) for entry in scope.all(select(JournalEntry)))

    def writes(self) -> list[PlatformWrite]:
        with shop_scope(self.engine, self.shop_id) as scope:
            return list(scope.all(select(PlatformWrite).order_by(col(PlatformWrite.id))))

    def states(self) -> list[str]:
        return [write.state for write in self.writes()]

    def customer(self, external_id: str) -> Customer:
        with shop_scope(self.engine, self.shop_id) as scope:
            found = scope.first(select(Customer).where(Customer.external_id == external_id))
        assert found is not None
        return found
