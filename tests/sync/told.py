"""A platform that says what it was told to, and runs worked against it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import select

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Job
from app.reasons import Reason
from app.shops.models import Shop
from connectors.base import Page, Refusal, Resource, Wait
from sync.backfill import backfill
from tests.waiting import until

Item = Page | Wait
RESOURCES: Sequence[Resource] = ("products", "customers", "orders", "checkouts")


class Client:
    """A platform that says what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.begun: list[Sequence[str]] = []
        self.released: list[str] = []
        self.asked: list[tuple[str, str | None]] = []
        self.since: list[datetime] = []
        self.items: dict[str, Callable[[str | None], Iterator[Item]]] = {}
        self.kept_back: list[Refusal] = []

    def begin(self, resources: Sequence[Resource]) -> Mapping[str, str]:
        self.begun.append(resources)
        return {"orders": "orders begun"}

    def release(self, cursor: str) -> None:
        self.released.append(cursor)

    def refused(self) -> Sequence[Refusal]:
        found, self.kept_back = self.kept_back, []
        return found

    def backfill(self, resource: Resource, cursor: str | None) -> Iterator[Item]:
        self.asked.append((resource, cursor))
        return self.items.get(resource, nothing)(cursor)

    def pull(self, resource: Resource, since: datetime, cursor: str | None) -> Iterator[Item]:
        self.since.append(since)
        return self.backfill(resource, cursor)


def nothing(_: str | None) -> Iterator[Item]:
    yield Page((), None)


def job(shop: Shop, name: str, lane: str = "fetch") -> Job:
    return Job(id=1, shop_id=shop.id, name=name, key="", lane=lane, attempts=0)


def work(context: Context, shop: Shop, what: Any = backfill) -> None:
    """A job until it is through."""
    until(lambda: what(context, job(shop, what.__name__, "ingest")) is None, "its end")


def rows(context: Context, shop: Shop, kind: type[Any]) -> list[Any]:
    with shop_scope(context.engine, shop.id) as scope:
        return list(scope.all(select(kind)))


def waiting(_: str | None) -> Iterator[Item]:
    yield Wait(3600.0, Reason("file_begins"), "kept")
    yield Page((), None)
