"""How many records a transaction takes: few while somebody waits for the lock, and soon many again."""

import time

import pytest
from sqlalchemy import Engine

from app.db import turn
from app.db.pace import Pace
from app.db.scope import every_shop


def somebody_waits(engine: Engine) -> None:
    """Who begins to write meanwhile sees it, and begins after."""
    with turn.first(str(engine.url.database)):
        assert turn.is_taken(str(engine.url.database))
    with every_shop(engine, write=True) as db:
        db.batch().execute("UPDATE shops SET name = name")


def test_while_somebody_waits_a_transaction_is_short(sqlite_engine: Engine) -> None:
    found = Pace()
    found.note(500, 0.06)
    assert found.records(sqlite_engine) == 500
    somebody_waits(sqlite_engine)
    assert found.records(sqlite_engine) == 100
    found.note(100, 0.006)  # nobody waits now, but somebody may at any moment
    assert found.records(sqlite_engine) == 200
    found.note(0, 0.001)
    assert found.records(sqlite_engine) == 200


def test_who_begins_to_write_knows_from_others_that_somebody_waits(sqlite_engine: Engine) -> None:
    somebody_waits(sqlite_engine)
    assert 0 < Pace().records(sqlite_engine) < 50


def test_however_slow_it_is_some_records_are_taken(sqlite_engine: Engine) -> None:
    found = Pace()
    found.note(500, 60.0)
    somebody_waits(sqlite_engine)
    assert 0 < found.records(sqlite_engine) < 50


def test_who_waited_once_is_forgotten(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    found, now = Pace(), time.monotonic()
    somebody_waits(sqlite_engine)
    assert found.records(sqlite_engine) < 50
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    assert found.records(sqlite_engine) == 500
