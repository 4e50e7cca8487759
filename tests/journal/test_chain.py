"""One chain a shop: what was sealed can be told from what was changed, removed, put in or moved since."""

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, insert, inspect, select, update

from app.db.scope import shop_scope
from app.journal.chain import seal
from app.journal.models import JournalDay, JournalEntry
from app.lib.ids import new_id
from app.shops.models import Shop
from tests.journal.conftest import NOON, Journal

ENTRIES: Table = inspect(JournalEntry).local_table
DAYS: Table = inspect(JournalDay).local_table


def rows(engine: Engine, table: Table = ENTRIES) -> list[dict[str, Any]]:
    order = table.c.place
    with engine.connect() as db:
        return [dict(row._mapping) for row in db.execute(select(table).order_by(order))]


def put_back(engine: Engine, table: Table, kept: list[dict[str, Any]]) -> None:
    with engine.begin() as db:
        db.execute(delete(table))
        db.execute(insert(table), kept)


CHANGES: dict[type, Callable[[Any], Any]] = {
    bool: operator.not_,
    bytes: lambda value: bytes([value[0] ^ 1]) + value[1:],
    str: lambda value: f"{value}.",
    dict: lambda value: {**value, "created": value["created"] + 1},
    int: lambda value: value + 1,
    datetime: lambda value: value + timedelta(microseconds=1),
}
INSTEAD_OF_NOTHING = {
    "run_id": 1, "row_id": 1, "counts": {}, "digest": b"x", "subject": b"x", "outcome": "x", "cause": "x",
    "thinned_at": NOON,
}  # fmt: skip


def another(value: Any, name: str) -> Any:
    return INSTEAD_OF_NOTHING[name] if value is None else CHANGES[type(value)](value)


def where(table: Table, row: dict[str, Any]) -> Any:
    keys = [column == row[column.name] for column in table.primary_key.columns]
    return keys[0] & keys[1]


def test_what_was_sealed_verifies(journal: Journal) -> None:
    journal.days(3)
    verdict = journal.verify()
    assert (verdict.findings, verdict.entries, verdict.waiting) == ([], 15, 0)
    assert verdict.head is not None
    assert (verdict.head.place, verdict.head.link) == (15, rows(journal.engine)[-1]["link"])


def test_any_change_of_any_column_of_any_entry_is_found_and_named(journal: Journal, stranger: Shop) -> None:
    journal.days(2)
    kept = rows(journal.engine)
    missed = []
    for row in kept:
        for column in ENTRIES.c:
            special = {"shop_id": stranger.id, "id": new_id(), "place": 1000 + row["place"]}
            new = special[column.name] if column.name in special else another(row[column.name], column.name)
            with journal.engine.begin() as db:
                db.execute(update(ENTRIES).where(where(ENTRIES, row)).values({column.name: new}))
            if row["place"] not in [finding.place for finding in journal.verify().findings]:
                missed.append((row["place"], column.name))
            put_back(journal.engine, ENTRIES, kept)
    assert missed == []
    assert journal.verify().findings == []


def test_any_change_of_any_column_of_any_day_is_found(journal: Journal, stranger: Shop) -> None:
    journal.days(3)
    kept, missed = rows(journal.engine, DAYS), []
    for row in kept:
        for column in DAYS.c:
            special = {"shop_id": stranger.id, "day": row["day"] - timedelta(days=30)}
            new = special[column.name] if column.name in special else another(row[column.name], column.name)
            with journal.engine.begin() as db:
                db.execute(update(DAYS).where(where(DAYS, row)).values({column.name: new}))
            if not journal.verify().findings:
                missed.append((row["day"], column.name))
            put_back(journal.engine, DAYS, kept)
    assert missed == []


@pytest.mark.parametrize("place", [1, 2, 5, 9, 10])
def test_a_removed_entry_is_named(journal: Journal, place: int) -> None:
    journal.days(2)
    with journal.engine.begin() as db:
        db.execute(delete(ENTRIES).where(ENTRIES.c.place == place))
    assert [(finding.place, finding.what) for finding in journal.verify().findings] == [(place, "is missing")]


def test_a_removed_end_is_named_even_where_the_head_was_set_back(journal: Journal) -> None:
    journal.days(2)
    last = rows(journal.engine)[7]
    with journal.engine.begin() as db:
        db.execute(delete(ENTRIES).where(ENTRIES.c.place > 8))
        db.execute(update(DAYS).where(DAYS.c.place == 10).values(place=8, link=last["link"]))
    assert journal.verify().findings
    journal.write(NOON + timedelta(days=1))  # and what comes after does not make it good
    assert any("not ours" in finding.what for finding in journal.verify().findings)


def test_a_removed_day_is_found(journal: Journal) -> None:
    journal.days(3)
    kept = rows(journal.engine, DAYS)
    for row in kept:
        with journal.engine.begin() as db:
            db.execute(delete(DAYS).where(where(DAYS, row)))
        assert journal.verify().findings, row["day"]
        put_back(journal.engine, DAYS, kept)


def test_an_entry_that_was_put_in_is_named_alone(journal: Journal) -> None:
    journal.days(2)
    kept = rows(journal.engine)
    forged = {**kept[5], "id": new_id(), "counts": {"created": 50}}
    moved = [{**row, "place": row["place"] + 1} for row in kept[5:]]
    put_back(journal.engine, ENTRIES, [*kept[:5], forged, *moved])
    found = journal.verify().findings
    assert found[0].place == 6
    assert found[0].id == forged["id"]
    assert {finding.what for finding in found[1:]} <= {
        "entries follow after the head of the chain", "is not the last entry of 2026-03-11 as it was sealed",
    }  # fmt: skip


def test_entries_that_changed_places_are_named(journal: Journal) -> None:
    journal.days(2)
    kept = rows(journal.engine)
    for one, other in ((2, 3), (1, 8), (0, 9)):
        swapped = [dict(row) for row in kept]
        swapped[one]["place"], swapped[other]["place"] = kept[other]["place"], kept[one]["place"]
        put_back(journal.engine, ENTRIES, swapped)
        assert {one + 1, other + 1} & {finding.place for finding in journal.verify().findings}
    put_back(journal.engine, ENTRIES, kept)


def test_entries_after_the_head_are_found_and_hold_nothing_up(journal: Journal) -> None:
    journal.days(1)
    last = rows(journal.engine)[-1]
    with journal.engine.begin() as db:
        db.execute(insert(ENTRIES), [{**last, "id": new_id(), "place": 6}])
    assert [finding.place for finding in journal.verify().findings] == [6, 6]
    journal.write(NOON)
    assert {finding.place for finding in journal.verify().findings} >= {6}


def test_a_head_without_the_journal_s_key_is_no_head(journal: Journal) -> None:
    journal.days(1)
    other = Journal(journal.engine, journal.shop)
    assert other.verify().findings


def test_what_waits_is_told_apart_and_sealed_later(journal: Journal) -> None:
    journal.write(NOON, sealed=False)
    assert (journal.verify().waiting, journal.verify().findings) == (5, [])
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        assert seal(scope, journal.keyring, NOON) == 5
        assert seal(scope, journal.keyring, NOON) == 0
    assert (journal.verify().waiting, journal.verify().entries) == (0, 5)


def test_a_clock_that_goes_back_makes_no_day_before_the_last(journal: Journal) -> None:
    journal.write(NOON + timedelta(days=2))
    journal.write(NOON)
    assert len(rows(journal.engine, DAYS)) == 1
    assert journal.verify().findings == []
