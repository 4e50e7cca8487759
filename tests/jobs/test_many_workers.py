"""Several worker processes on one database: each job once, each lane in its order, nothing lost with one killed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from app.db.scope import every_shop
from app.jobs.models import JobRow
from benchmarks.crowd import HUGE, SMALL, Crowd, crowd, defer_all, defer_huge, disorder

SHOPS = range(1, 201)


@contextmanager
def workers(engine: Engine, folder: Path, *names: str, lease: float = 30.0) -> Iterator[Crowd]:
    with crowd(engine.url.render_as_string(hide_password=False), folder, names, lease) as at:
        yield at


def waiting(engine: Engine) -> int:
    with every_shop(engine) as db:
        return len(db.all(select(JobRow.id)))


def test_each_job_of_200_shops_is_done_once_and_in_its_lane_s_order(postgres_engine: Engine, tmp_path: Path) -> None:
    names = ("one", "two", "three", "four")
    with workers(postgres_engine, tmp_path, *names) as at:
        defer_all(postgres_engine, SHOPS, each=2, wait_ms=2)
        at.until(lambda: waiting(postgres_engine) == 0)
        done = at.done()
    assert disorder(done) == []
    assert len(done) == len({(did.shop_id, did.number) for did in done}) == 400
    assert {did.worker for did in done} == set(names)


def test_with_a_worker_killed_in_mid_job_nothing_is_lost_and_no_lane_is_out_of_order(
    engine: Engine, tmp_path: Path
) -> None:
    """R19: the other one goes on, and has its jobs when its signs of life have been missing for the lease."""
    with workers(engine, tmp_path, "one", "two", lease=2) as at:
        defer_all(engine, range(1, 21), each=3, wait_ms=100)
        at.until(lambda: {worker for worker, _ in at.begun()} == {"one", "two"})
        at.kill("one")
        at.until(lambda: waiting(engine) == 0)
        done = at.done()
    assert disorder(done, killed="one") == []
    assert {(did.shop_id, did.number) for did in done} == {
        (shop, number) for shop in range(1, 21) for number in range(3)
    }


def test_a_huge_shop_of_which_all_fails_slows_no_other(engine: Engine, tmp_path: Path) -> None:
    """Others who come after it are through while much of its work is still to be begun."""
    with workers(engine, tmp_path, "worker") as at:
        defer_huge(engine, 400, "40 fails")
        defer_all(engine, SMALL, each=4, wait_ms=5)
        at.until(lambda: len(at.done()) == 4 * len(SMALL))
        begun = [line.split() for _, line in at.begun()]
    last = max(place for place, (shop_id, _, _) in enumerate(begun) if int(shop_id) != HUGE)
    before = {(lane, number) for shop_id, lane, number in begun[:last] if int(shop_id) == HUGE}
    assert {lane for lane, _ in before} == {"ingest", "react", "send", "push"}
    assert len(before) < 200
