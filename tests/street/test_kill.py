"""kill -9 at any moment: what is kept at the end is what an undisturbed house keeps."""

import pytest

from app.demo.street import Street
from tests.street.conftest import House, house, sqlite

SHARES = (0.05, 0.3, 0.55, 0.8)  # of a backfill


@pytest.fixture(scope="module")
def undisturbed(shops: Street) -> tuple[int, dict[str, str]]:
    """How many records a backfill takes in that nobody disturbs, and what it keeps."""
    return in_peace(shops)


def in_peace(shops: Street) -> tuple[int, dict[str, str]]:
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        return home.done(), home.state()


def wait_for(home: House, records: int) -> None:
    home.street.until(f"{records} records are there", lambda: home.done() >= records, 60)


def test_a_backfill_whose_worker_is_killed_again_and_again_ends_as_an_undisturbed_one(
    shops: Street, database_url: str, undisturbed: tuple[int, dict[str, str]]
) -> None:
    records, state = undisturbed
    with house(shops, database_url) as home:
        home.connect()
        for share in SHARES:
            home.start("worker")
            wait_for(home, int(records * share))
            home.kill("worker")
            assert not home.is_backfilled()
            home.end_leases()
        home.start("worker")
        home.backfill()
        assert home.state() == state
