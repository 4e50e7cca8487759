"""A worker on whichever engine the database has."""

from collections.abc import Mapping
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from app.jobs.claims import Claims
from app.jobs.local import Local
from app.jobs.turns import Handler

if TYPE_CHECKING:
    from app.jobs.procrastinate import Procrastinate

THREADS = 8  # more than a shop has lanes: one shop alone never holds them all


def open_worker(
    engine: Engine, handlers: Mapping[str, Handler], threads: int = THREADS, *, lease: float = 30.0
) -> "Local | Procrastinate":
    """`run(stop)` works the jobs of the database until told to stop."""
    claims = Claims(engine, token_hex(8), lease)
    if engine.dialect.name == "sqlite":
        return Local(claims, handlers, threads)
    from app.jobs.procrastinate import Procrastinate  # noqa: PLC0415  takes half a second: where it works only

    return Procrastinate(claims, handlers, threads)
