"""Batched SQL on the driver itself: one dialect for both engines, PostgreSQL's words with `?` or `:name` for values."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table, inspect
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from app.db.columns import from_micros
from app.db.engine import encode_json

Values = Sequence[Any] | Mapping[str, Any]
_TOKEN = re.compile(r"'(?:[^']|'')*'|::|=\s*ANY\(\s*(?P<any>\?|:\w+)\s*\)|:(?P<name>[a-z_]\w*)|\?|%", re.IGNORECASE)


class Batch:
    """The driver's speed within a scope's transaction. A statement of a shop's batch has to name shop_id, and finds
    `:shop_id` filled in. Values may be times, dates, and lists for `= ANY(:ids)`; JSON is given as text (see
    `encode_json`). On SQLite a row's booleans come as 0 and 1. Objects in hand stay: read again."""

    def __init__(self, session: Session, shop_id: int | None, reading: bool) -> None:
        self._session = session
        self._shop_id = shop_id
        self._reading = reading
        self._sqlite = session.get_bind().dialect.name == "sqlite"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, where a writer is alone; else it is PostgreSQL."""
        return self._sqlite

    def rows(self, sql: str, params: Values = (), *, times: Sequence[int] = (), jsons: Sequence[int] = ()) -> list[Any]:
        """The rows of a query as tuples; `times` and `jsons` say at which positions such columns stand."""
        cursor = self._cursor()
        cursor.execute(self._sql(sql), self._values(params))
        found = cursor.fetchall()
        cursor.close()
        return _decoded(found, times, jsons) if self._sqlite and (times or jsons) else found

    def execute(self, sql: str, params: Values = ()) -> int:
        """One statement that writes; how many rows it touched."""
        cursor = self._writing_cursor()
        cursor.execute(self._sql(sql), self._values(params))
        return self._done(cursor)

    def executemany(self, sql: str, rows: Sequence[Values]) -> int:
        """One statement over many rows of values, prepared once."""
        cursor = self._writing_cursor()
        if rows:
            filled = [self._values(row) for row in rows] if isinstance(rows[0], Mapping) else rows
            cursor.executemany(self._sql(sql), filled)
        return self._done(cursor)

    def insert(self, model: type[SQLModel], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """The shop's rows that are surely new: on SQLite much faster than an upsert, which has to be able to undo
        itself row by row. shop_id is put in here."""
        if self._shop_id is None:
            raise ValueError("an insert belongs to one shop")
        self.executemany(_insert(model, self._shop_id, tuple(columns)), rows)

    def upsert(
        self,
        model: type[SQLModel],
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        *,
        key: Sequence[str],
        keep: Sequence[str] = (),
        guard: str | None = None,
    ) -> None:
        """Insert the shop's rows, or bring those with the same key up to date. shop_id is put in here: it is neither in
        `columns` nor in `key`. `keep`: columns that a NULL leaves as they are. `guard`: an SQL condition over
        `excluded` and the table's name, without which an existing row stays untouched."""
        if self._shop_id is None:
            raise ValueError("an upsert belongs to one shop")
        sql = _upsert(model, self._shop_id, tuple(columns), tuple(key), tuple(keep), guard)
        self.executemany(sql, rows)

    def lock(self, name: str) -> None:
        """Let no other transaction of this shop past the same name until this one ends."""
        if not self._sqlite:  # where a writer is alone by itself
            cursor = self._cursor()
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{self._shop_id}:{name}"])
            cursor.close()

    def _cursor(self) -> Any:
        self._session.flush()
        return self._session.connection().connection.cursor()

    def _writing_cursor(self) -> Any:
        if self._reading:
            raise PermissionError("this scope was opened to read")
        return self._cursor()

    def _done(self, cursor: Any) -> int:
        touched = int(cursor.rowcount)
        cursor.close()
        self._session.info["read_afresh"] = True  # rows in the session may be old now
        return touched

    def _sql(self, sql: str) -> str:
        if self._shop_id is not None and "shop_id" not in sql:
            raise ValueError(f"the statement does not name shop_id: {sql[:200]}")
        return _translated(sql, self._sqlite)

    def _values(self, values: Values) -> Values:
        fit: Callable[[Any], Any] = _fit_sqlite if self._sqlite else _fit_postgres
        if isinstance(values, Mapping):
            return {"shop_id": self._shop_id, **{name: fit(value) for name, value in values.items()}}
        return [fit(value) for value in values]


@lru_cache(maxsize=1024)
def _translated(sql: str, sqlite: bool) -> str:
    """`sql` with the placeholders of the driver; on SQLite `= ANY(list)` reads a JSON array."""

    def token(found: re.Match[str]) -> str:
        text = found[0]
        if found["any"]:
            value = found["any"] if sqlite else _placeholder(found["any"])
            return f"IN (SELECT value FROM json_each({value}))" if sqlite else f"= ANY({value})"
        if sqlite:
            return text
        if found["name"] or text == "?":
            return _placeholder(text)
        return text.replace("%", "%%")

    return _TOKEN.sub(token, sql)


def _placeholder(text: str) -> str:
    return "%s" if text == "?" else f"%({text[1:]})s"


def _fit_sqlite(value: Any) -> Any:
    return encode_json(value) if isinstance(value, list | tuple) else value


def _fit_postgres(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _decoded(rows: list[Any], times: Sequence[int], jsons: Sequence[int]) -> list[Any]:
    decoders = [(i, from_micros) for i in times] + [(i, msgspec.json.decode) for i in jsons]
    decoded = []
    for row in rows:
        values = list(row)
        for position, decode in decoders:
            if values[position] is not None:
                values[position] = decode(values[position])
        decoded.append(tuple(values))
    return decoded


@lru_cache(maxsize=1024)
def _insert(model: type[SQLModel], shop_id: int, columns: tuple[str, ...]) -> str:
    table: Table = inspect(model).local_table
    unknown = [name for name in columns if name not in table.c or name == "shop_id"]
    if unknown:
        raise ValueError(f"{table.name}: {', '.join(unknown)} cannot be given")
    quoted = ", ".join(f'"{name}"' for name in columns)
    return f"INSERT INTO {table.name} (shop_id, {quoted}) VALUES ({int(shop_id)}{', ?' * len(columns)})"


@lru_cache(maxsize=1024)
def _upsert(
    model: type[SQLModel],
    shop_id: int,
    columns: tuple[str, ...],
    key: tuple[str, ...],
    keep: tuple[str, ...],
    guard: str | None,
) -> str:
    # The shop is part of the text: whatever the rows say, they land in this shop.
    table: Table = inspect(model).local_table
    insert = _insert(model, shop_id, columns)
    unknown = [name for name in (*key, *keep) if name not in table.c or name == "shop_id"]
    if unknown:
        raise ValueError(f"{table.name}: {', '.join(unknown)} cannot be given")
    updates = [_update(table.name, name, name in keep) for name in columns if name not in key and name != "id"]
    action = f"UPDATE SET {', '.join(updates)}" if updates else "NOTHING"
    condition = f" WHERE {guard}" if guard and updates else ""
    return f"{insert} ON CONFLICT (shop_id, {', '.join(key)}) DO {action}{condition}"


def _update(table: str, name: str, is_kept: bool) -> str:
    value = f'COALESCE(excluded."{name}", {table}."{name}")' if is_kept else f'excluded."{name}"'
    return f'"{name}" = {value}'
