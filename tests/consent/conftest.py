"""A house for the tests of consent that goes both ways."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.shops.models import Shop
from tests.writes.house import House


@pytest.fixture
def house(engine: Engine, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(engine, shop, tmp_path, monkeypatch)
