"""Erasures outside of the database: a sealed file of their own, or the old database itself, for one that is older."""

import os
from io import BytesIO
from pathlib import Path

import msgspec

from app.context import Context
from app.db.engine import open_engine
from app.errors import BadInput
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.operations.parcel import unwrap, wrap
from app.privacy.erasures import Erasures, collect

_SQLITE = b"SQLite format 3\0"


def write_erasures(context: Context, path: Path) -> Erasures:
    """All that are known now; the file is replaced when the new one is whole."""
    said = collect(context.engine, utc_now())
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as target:
            wrap(context.keyring, BytesIO(msgspec.json.encode(said)), target)
            target.flush()
            os.fsync(target.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return said


def read_erasures(keyring: Keyring, source: str) -> Erasures:
    """What `write_erasures` wrote, or what a database says: its URL, or an SQLite file. Raises BadInput, KeyLost."""
    if "://" in source:
        return _from_database(source)
    path = Path(source)
    if not path.is_file():
        raise BadInput(f"there is no file {source}")
    with open(path, "rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            return _from_database(f"sqlite:///{path.resolve()}")
        file.seek(0)
        try:
            return msgspec.json.decode(b"".join(unwrap(keyring, file)), type=Erasures)
        except msgspec.MsgspecError as error:
            raise BadInput(f"{source} holds no erasures: {error}") from error


def _from_database(url: str) -> Erasures:
    engine = open_engine(url)
    try:
        return collect(engine, utc_now())
    finally:
        engine.dispose()
