"""A context for the jobs that call a shop, and a platform that answers as told."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.context import Context
from app.db.scope import shop_scope
from app.lib.encryption import Keyring
from app.settings import read
from app.shops.models import Shop
from connectors.base import Refusal
from connectors.records import Record
from sync import fetch, reach, runs
from tests.sync.told import Client

Answer = Callable[[str, Sequence[str]], Sequence[Record]]


class Platform:
    """Stands where a client stands. asked: every call for single things."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.answer: Answer = lambda kind, external_ids: []
        self.kept_back: list[Refusal] = []

    def fetch(self, kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
        self.asked.append((kind, list(external_ids)))
        return self.answer(kind, external_ids)

    def refused(self) -> Sequence[Refusal]:
        return self.kept_back


@pytest.fixture
def context(engine: Engine, tmp_path: Path) -> Context:
    settings = read({"REGULARS_HOME": str(tmp_path)})
    return Context(settings, engine, Keyring.load(settings))


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    found = Platform()
    monkeypatch.setattr(fetch, "client_for", lambda context, shop_id: found)
    return found


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    found = Client()
    monkeypatch.setattr(runs, "client_for", lambda context, shop_id: found)
    monkeypatch.setattr(reach, "_PAUSES", (0.0,))
    return found


@pytest.fixture
def connecting(context: Context, shop: Shop) -> Shop:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.shop.state = "connecting"
    return shop
