"""A scope: rows of one shop, written by who said so, all or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update

from app.db.scope import ShopScope, shop_scope
from app.db.wall import ScopeError
from app.errors import NotFound
from app.shops.models import Account, Shop
from tests.db.two_shops import AT, Customer


def test_a_row_of_another_shop_is_not_found(engine: Engine, ours: Shop, stranger: Shop) -> None:
    with shop_scope(engine, stranger.id, write=True) as scope:
        scope.add(Customer(id=2, external_id="c2"))
    with shop_scope(engine, ours.id) as scope:
        assert scope.find(Customer, 2) is None
        assert scope.find(Shop, stranger.id) is None
        assert scope.shop.domain == "ours.myshopify.com"
        with pytest.raises(NotFound):
            scope.get(Customer, 2)


def test_rows_are_written_for_their_own_shop_only(engine: Engine, ours: Shop, stranger: Shop) -> None:
    with shop_scope(engine, stranger.id) as scope:
        theirs = scope.get(Customer, 1)
    attempts: list[Callable[[ShopScope], Any]] = [
        lambda scope: scope.add(Customer(shop_id=stranger.id, id=3, external_id="c3")),
        lambda scope: setattr(scope.get(Customer, 1), "shop_id", stranger.id),
        lambda scope: setattr(scope.add(theirs), "first_name", "changed"),
        lambda scope: scope.delete(theirs),
        lambda scope: scope.add(Account(name="x", created_at=AT)),
        lambda scope: scope.add(Shop(**{**ours.model_dump(), "id": 77, "domain": "new"})),
    ]
    for attempt in attempts:
        with pytest.raises(ScopeError), shop_scope(engine, ours.id, write=True) as scope:
            attempt(scope)
    with shop_scope(engine, stranger.id) as scope:
        assert scope.get(Customer, 1).first_name == "theirs"


def test_a_scope_that_reads_writes_nothing(engine: Engine, ours: Shop) -> None:
    attempts: list[Callable[[ShopScope], Any]] = [
        lambda scope: scope.add(Customer(id=3, external_id="c3")),
        lambda scope: setattr(scope.get(Customer, 1), "first_name", "changed"),
        lambda scope: scope.execute(update(Customer).values(first_name="changed")),
        lambda scope: scope.delete(scope.get(Customer, 1)),
    ]
    for attempt in attempts:
        with pytest.raises(ScopeError), shop_scope(engine, ours.id) as scope:
            attempt(scope)


def test_the_database_itself_refuses_to_write_for_a_reader(engine: Engine, ours: Shop) -> None:
    with shop_scope(engine, ours.id) as scope, pytest.raises(Exception, match=r"(?i)read-?only"):
        scope.batch().rows("DELETE FROM line_items WHERE shop_id = :shop_id", {})


def test_an_exception_leaves_nothing_behind(engine: Engine, ours: Shop) -> None:
    with pytest.raises(ZeroDivisionError), shop_scope(engine, ours.id, write=True) as scope:  # noqa: PT012
        scope.get(Customer, 1).first_name = "changed"
        scope.flush()
        raise ZeroDivisionError
    with shop_scope(engine, ours.id) as scope:
        assert scope.get(Customer, 1).first_name == "ours"


def test_rows_stay_readable_after_their_scope(engine: Engine, ours: Shop) -> None:
    with shop_scope(engine, ours.id, write=True) as scope:
        customer = scope.get(Customer, 1)
        customer.first_name = "changed"
    assert customer.first_name == "changed"
