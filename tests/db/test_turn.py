"""SQLite's one write lock: who answers goes before all others, and a process that dies keeps nobody waiting."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from app.db import turn
from app.db.engine import open_engine
from app.db.scope import every_shop
from tests.waiting import PATIENCE, until

HOLD = """
import sys, time
from app.db import turn
with turn.first(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def urgent(sqlite_engine: Engine) -> Iterator[Engine]:
    engine = open_engine(sqlite_engine.url.render_as_string(hide_password=False), urgent=True)
    yield engine
    engine.dispose()


def write(engine: Engine) -> None:
    with every_shop(engine, write=True) as db:
        db.batch().execute("UPDATE shops SET name = name")


def test_of_all_who_wait_the_urgent_writes_first(sqlite_engine: Engine, urgent: Engine) -> None:
    order: list[str] = []

    def wait(engine: Engine, name: str) -> threading.Thread:
        def begin() -> None:
            with every_shop(engine, write=True) as db:
                db.batch().execute("UPDATE shops SET name = name")
                order.append(name)

        thread = threading.Thread(target=begin)
        thread.start()
        return thread

    with every_shop(sqlite_engine, write=True) as db:
        db.batch().execute("UPDATE shops SET name = name")
        waiting = [wait(sqlite_engine, "patient") for _ in range(4)]
        time.sleep(0.1)
        assert not turn.is_taken(str(sqlite_engine.url.database))
        waiting.append(wait(urgent, "urgent"))
        until(lambda: turn.is_taken(str(sqlite_engine.url.database)))
    for thread in waiting:
        thread.join()
    assert order == ["urgent", *["patient"] * 4]
    assert not turn.is_taken(str(sqlite_engine.url.database))


def test_who_only_looks_is_not_waited_for(sqlite_engine: Engine) -> None:
    seen: list[bool] = []
    looks = [
        threading.Thread(target=lambda: seen.extend(turn.is_taken(str(sqlite_engine.url.database)) for _ in range(500)))
        for _ in range(8)
    ]
    for look in looks:
        look.start()
    for look in looks:
        look.join()
    assert len(seen) == 4000
    assert not any(seen)


def test_a_turn_ends_with_its_process(sqlite_engine: Engine) -> None:
    path = str(sqlite_engine.url.database)
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        writer = threading.Thread(target=write, args=[sqlite_engine])
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()
        holder.kill()
        writer.join(PATIENCE)
        assert not writer.is_alive()


def test_the_urgent_leave_folding_the_log_to_others(sqlite_engine: Engine, urgent: Engine) -> None:
    def pages(engine: Engine) -> int:
        with every_shop(engine) as db:
            return int(db.batch().rows("PRAGMA wal_autocheckpoint")[0][0])

    assert pages(urgent) == 10 * pages(sqlite_engine)
