"""Chaos: whatever goes wrong in a day, the shops' books come out of it, each reaction once, and no mail twice.

CHAOS_SEEDS ("1 2 3") and CHAOS_SECONDS make it a longer one: `make chaos`.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlmodel import select

from app.commerce.models import Order
from app.db.scope import ShopScope, shop_scope
from app.demo.street import Street
from app.journal.verify import Finding, verify
from app.loyalty.actions import current
from app.loyalty.models import LedgerEntry
from app.loyalty.rules import points_for
from tests.street.conftest import House, house, sqlite
from tests.street.spoil import spoil
from tests.street.storm import Storm, forget_mails, mails

ORDERS = "80"
SEEDS = [int(seed) for seed in os.environ.get("CHAOS_SEEDS", "1").split()]
SECONDS = float(os.environ.get("CHAOS_SECONDS", "8"))
ONLY_TOLD = ("checkouts", "consents")  # who reads the shop afterwards finds fewer: baskets that became orders are gone
PROCESSES = {"sqlite": ("web", "worker"), "postgresql": ("web", "worker", "worker-2", "worker-3")}


@pytest.mark.parametrize("seed", SEEDS)
def test_after_a_bad_day_and_one_reconcile_the_store_is_the_shop_s_books(
    shops: Street, database_url: str, seed: int
) -> None:
    forget_mails(shops.mails_url)  # of the same seed's people, written to by another house
    processes = PROCESSES[database_url.partition(":")[0].partition("+")[0]]
    with house(shops, database_url, public_url=shops.public_url, port=shops.ports.web) as home:
        for name in processes:
            home.start(name)
        home.connect()
        home.backfill()
        storm = Storm(home, seed, processes)
        storm.blow(SECONDS)
        storm.let_an_hour_pass()
        struck = storm.calm()
        home.pull()
        before = home.records()
        spoilt = set(spoil(home, random.Random(seed)))
        said = home.reconcile()
        after = home.records()
        mended = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert spoilt | mended <= home.named()
        print(f"seed {seed}: {dict(storm.told)}; struck {dict(struck)}; refused {dict(storm.refused)}", *said, sep="\n")
        kept, journals = home.told(), [str(finding) for finding in tampered(home)]
        for shop_id in home.shops.values():
            with shop_scope(home.context.engine, shop_id) as scope:
                check_points(scope)
        assert journals == []
    books = in_peace(shops)
    assert sorted(books - kept) == []
    assert [thing for thing in sorted(kept - books) if thing.split()[1] not in ONLY_TOLD] == []
    caught = Counter((mail["to"][0], mail["subject"]) for mail in mails(shops.mails_url))
    assert caught
    assert set(caught.values()) == {1}


def tampered(home: House) -> Iterator[Finding]:
    """What does not hold in the chains of both journals."""
    for shop_id in home.shops.values():
        with shop_scope(home.context.engine, shop_id) as scope:
            yield from verify(scope, home.context.keyring).findings


def in_peace(shops: Street) -> set[str]:
    """What a house keeps that only reads the shops as they are now."""
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        return home.told()


def check_points(scope: ShopScope) -> None:
    """Every order's entries add up to what it is worth: each change was reacted to, and none twice."""
    programme, held = current(scope), Counter[int | None]()
    assert programme is not None
    for entry in scope.all(select(LedgerEntry)):
        held[entry.order_id] += entry.points
    for order in scope.all(select(Order)):
        earns = order.is_counted and order.deleted_at is None and order.placed_at >= programme.started_at
        worth = points_for(order.net_minor, scope.shop.currency, programme.points_per_unit) if earns else 0
        assert held[order.id] == worth, order.external_id
