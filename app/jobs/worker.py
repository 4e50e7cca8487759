"""A worker on whichever engine the database has."""

from collections.abc import Mapping
from secrets import token_hex

from sqlalchemy import Engine

from app.jobs.claims import Claims
from app.jobs.local import Local
from app.jobs.procrastinate import Procrastinate
from app.jobs.turns import Handler

THREADS = 8  # more than a shop has lanes: one shop alone never holds them all


def open_worker(
    engine: Engine, handlers: Mapping[str, Handler], threads: int = THREADS, *, lease: float = 30.0
) -> Local | Procrastinate:
    """`run(stop)` works the jobs of the database until told to stop."""
    kind = Local if engine.dialect.name == "sqlite" else Procrastinate
    return kind(Claims(engine, token_hex(8), lease), handlers, threads)
