"""Doctor: looks at the whole house and says line by line what is well, what may hurt, and what is broken."""

import sqlite3
from collections.abc import Iterator

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from app.db.engine import open_engine
from app.lib import clock
from app.operations.checks import database, outside, secrets, work
from app.operations.checks.line import Check, House, Line
from app.settings import Settings

_CHECKS: tuple[Check, ...] = (*database.CHECKS, *secrets.CHECKS, *outside.CHECKS, *work.CHECKS)


def examine(settings: Settings) -> Iterator[Line]:
    """Changes nothing, and needs no house that is whole."""
    clock.follow(settings.clock)
    house = House(settings, open_engine(settings.database_url))
    if house.file is not None and not house.file.exists():
        yield Line("fail", "database", f"{house.file} is not there: run `regulars migrate`")
        return
    for check in _CHECKS:
        try:
            yield from check(house)
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:  # batches speak to the driver itself
            cause = getattr(error, "orig", None) or error
            yield Line("fail", "database", f"{check.__name__}: {type(cause).__name__}: {str(cause).splitlines()[0]}")
    house.engine.dispose()
