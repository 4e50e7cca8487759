"""Leases: a dead worker's jobs are another's, a living one's are nobody else's."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.jobs import claims as leases
from app.jobs.base import Again, Job
from app.jobs.claims import BACK_OFF, Claims
from app.lib.clock import real_now
from app.shops.models import Shop
from tests.jobs.at_work import claims, defer, only, rows, working
from tests.waiting import PATIENCE, until


def test_a_lease_that_ends_gives_the_job_back_and_one_renewed_does_not(
    engine: Engine, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = real_now()

    def after(seconds: float) -> None:
        monkeypatch.setattr(leases, "real_now", lambda: began + timedelta(seconds=seconds))

    defer(engine, shop)
    dead, alive = claims(engine, lease=20), claims(engine)
    after(0)
    job = dead.claim()
    assert job is not None
    after(15)
    assert alive.free_abandoned() == 0
    dead.renew([job.id])
    after(30)
    assert alive.free_abandoned() == 0
    after(40)
    assert alive.free_abandoned() == 1
    again = alive.claim()
    assert again is not None
    assert (again.id, again.attempts) == (job.id, 1)
    dead.finish(job, None)  # it wakes up late: the job is not its own any more
    assert only(engine).state == "running"


def test_a_job_that_kills_its_worker_time_and_again_is_buried(engine: Engine, shop: Shop) -> None:
    defer(engine, shop)
    for _ in range(len(BACK_OFF) + 1):
        assert claims(engine, lease=-1).claim() is not None
        claims(engine).free_abandoned()
    assert (only(engine).state, only(engine).error) == ("dead", "the worker died at it")


PROCESS = """
import sys, threading, time
from pathlib import Path
from app.db.engine import open_engine
from app.jobs.worker import open_worker
def work(job):
    Path(sys.argv[2], job.key).touch()
    time.sleep(600)
open_worker(open_engine(sys.argv[1]), {"work": work}, lease=float(sys.argv[3])).run(threading.Event())
"""


def test_a_killed_worker_s_job_is_back(engine: Engine, shop: Shop, tmp_path: Path) -> None:
    """R19: kill -9 in the middle of a job. On PostgreSQL its lease ends first, on SQLite nobody waits."""
    lease = 3 if engine.dialect.name == "postgresql" else 10 * PATIENCE
    address = engine.url.render_as_string(hide_password=False)
    for key in ("one", "two"):
        defer(engine, shop, key=key, lane=key)
    command = [sys.executable, "-c", PROCESS, address, str(tmp_path), str(lease)]
    process = subprocess.Popen(command, start_new_session=True)
    try:
        until(lambda: (tmp_path / "one").exists() and (tmp_path / "two").exists())
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    done: list[str] = []
    with working(engine, lambda job: done.append(job.key), lease=lease):
        until(lambda: sorted(done) == ["one", "two"])
    assert rows(engine) == []


def test_a_job_whose_end_could_not_be_written_is_done_again(
    engine: Engine, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, done = Claims.finish, []

    def first_fails(ours: Claims, job: Job, result: Again | None, *, go_on: bool = False) -> Job | None:
        if len(done) == 1:
            raise OSError("the database is away")
        return finish(ours, job, result, go_on=go_on)

    monkeypatch.setattr(Claims, "finish", first_fails)
    defer(engine, shop)
    with working(engine, done.append, lease=2):
        until(lambda: len(done) >= 2 and not rows(engine))


def test_a_second_worker_leaves_the_first_one_s_jobs_alone(engine: Engine, shop: Shop) -> None:
    begun: list[str] = []
    end = threading.Event()

    def slow(job: Job) -> None:
        begun.append(job.key)
        end.wait(PATIENCE)

    defer(engine, shop, key="one")
    with working(engine, slow, threads=1):
        until(lambda: begun == ["one"])
        with working(engine, lambda job: begun.append(f"second's {job.key}")):
            defer(engine, shop, key="two", lane="send")
            until(lambda: len(begun) == 2)
            end.set()
    assert begun == ["one", "second's two"]
