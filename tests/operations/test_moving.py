"""A house that grew moves from SQLite to PostgreSQL, and nothing is another afterwards."""

import fcntl
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, select

from app.commerce.state_hash import state_hash
from app.context import Context
from app.db.engine import open_engine
from app.db.scope import shop_scope
from app.errors import Refused
from app.journal.verify import verify
from app.lib.encryption import Keyring
from app.operations.backup import backup, restore
from app.operations.move import move
from app.operations.parcel import wrap
from app.settings import read
from app.shops.models import Credential
from sync.pull import pull
from tests.conftest import make_shop
from tests.factory import customer
from tests.postgres import fresh
from tests.sync.proving import Copy, copied


@pytest.fixture
def empty(postgres_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with fresh(postgres_url) as url:
        yield url


@pytest.fixture
def copy(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(sqlite_engine, tmp_path) as found:
        yield found


def file_of(engine: Engine) -> Path:
    return Path(engine.url.database or "")


def rows(engine: Engine) -> dict[tuple[object, ...], dict[str, object]]:
    """Every row of every table by its key, as the program sees it."""
    found = {}
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            keys = [column.name for column in table.primary_key]
            for row in connection.execute(table.select()).mappings():
                found[table.name, *(row[key] for key in keys)] = dict(row)
    return found


def sealed(context: Context, shop_id: int) -> tuple[list[object], str]:
    """What is wrong with a shop's journal, and where its chain ends."""
    with shop_scope(context.engine, shop_id) as scope:
        verdict = verify(scope, context.keyring)
    assert verdict.entries
    assert verdict.head
    return list(verdict.findings), verdict.head.link.hex()


def test_a_house_that_moved_to_postgresql_is_the_same_and_goes_on(copy: Copy, empty: str) -> None:
    here, shop_id = copy.context.engine, copy.shop_id
    with shop_scope(here, shop_id) as scope:
        before = state_hash(scope)
    seal, held = sealed(copy.context, shop_id), rows(here)
    assert move(file_of(here), empty) == len(held)
    context = replace(copy.context, engine=open_engine(empty))
    assert rows(context.engine) == held
    with shop_scope(context.engine, shop_id) as scope:
        assert state_hash(scope) == before
        for credential in scope.all(select(Credential)):
            context.keyring.open(credential.value)
    assert sealed(context, shop_id) == seal
    assert seal[0] == []
    moved = replace(copy, context=context)
    copy.act("place_order", email="later@example.com")
    moved.run(pull, "pull", "ingest")
    assert moved.differences() == []
    context.engine.dispose()


def test_a_nul_which_postgresql_does_not_keep_becomes_a_sign_that_it_does(sqlite_engine: Engine, empty: str) -> None:
    shop = make_shop(sqlite_engine)
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        her = customer(scope, "zelda")
        her.first_name, her.tags = "Zel\0da", ["a\0b", r"c\u0000", "d\\\0"]
    move(file_of(sqlite_engine), empty)
    engine = open_engine(empty)
    with shop_scope(engine, shop.id) as scope:
        found = scope.get(type(her), her.id)
        assert (found.first_name, found.tags) == ("Zel\ufffdda", ["a\ufffdb", r"c\u0000", "d\\\ufffd"])
    engine.dispose()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_house_in_which_somebody_works_does_not_move(sqlite_engine: Engine, empty: str, name: str) -> None:
    file = file_of(sqlite_engine)
    with open(f"{file}.{name}", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        with pytest.raises(Refused, match=f"a {name} process is at work"):
            move(file, empty)


def test_a_house_takes_no_other_s_place(sqlite_engine: Engine, postgres_engine: Engine, tmp_path: Path) -> None:
    there = postgres_engine.url.render_as_string(hide_password=False)
    with pytest.raises(Refused, match="is not empty"):
        move(file_of(sqlite_engine), there)
    with pytest.raises(Refused, match="is not there"):
        move(tmp_path / "nothing.sqlite", there)
    with pytest.raises(Refused, match="has to name the PostgreSQL database"):
        move(file_of(sqlite_engine), f"sqlite:///{tmp_path}/other.sqlite")


def test_a_backup_of_one_kind_of_database_is_not_restored_into_the_other(
    sqlite_engine: Engine, empty: str, tmp_path: Path
) -> None:
    settings = read({"REGULARS_HOME": str(tmp_path), "DATABASE_URL": sqlite_engine.url.render_as_string()})
    context = Context(settings, sqlite_engine, Keyring.load(settings))
    backup(context, tmp_path / "night")
    with pytest.raises(Refused, match="`regulars move` brings it to PostgreSQL"):
        restore(replace(settings, database_url=empty), tmp_path / "night", None)
    with open(tmp_path / "dump", "wb") as target:
        wrap(context.keyring, BytesIO(b"PGDMP..."), target)
    with pytest.raises(Refused, match="this is a PostgreSQL database's"):
        restore(replace(settings, database_url=f"sqlite:///{tmp_path}/new.sqlite"), tmp_path / "dump", None)
