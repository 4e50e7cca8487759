"""Chaos: whatever goes wrong in a day, the shops' books come out of it, each reaction once, and no mail twice.

CHAOS_SEEDS ("1 2 3") and CHAOS_SECONDS make it a longer one: `make chaos`.
"""

import os

import pytest

from app.demo.street import Street
from tests.street.conftest import house, sqlite
from tests.street.storm import Storm

ORDERS = "150"
SEEDS = [int(seed) for seed in os.environ.get("CHAOS_SEEDS", "1").split()]
SECONDS = float(os.environ.get("CHAOS_SECONDS", "15"))
PROCESSES = {"sqlite": ("web", "worker"), "postgresql": ("web", "worker", "worker-2", "worker-3")}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_bad_day_and_one_reconcile_the_store_is_the_shop_s_books(
    shops: Street, database_url: str, seed: int
) -> None:
    processes = PROCESSES[database_url.partition(":")[0].partition("+")[0]]
    with house(shops, database_url, public_url=shops.public_url, port=shops.ports.web) as home:
        for name in processes:
            home.start(name)
        home.connect()
        home.backfill()
        storm = Storm(home, seed, processes)
        storm.blow(SECONDS)
        struck = storm.calm()
        print(f"seed {seed}: {dict(storm.told)}; refused {dict(storm.refused)}; struck {dict(struck)}")
        kept = home.told()
    books = in_peace(shops)
    assert (sorted(kept - books), sorted(books - kept)) == ([], [])


def in_peace(shops: Street) -> set[str]:
    """What a house keeps that only reads the shops as they are now."""
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        return home.told()
