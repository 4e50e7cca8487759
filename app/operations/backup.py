"""Backup and restore: one moment of the whole database, encrypted with the keys that are not in it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple, cast

from sqlalchemy import Engine, inspect

from app.context import Context
from app.db.engine import open_engine
from app.db.migrate import migrate
from app.errors import BadInput, Refused
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.operations.afterwards import settle_restored
from app.operations.erasures import read_erasures
from app.operations.parcel import unwrap, wrap
from app.privacy.erasures import Done, repeat
from app.settings import Settings


def backup(context: Context, path: Path) -> int:
    """Write a backup while everything runs; how many bytes the database has. The file appears when it is whole."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as target, _dumped(context) as source:
            size = wrap(context.keyring, source, target)
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return size


class Restored(NamedTuple):
    shops: int
    again: Done | None


def restore(settings: Settings, path: Path, erased: str | None) -> Restored:
    """Make the database anew from a backup, bring it to the newest form, erase again who was erased since, and settle
    what else may have happened. erased: where that stands, None where it was nobody. Raises Refused where a database
    is there already, or the keys are not."""
    if not settings.keys and not (settings.home / "keys").exists():
        raise Refused(
            f"the keys are needed that the backup was made with: in REGULARS_KEYS, or in {settings.home}/keys"
        )
    keyring = Keyring.load(settings)
    said = read_erasures(keyring, erased) if erased is not None else None
    engine = open_engine(settings.database_url)
    try:
        with open(path, "rb") as source:
            bring_back = _restore_sqlite if settings.is_sqlite else _restore_postgres
            bring_back(engine, _of_its_kind(settings, unwrap(keyring, source)))
        migrate(engine)
        again = repeat(engine, keyring, said, utc_now()) if said else None
        return Restored(settle_restored(engine, utc_now()), again)
    finally:
        engine.dispose()


@contextmanager
def _dumped(context: Context) -> Iterator[BinaryIO]:
    if not context.settings.is_sqlite:
        with _running([_tool("pg_dump"), "--format=custom"], context.engine, stdout=subprocess.PIPE) as process:
            yield cast(BinaryIO, process.stdout)
        return
    database = context.engine.url.database
    if not database or database == ":memory:":
        raise Refused("a database in memory cannot be backed up")
    with TemporaryDirectory(dir=Path(database).parent, prefix=".backup-") as folder:  # mode 0700: it is not sealed yet
        copy = Path(folder) / "copy.sqlite"
        source = sqlite3.connect(database)
        try:
            source.execute("VACUUM INTO ?", [str(copy)])  # one moment's view; nobody who writes has to wait
        finally:
            source.close()
        with open(copy, "rb") as file:
            yield file


def _of_its_kind(settings: Settings, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Raises Refused where the backup is of the other kind of database."""
    first = next(pieces)
    is_sqlite = first.startswith(b"SQLite format 3\0")
    if is_sqlite and not settings.is_sqlite:
        raise Refused("this is a SQLite database's: restore it as one, then `regulars move` brings it to PostgreSQL")
    if settings.is_sqlite and not is_sqlite:
        raise Refused("this is a PostgreSQL database's: name an empty one by DATABASE_URL")
    return chain([first], pieces)


def _restore_sqlite(engine: Engine, pieces: Iterator[bytes]) -> None:
    file = Path(engine.url.database or "")
    if file.exists():
        raise Refused(f"{file} is there already: move it away first")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=file.parent, prefix=".restore-") as folder:
        fresh = Path(folder) / "fresh.sqlite"
        with open(fresh, "wb") as target:
            target.writelines(pieces)
            target.flush()
            os.fsync(target.fileno())
        fresh.chmod(0o600)
        _check(fresh)
        fresh.replace(file)


def _check(file: Path) -> None:
    database = sqlite3.connect(file)
    try:
        said = database.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        database.close()
    if said != "ok":
        raise BadInput(f"the database in it is damaged: {said}")


def _restore_postgres(engine: Engine, pieces: Iterator[bytes]) -> None:
    if inspect(engine).get_table_names():
        raise Refused("the database that DATABASE_URL names is not empty: restore into a new one")
    command = [_tool("pg_restore"), "--no-owner", "--single-transaction", "--exit-on-error", "--dbname"]
    with _running([*command, str(engine.url.database)], engine, stdin=subprocess.PIPE) as process:
        for piece in pieces:
            cast(BinaryIO, process.stdin).write(piece)


@contextmanager
def _running(command: list[str], engine: Engine, **pipes: int) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's tools, told by its environment where the database is: others see a command's words."""
    url = engine.url
    place = {"PGHOST": url.host or url.query.get("host"), "PGPORT": url.port, "PGUSER": url.username}
    place |= {"PGPASSWORD": url.password, "PGDATABASE": url.database}
    place |= {f"PG{name.upper()}": str(value) for name, value in url.query.items() if name.startswith("ssl")}
    environ = {**os.environ, **{name: str(value) for name, value in place.items() if value}}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            pass  # it ended first, and says why
        except BaseException:
            process.kill()
            raise
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise Refused(f"{Path(command[0]).name} ended with {process.returncode}: {words or 'and said nothing'}")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Refused(f"{name} is not here: install PostgreSQL's client programs")
    return found
