"""How many records a transaction takes: few while somebody waits for the lock, and soon many again."""

from sqlalchemy import Engine

from app.db import pace, turn
from app.db.pace import Pace


def test_while_somebody_waits_a_transaction_is_short(sqlite_engine: Engine) -> None:
    found = Pace()
    found.note(sqlite_engine, 500, 0.06)
    assert found.records(sqlite_engine) == 500
    with turn.first(str(sqlite_engine.url.database)):
        found.note(sqlite_engine, 500, 0.06)
    assert found.records(sqlite_engine) == 100
    found.note(sqlite_engine, 100, 0.006)  # nobody waits now, but somebody may at any moment
    assert found.records(sqlite_engine) == 200
    found.note(sqlite_engine, 0, 0.001)
    assert found.records(sqlite_engine) == 200


def test_who_begins_to_write_knows_from_others_that_somebody_waits(sqlite_engine: Engine) -> None:
    with turn.first(str(sqlite_engine.url.database)):
        Pace().note(sqlite_engine, 500, 0.06)
    assert 0 < Pace().records(sqlite_engine) < 50


def test_however_slow_it_is_some_records_are_taken(sqlite_engine: Engine) -> None:
    found = Pace()
    with turn.first(str(sqlite_engine.url.database)):
        found.note(sqlite_engine, 500, 60.0)
    assert 0 < found.records(sqlite_engine) < 50


def test_who_waited_once_is_forgotten(sqlite_engine: Engine) -> None:
    found = Pace()
    with turn.first(str(sqlite_engine.url.database)):
        found.note(sqlite_engine, 500, 0.3)
    assert found.records(sqlite_engine) < 500
    pace._awaited_at[sqlite_engine] -= pace._REMEMBERED
    assert found.records(sqlite_engine) == 500
