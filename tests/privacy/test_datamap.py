"""The data map holds every column of every table: one that nobody mapped fails here."""

from sqlmodel import AutoString, SQLModel

import sync.models  # noqa: F401
from app.privacy.datamap import HELD, NOTHING
from app.privacy.kinds import Fate
from app.privacy.person import Person
from tests.conftest import import_models

import_models()


def test_every_table_is_mapped_once() -> None:
    mapped = [held.name for held in HELD] + list(NOTHING)
    assert sorted(mapped) == sorted(SQLModel.metadata.tables)


def test_every_column_of_a_table_that_holds_people_is_mapped() -> None:
    for held in HELD:
        assert set(held.columns) == set(SQLModel.metadata.tables[held.name].columns.keys()), held.name


def test_what_is_emptied_may_be_empty() -> None:
    tables = SQLModel.metadata.tables
    odd = [
        (held.name, name)
        for held in HELD
        for name, kind in held.columns.items()
        if kind.fate is Fate.BLANK and not held.goes and not tables[held.name].c[name].nullable
        if not isinstance(tables[held.name].c[name].type, AutoString)
    ]
    assert odd == []


def test_a_table_is_found_by_what_a_person_is_known_by() -> None:
    assert {name for held in HELD for name in held.by.values()} <= set(vars(Person()))
