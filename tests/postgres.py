"""A migrated PostgreSQL database that one test after the other finds empty."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from sqlalchemy import create_engine, text

from app.db.engine import open_engine
from app.db.migrate import migrate

TEMPLATE = "template"
END_OTHERS = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
SHAPE = """SELECT string_agg(relname, ' ' ORDER BY relname), (SELECT version_num FROM alembic_version)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace"""
EMPTY = """DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica; -- no foreign key minds which table comes first
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
END $$"""


class Database:
    """Emptied rather than made anew, which takes a hundred times as long; anew only where a test changed its tables."""

    def __init__(self, server_url: str) -> None:
        self.server_url = server_url
        run(server_url, f"CREATE DATABASE {TEMPLATE}")
        migrated(named(server_url, TEMPLATE))
        self.url = self._copied()
        self._shape = run(self.url, SHAPE)

    def empty(self) -> None:
        run(self.url, END_OTHERS)
        if run(self.url, SHAPE) == self._shape:
            run(self.url, EMPTY)
        else:
            self.url = self._copied()

    def _copied(self) -> str:
        name = f"t{uuid4().hex}"
        run(self.server_url, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return named(self.server_url, name)


@contextmanager
def fresh(server_url: str) -> Iterator[str]:
    """The address of an empty database, which goes afterwards."""
    name = f"t{uuid4().hex}"
    run(server_url, f"CREATE DATABASE {name}")
    yield named(server_url, name)
    run(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def migrated(address: str) -> None:
    engine = open_engine(address)
    migrate(engine)
    engine.dispose()  # SQLite folds its log into the file as the last connection goes


def run(url: str, *statements: str) -> Sequence[Any]:
    """The rows of the last of them, if it has any."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        done = [connection.execute(text(statement)) for statement in statements][-1]
        rows = done.all() if done.returns_rows else []
    engine.dispose()
    return rows


def named(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?")
