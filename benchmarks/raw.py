"""The bare writer: every row that an import left, written again by executemany in the same transactions."""

import gc
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Engine, Table
from sqlmodel import SQLModel

BATCH = 500  # orders a transaction, as the import does
# What comes with the orders, in the order of their foreign keys; everything else stands before the clock starts.
_TIMED = ("customers", "customer_stats", "orders", "line_items", "refunds", "order_tokens", "journal")
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Import:
    """The rows that an import left, as prebuilt tuples: those there before its orders, and its batches of orders."""

    before: Rows
    batches: list[Rows]

    @property
    def count(self) -> int:
        return sum(len(rows) for batch in self.batches for rows in batch.values())


def read_back(engine: Engine) -> Import:
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        found = {table.name: _rows(cursor, table, engine.dialect.name) for table in SQLModel.metadata.sorted_tables}
    return in_batches(found)


def write(engine: Engine, left: Import) -> float:
    """CPU seconds that this process takes for the batches, in an empty database."""
    inserts = {table.name: _insert(table, engine.dialect.name) for table in SQLModel.metadata.sorted_tables}
    _transaction(engine, inserts, left.before)
    gc.collect()
    gc.disable()  # prebuilt tuples in their millions are nobody's garbage
    began = time.process_time()
    for batch in left.batches:
        _transaction(engine, inserts, batch)
    taken = time.process_time() - began
    gc.enable()
    return taken


def copy(engine: Engine, left: Import) -> float:
    """Seconds that PostgreSQL takes for the batches when they are copied into temporary tables and merged."""
    inserts = {table.name: _insert(table, engine.dialect.name) for table in SQLModel.metadata.sorted_tables}
    _transaction(engine, inserts, left.before)
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        for table in {table for batch in left.batches for table in batch}:
            cursor.execute(f"CREATE TEMPORARY TABLE copied_{table} (LIKE {table}) ON COMMIT DELETE ROWS")
        connection.commit()
        began = time.monotonic()
        for batch in left.batches:
            for table, rows in batch.items():
                _copy(cursor, table, inserts[table], rows)
            connection.commit()
        return time.monotonic() - began


def _copy(cursor: Any, table: str, insert: str, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = insert[insert.index("(") : insert.index(")") + 1]
    with cursor.copy(f"COPY copied_{table} {columns} FROM STDIN") as into:
        for row in rows:
            into.write_row(row)
    cursor.execute(f"INSERT INTO {table} {columns} SELECT {columns[1:-1]} FROM copied_{table} ON CONFLICT DO NOTHING")


def _transaction(engine: Engine, inserts: Mapping[str, str], rows: Rows) -> None:
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for table, values in rows.items():
            cursor.executemany(inserts[table], values)


def _rows(cursor: Any, table: Table, dialect: str) -> list[tuple[Any, ...]]:
    """The rows by their key: ids rise with time. JSON as the text that is written."""
    names = [_column(column, dialect) for column in table.columns]
    keys = ", ".join(_name(column.name) for column in table.primary_key)
    cursor.execute(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {keys}")
    return [tuple(row) for row in cursor.fetchall()]


def _column(column: Column[Any], dialect: str) -> str:
    is_parsed = dialect == "postgresql" and isinstance(column.type, JSON)
    return f"{_name(column.name)}::text" if is_parsed else _name(column.name)


def _name(name: str) -> str:
    return f'"{name}"'


def _insert(table: Table, dialect: str) -> str:
    names = ", ".join(_name(column.name) for column in table.columns)
    marks = ", ".join(["?" if dialect == "sqlite" else "%s"] * len(table.columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"


def in_batches(found: Rows) -> Import:
    """Rows of an order go with it; whom only orders name, and everybody's figures, with the first order."""
    place = _places()
    orders = found["orders"]
    of_order = {row[place("orders", "id")]: number // BATCH for number, row in enumerate(orders)}
    of_customer: dict[Any, int] = {}
    for number, row in enumerate(orders):
        of_customer.setdefault(row[place("orders", "customer_id")], number // BATCH)
    known = {row[place("customers", "id")] for row in found["customers"] if row[place("customers", "updated_at")]}
    batches: list[Rows] = [defaultdict(list) for _ in range(len(orders) // BATCH + 1)]
    before: Rows = {name: rows for name, rows in found.items() if rows and name not in _TIMED and not _hangs(name)}

    def put(table: str, row: tuple[Any, ...], batch: int | None) -> None:
        (before.setdefault(table, []) if batch is None else batches[batch][table]).append(row)

    pages = 0
    for table in _TIMED:
        for row in found[table]:
            if table == "customers":
                one = row[place(table, "id")]
                put(table, row, None if one in known else of_customer.get(one))
            elif table == "customer_stats":
                put(table, row, of_customer.get(row[place(table, "customer_id")]))
            elif table == "journal":
                is_ours = row[place(table, "kind")] == "orders" and pages < len(batches)
                put(table, row, pages if is_ours else None)
                pages += is_ours
            else:
                put(table, row, of_order[row[place(table, "id" if table == "orders" else "order_id")]])
    ordered = [table.name for table in SQLModel.metadata.sorted_tables]
    return Import(dict(sorted(before.items(), key=lambda item: ordered.index(item[0]))), batches)


def _hangs(table: str) -> bool:
    """Does it point at a customer or an order? What the end of a backfill writes of them is not the orders' own."""
    keys = SQLModel.metadata.tables[table].foreign_keys
    return any(key.column.table.name in _TIMED for key in keys)


def _places() -> Any:
    tables = {table.name: [column.name for column in table.columns] for table in SQLModel.metadata.sorted_tables}
    return lambda table, column: tables[table].index(column)
