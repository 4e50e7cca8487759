"""The engine: SQLite by default, PostgreSQL by address, with the same behaviour of transactions on both."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from app.db import turn
from app.db.columns import to_micros

LOCK_PATIENCE = 30.0  # seconds that a transaction waits for SQLite's one write lock
_LOG_PAGES = 2000
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

# What reaches the driver unconverted (batches) is kept as SQLAlchemy's types keep it.
sqlite3.register_adapter(datetime, to_micros)
sqlite3.register_adapter(date, date.isoformat)
# The driver looks for an adapter of all that is no number or text: finding one is three times faster than not.
sqlite3.register_adapter(bool, int)
sqlite3.register_adapter(type(None), {}.get)  # type: ignore[arg-type]


def open_engine(database_url: str, *, pool: int = 20, urgent: bool = False) -> Engine:
    """The database. A transaction writes unless its connection has the execution option `reading`. urgent: on SQLite
    its writers go before those of other processes, and leave folding the log into the file to them."""
    if database_url.startswith("sqlite"):
        return _open_sqlite(database_url, pool, urgent)
    return create_engine(
        database_url,
        pool_size=pool,
        pool_pre_ping=True,
        connect_args={"options": "-c timezone=UTC"},
        json_serializer=encode_json,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,  # an error's words are kept and shown: without what people's rows hold
    )


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: one moment's view of the database, and no way to write."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reading=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _open_sqlite(database_url: str, pool: int, urgent: bool) -> Engine:
    in_memory = database_url in ("sqlite://", "sqlite:///:memory:")  # lives in one connection: threads take turns
    engine = create_engine(
        database_url,
        poolclass=QueuePool,
        pool_size=1 if in_memory else pool,
        max_overflow=0 if in_memory else pool,
        pool_use_lifo=True,  # what a connection has read stays good until another one writes: so the same one goes on
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": 30, "cached_statements": 256},
        json_serializer=encode_json,
        json_deserializer=msgspec.json.decode,
        hide_parameters=True,  # an error's words are kept and shown: without what people's rows hold
    )
    path = "" if in_memory else engine.url.database or ""
    event.listen(engine, "connect", lambda connection, _: _configure(connection, urgent))
    event.listen(engine, "begin", lambda connection: _begin(connection, path, urgent))
    return engine


def _configure(connection: sqlite3.Connection, urgent: bool) -> None:
    for pragma in (
        "page_size = 8192",  # of a new file: half as many pages to write for the same rows
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        # pages after which whoever commits folds the log in: the urgent only where nobody else did for long
        f"wal_autocheckpoint = {_LOG_PAGES * 10 if urgent else _LOG_PAGES}",
        "cache_size = -32000",
        "soft_heap_limit = 48000000",  # of all connections together: beyond it pages take each other's place
        "temp_store = MEMORY",  # what a savepoint has to remember of changed pages
        "busy_timeout = 0",  # its waits grow to 100 ms and starve writers: we try every millisecond ourselves
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection, path: str, urgent: bool) -> None:
    # The driver would begin before writes only, and then too late: two could read the same and both write.
    driver: Any = connection.connection.driver_connection
    if connection.get_execution_options().get("reading"):
        driver.execute("PRAGMA query_only = ON")
        driver.execute("BEGIN")
        _patiently(driver, "SELECT 1 FROM sqlite_master LIMIT 1")  # takes the snapshot
    else:
        driver.execute("PRAGMA query_only = OFF")
        with turn.first(path) if urgent and path else nullcontext():
            _patiently(driver, "BEGIN IMMEDIATE", lambda: not urgent and bool(path) and turn.is_taken(path))


def _patiently(driver: sqlite3.Connection, sql: str, is_others: Callable[[], bool] = lambda: False) -> None:
    """is_others: whether it is the turn of others, who are waited for as long as for the lock."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while (is_others() and time.monotonic() < deadline) or not _try(driver, sql, deadline):
        time.sleep(0.001)


def _try(driver: sqlite3.Connection, sql: str, deadline: float) -> bool:
    """False where the database is busy; raises it after the deadline."""
    try:
        driver.execute(sql).close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
            raise
        return False
    return True
