"""Many workers: throughput beside one worker's, small shops beside a huge one, a worker killed in mid-job."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.crowd import SMALL, Crowd, crowd, defer_all, disorder, wait_p95
from benchmarks.house import fresh, postgres
from benchmarks.results import Result

_SHOPS = 200
_WAIT_MS = 100  # a platform's answer
_IN_TIME = 60.0  # seconds in which a killed worker's work has to be another's


def jobs_postgres() -> Iterator[Result]:
    cores = f"on {os.cpu_count()} cores"
    with postgres() as address:
        for name, each, wait_ms in (("jobs_postgres", 4, _WAIT_MS), ("jobs_postgres_bare", 10, 0)):
            rates = {workers: throughput(address, workers, each, wait_ms) for workers in (1, 2, 4)}
            what = f"of {wait_ms} ms of waiting" if wait_ms else "with nothing to do"
            note = f"{_SHOPS} shops, {each} jobs each {what}, each done once and in its lane's order, {cores}"
            for workers, rate in rates.items():
                against = ("one worker", round(rate / rates[1], 2))
                yield Result(f"{name}_{workers}", round(rate), "jobs/s", *against, note)
        quiet, beside = fairness(address, 0), fairness(address, 100)
    note = f"{len(SMALL)} small shops beside one of 100 times their traffic, 1 worker; without it {quiet:.0f} ms"
    yield Result("jobs_postgres_fair", round(beside, 1), "ms wait p95", "without it", round(beside / quiet, 2), note)


def throughput(address: str, workers: int, each: int, wait_ms: int) -> float:
    """Jobs a second, of all workers together."""
    with fresh(address) as engine, _crowd(engine, workers) as at:
        defer_all(engine, range(1, _SHOPS + 1), each, wait_ms)
        at.until(lambda: len(at.done()) >= _SHOPS * each)
        done = at.done()
    wrong = disorder(done)
    if wrong or len(done) != _SHOPS * each:
        raise AssertionError(f"{len(done)} done; {wrong[:5]}")
    return len(done) / (max(did.ended for did in done) - done[0].began)


def fairness(address: str, times: int) -> float:
    with fresh(address) as engine, _crowd(engine, 1) as at:
        return wait_p95(engine, at, times)


def jobs_killed() -> Iterator[Result]:
    """On both databases at once: nearly all of it is waiting for leases to end."""
    with postgres() as address, ExitStack() as stack:
        engines = {"postgres": stack.enter_context(fresh(address)), "sqlite": stack.enter_context(fresh("sqlite"))}
        crowds = {name: stack.enter_context(_crowd(engine, 2)) for name, engine in engines.items()}
        killed = {name: _kill_in_mid_job(engine, crowds[name]) for name, engine in engines.items()}
        for name, at in crowds.items():
            seconds = _back_after(at, *killed[name])
            note = f"{len(killed[name][1])} jobs of a second that a worker was at, all done by another"
            note += f", which has them when the lease of {at.lease:.0f} s ends"
            yield Result(f"jobs_{name}_killed", round(seconds, 1), "s after kill -9", note=note)


def _kill_in_mid_job(engine: Engine, at: Crowd) -> tuple[float, set[tuple[int, str, int]]]:
    """When the first of two workers was killed, and what it was at."""
    defer_all(engine, range(1, 17), 1, 1000)
    at.until(lambda: len(at.begun()) == 16)  # eight threads each
    return time.monotonic(), at.kill("worker-0")


def _back_after(at: Crowd, killed: float, lost: set[tuple[int, str, int]]) -> float:
    """Seconds until all that was lost was done by the other one."""
    at.until(lambda: lost <= at.finished(), _IN_TIME)
    wrong = disorder(at.done(), killed="worker-0")
    if wrong or not lost:
        raise AssertionError(f"{len(lost)} were in hand; {wrong[:5]}")
    return max(did.ended for did in at.done()) - killed


@contextmanager
def _crowd(engine: Engine, workers: int) -> Iterator[Crowd]:
    url = engine.url.render_as_string(hide_password=False)
    names = [f"worker-{number}" for number in range(workers)]
    with tempfile.TemporaryDirectory(prefix="regulars-bench-crowd-") as folder, crowd(url, Path(folder), names) as at:
        yield at
