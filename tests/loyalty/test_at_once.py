"""Two workers at one order: its points are given once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Order
from app.db.scope import shop_scope
from app.loyalty.actions import change, settle
from app.loyalty.models import LedgerEntry
from app.shops.models import Shop
from tests.factory import NOW, customer, order


def test_an_order_that_two_settle_at_once_earns_once(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        change(scope, NOW, is_on=True, points_per_unit=1, counts_history=True)
        place = order(scope, customer(scope)).id
    together = Barrier(4)

    def work() -> None:
        together.wait()
        with shop_scope(engine, shop.id, write=True) as scope:
            settle(scope, scope.get(Order, place), NOW)

    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(work) for _ in range(4)]:
            done.result()
    with shop_scope(engine, shop.id) as scope:
        assert [entry.points for entry in scope.all(select(LedgerEntry))] == [100]
