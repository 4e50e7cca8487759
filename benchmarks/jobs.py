"""Many workers on one PostgreSQL: throughput beside one worker's, and small shops beside a huge one."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.crowd import SMALL, Crowd, crowd, defer_all, disorder, wait_p95
from benchmarks.house import fresh, postgres
from benchmarks.results import Result

_SHOPS = 200
_EACH = 4
_WAIT_MS = 100  # a platform's answer


def jobs_postgres() -> Iterator[Result]:
    with postgres() as address:
        alone = 0.0
        for workers in (1, 2, 4):
            rate = throughput(address, workers)
            alone = alone or rate
            note = f"{_SHOPS} shops, {_EACH} jobs each of {_WAIT_MS} ms, each done once and in its lane's order"
            yield Result(f"jobs_postgres_{workers}", round(rate), "jobs/s", "one worker", round(rate / alone, 2), note)
        quiet, beside = fairness(address, 0), fairness(address, 100)
    note = f"{len(SMALL)} small shops beside one of 100 times their traffic, 1 worker; without it {quiet:.0f} ms"
    yield Result("jobs_postgres_fair", round(beside, 1), "ms wait p95", "without it", round(beside / quiet, 2), note)


def throughput(address: str, workers: int) -> float:
    """Jobs a second, of all workers together."""
    with fresh(address) as engine, _crowd(engine, workers) as at:
        defer_all(engine, range(1, _SHOPS + 1), _EACH, _WAIT_MS)
        at.until(lambda: len(at.done()) >= _SHOPS * _EACH)
        done = at.done()
    wrong = disorder(done)
    if wrong or len(done) != _SHOPS * _EACH:
        raise AssertionError(f"{len(done)} done; {wrong[:5]}")
    return len(done) / (max(did.ended for did in done) - done[0].began)


def fairness(address: str, times: int) -> float:
    with fresh(address) as engine, _crowd(engine, 1) as at:
        return wait_p95(engine, at, times)


@contextmanager
def _crowd(engine: Engine, workers: int) -> Iterator[Crowd]:
    url = engine.url.render_as_string(hide_password=False)
    names = [f"worker-{number}" for number in range(workers)]
    with tempfile.TemporaryDirectory(prefix="regulars-bench-crowd-") as folder, crowd(url, Path(folder), names) as at:
        yield at
