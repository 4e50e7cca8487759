"""A store that is wrong where no pull would look again, as a faulty disk or a hand in the database leaves it."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlmodel import col, select, true

from app.commerce.models import Customer, Order, Product
from app.db.scope import shop_scope
from app.lib.clock import utc_now
from tests.street.conftest import House, Name

_PULLED_AGAIN = timedelta(minutes=30)  # what changed since may be read once more by the next pull


def spoil(home: House, draw: random.Random) -> Iterator[Name]:
    """Of each shop some records, each in a way of its own; which."""
    for face, shop_id in home.shops.items():
        with shop_scope(home.context.engine, shop_id, write=True) as scope:
            there_and_old = col(Order.deleted_at).is_(None), Order.updated_at < utc_now() - _PULLED_AGAIN
            orders = scope.all(select(Order).where(*there_and_old, col(Order.placed_minor) > 0))
            for spoilt, order in zip(SPOILT, draw.sample(orders, len(SPOILT)), strict=True):
                spoilt(order)
                yield face, "order", order.external_id
            things = (("customer", Customer, col(Customer.is_known)), ("product", Product, true()))
            for kind, model, is_listed in things:
                there = scope.all(select(model).where(is_listed, col(model.deleted_at).is_(None)))
                gone = draw.choice([one for one in there if not one.external_id.startswith("guest:")])
                gone.deleted_at = utc_now()
                yield face, kind, gone.external_id


def _add_to(order: Order) -> None:
    assert order.net_minor is not None
    order.net_minor += 100


def _move(order: Order) -> None:
    order.placed_at, order.placed_on = order.placed_at - timedelta(days=1), order.placed_on - timedelta(days=1)


def _miscount(order: Order) -> None:
    order.is_counted = not order.is_counted


def _lose(order: Order) -> None:
    order.deleted_at = utc_now()


SPOILT: tuple[Callable[[Order], None], ...] = (_add_to, _move, _miscount, _lose)
