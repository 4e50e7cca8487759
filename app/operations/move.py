"""From SQLite to PostgreSQL: every row of a house at rest, as it is."""

import fcntl
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import JSON, Connection, Engine, String, Table, inspect, select, type_coerce
from sqlmodel import SQLModel

from app.db.care import analyze
from app.db.engine import open_engine, reading
from app.db.migrate import lag, migrate
from app.errors import Refused

_NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def move(file: Path, database_url: str) -> int:
    """Copy the SQLite database of a house that nobody serves into an empty PostgreSQL database; how many rows. The file
    stays as it is. Raises Refused where either is not as it has to be."""
    if database_url.startswith("sqlite"):
        raise Refused("DATABASE_URL has to name the PostgreSQL database to move into")
    if not file.exists():
        raise Refused(f"{file} is not there")
    source, target = open_engine(f"sqlite:///{file}"), open_engine(database_url)
    try:
        with _at_rest(file):
            return _move(source, target)
    finally:
        source.dispose()
        target.dispose()


def _move(source: Engine, target: Engine) -> int:
    if lacking := lag(reading(source)):
        raise Refused(f"in the SQLite file {lacking}")
    if inspect(target).get_table_names():
        raise Refused("the database that DATABASE_URL names is not empty: move into a new one")
    migrate(target)
    with reading(source).connect() as there, target.begin() as here:
        rows = sum(_copy(there, here, table) for table in SQLModel.metadata.sorted_tables)
    analyze(target)
    return rows


def _copy(there: Connection, here: Connection, table: Table) -> int:
    """Foreign keys are heeded: what others point at comes first."""
    jsons = [isinstance(column.type, JSON) for column in table.c]
    wanted = [
        type_coerce(column, String) if is_json else column for column, is_json in zip(table.c, jsons, strict=True)
    ]
    fits = [_fit_json if is_json else _fit for is_json in jsons]
    names = ", ".join(f'"{column.name}"' for column in table.c)
    rows, cursor = 0, cast(Any, here.connection.cursor())
    with cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in there.execution_options(yield_per=1000).execute(select(*wanted)):
            copy.write_row([fit(value) for fit, value in zip(fits, row, strict=True)])
            rows += 1
    return rows


def _fit(value: Any) -> Any:
    """PostgreSQL keeps no NUL in a text."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value


def _fit_json(text: str | None) -> str | None:
    return _NUL_IN_JSON.sub(r"\1\\ufffd", text) if text else text


@contextmanager
def _at_rest(file: Path) -> Iterator[None]:
    """Whoever serves the house holds a lock on one of these; now nobody can."""
    with ExitStack() as stack:
        for name in ("web", "worker"):
            lock = stack.enter_context(open(f"{file}.{name}", "w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(f"a {name} process is at work on {file}: end it first") from None
        yield
