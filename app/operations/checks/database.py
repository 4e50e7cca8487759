"""The database: there, of the newest form, on a disk with room, by the same clock."""

import fcntl
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.db.engine import reading
from app.db.migrate import lag
from app.db.scope import every_shop
from app.lib.clock import real_now
from app.operations.checks.line import Check, House, Level, Line

_GB = 1024**3
_LARGE_LOG = 256 * 1024**2


def form(house: House) -> Iterator[Line]:
    lacks = lag(reading(house.engine))
    yield Line("fail", "database", lacks) if lacks else Line("ok", "database", "answers, and is of the newest form")


def journal_mode(house: House) -> Iterator[Line]:
    if house.file is None:
        return
    with every_shop(house.engine) as db:
        mode = db.batch().rows("PRAGMA journal_mode")[0][0]
    if mode == "wal":
        yield Line("ok", "sqlite", "keeps a write-ahead log")
    else:
        yield Line("fail", "sqlite", f"journal mode is {mode}, not wal: a network disk? Move the file to a local one")
    log = Path(f"{house.file}-wal")
    if log.exists() and log.stat().st_size > _LARGE_LOG:
        said = f"the log is {log.stat().st_size // 1024**2} MB: something reads for very long, or no worker runs"
        yield Line("warn", "sqlite", said)


def web_processes(house: House) -> Iterator[Line]:
    if house.file is None:
        return
    if house.settings.processes > 1:
        yield Line("warn", "web", "REGULARS_PROCESSES is for PostgreSQL: SQLite is served by one process")
    lock = Path(f"{house.file}.web")
    serves = lock.exists() and _is_held(lock)
    yield Line("ok", "web", f"{'one process serves' if serves else 'no process serves'}; a second one would not start")


def room(house: House) -> Iterator[Line]:
    for folder in sorted({house.settings.home, house.file.parent if house.file else house.settings.home}):
        if not folder.exists():
            yield Line("warn", "disk", f"{folder} is not there yet")
            continue
        usage = shutil.disk_usage(folder)
        level: Level = "ok" if usage.free > 5 * _GB else "warn" if usage.free > _GB else "fail"
        yield Line(level, "disk", f"{usage.free / _GB:.1f} GB free of {usage.total / _GB:.0f} at {folder}")


def clock(house: House) -> Iterator[Line]:
    if house.file is not None:
        yield Line("ok", "clock", "the database has this machine's")
        return
    with every_shop(house.engine) as db:
        there: datetime = db.batch().rows("SELECT clock_timestamp()")[0][0]
    apart = abs((there.astimezone(UTC) - real_now()).total_seconds())
    level: Level = "ok" if apart < 2 else "warn" if apart < 30 else "fail"
    yield Line(level, "clock", f"{apart:.1f} s apart from the database's")


def _is_held(path: Path) -> bool:
    with open(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
    return False


CHECKS: tuple[Check, ...] = (form, journal_mode, web_processes, room, clock)
