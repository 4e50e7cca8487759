"""Keys and encryption: the keys are here, nobody else may read them, they open what was sealed; and the disk."""

import os
from collections.abc import Iterator
from pathlib import Path

from app.context import STRANGE_KEYS
from app.db.meta import known
from app.db.scope import every_shop
from app.errors import RegularsError
from app.lib.encryption import Keyring
from app.operations.checks.line import Check, House, Line

_SEALED = (
    ("credentials", "value"), ("handovers", "keys"), ("deliveries", "body"), ("failed_records", "body"),
    ("privacy_requests", "subject"), ("privacy_requests", "export"),
)  # fmt: skip
_LOOKED_AT = 200  # of each, the newest and the oldest


def keys(house: House) -> Iterator[Line]:
    file = house.settings.home / "keys"
    if house.settings.keys:
        yield Line("ok", "keys", f"{len(house.settings.keys)} in REGULARS_KEYS")
    elif not file.exists() and known(house.engine, "keys"):
        yield Line("fail", "keys", f"there are none here, in REGULARS_KEYS or in {file}, and this database has its own")
    elif not file.exists():
        yield Line("warn", "keys", f"there are none yet: {file} is made at the first start")
    elif file.stat().st_mode & 0o077:
        yield Line("fail", "keys", f"others may read {file}: chmod 600")
    elif house.file is None:
        yield Line("warn", "keys", f"in {file}: where machines are many, or disks do not last, set REGULARS_KEYS")
    else:
        yield Line("ok", "keys", f"in {file}, which nobody else may read; keep a copy away from the backups")


def opening(house: House) -> Iterator[Line]:
    """All that a key here has to open."""
    if not house.settings.keys and not (house.settings.home / "keys").exists():
        return
    try:
        keyring = Keyring.load(house.settings)
    except RegularsError as error:
        yield Line("fail", "keys", str(error))
        return
    if known(house.engine, "keys") not in (None, keyring.mark):
        yield Line("fail", "keys", STRANGE_KEYS)
    lost = list(_lost(house, keyring))
    yield from lost or [Line("ok", "keys", "they open what was sealed")]


def disk(house: House) -> Iterator[Line]:
    if house.file is None:
        yield Line("warn", "encryption", "the database is elsewhere: see there that its disk is encrypted")
    folder = house.file.parent if house.file else house.settings.home
    if not folder.exists():
        return
    found = encrypted(folder)
    if found:
        yield Line("ok", "encryption", f"{folder} is on an encrypted disk")
    elif found is None:
        yield Line("warn", "encryption", f"whether the disk of {folder} is encrypted cannot be seen from here")
    else:
        yield Line("warn", "encryption", f"the disk of {folder} is not encrypted, and customers' data are on it")


def encrypted(folder: Path, devices: Path = Path("/sys/dev/block")) -> bool | None:
    """Is the folder's disk, or one below it, a dm-crypt device? None where Linux does not say."""
    number = os.stat(folder).st_dev
    device = devices / f"{os.major(number)}:{os.minor(number)}"
    return _is_crypt(device.resolve()) if device.exists() else None


def _is_crypt(device: Path) -> bool:
    uuid = device / "dm" / "uuid"
    if uuid.exists() and uuid.read_text().startswith("CRYPT-"):
        return True
    below = device / "slaves"
    return below.is_dir() and any(_is_crypt(one.resolve()) for one in below.iterdir())


def _lost(house: House, keyring: Keyring) -> Iterator[Line]:
    with every_shop(house.engine) as db:
        for table, column in _SEALED:
            key = "changed_at" if table == "credentials" else "expires_at" if table == "handovers" else "id"
            asked = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {key}"
            ends = [db.batch().rows(f"{asked}{way} LIMIT {_LOOKED_AT}") for way in ("", " DESC")]
            closed = sum(not _opens(keyring, bytes(row[0])) for rows in ends for row in rows)
            if closed:
                said = f"no key here opens what is sealed in {table}.{column}: bring back the key that is missing"
                yield Line("fail", "keys", said)


def _opens(keyring: Keyring, sealed: bytes) -> bool:
    try:
        keyring.open(sealed)
    except RegularsError:
        return False
    return True


CHECKS: tuple[Check, ...] = (keys, opening, disk)
