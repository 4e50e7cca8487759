"""Batched SQL: one text for both engines, and no way into another shop."""

import random
import threading
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer, Order
from app.db.batch import Batch
from app.db.engine import encode_json
from app.db.scope import every_shop, shop_scope
from app.lib.ids import new_ids
from app.shops.models import Shop

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
COLUMNS = (
    "id",
    "external_id",
    "email",
    "created_at",
    "tags",
    "is_guest",
    "is_known",
    "first_name",
    "last_name",
    "name_key",
)


def person(
    number: int, email: str | None = "a@example.com", tags: tuple[str, ...] = ("vip", "100%")
) -> tuple[Any, ...]:
    return (number, f"c{number}", email, AT, encode_json(list(tags)), False, True, "Ada", "O'Hara", "o'hara ada")


def put(batch: Batch, *rows: tuple[Any, ...], guard: str | None = None) -> None:
    batch.upsert(Customer, COLUMNS, rows, key=["external_id"], keep=["email"], guard=guard)


def test_what_a_batch_wrote_is_what_the_orm_reads(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        put(scope.batch(), person(1), person(2, email=None))
    with shop_scope(engine, shop.id) as scope:
        first = scope.get(Customer, 1)
        assert (first.email, first.created_at, first.tags) == ("a@example.com", AT, ["vip", "100%"])
        assert (first.is_guest, first.last_name) == (False, "O'Hara")
        assert scope.get(Customer, 2).email is None


def test_an_upsert_brings_a_row_up_to_date_and_keeps_what_it_does_not_know(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        put(scope.batch(), person(1))
        before = scope.get(Customer, 1)
        put(scope.batch(), person(1, email=None, tags=()))
        assert before.tags == ["vip", "100%"]
        assert scope.get(Customer, 1) is before
        assert (before.email, before.tags) == ("a@example.com", [])
        assert scope.scalar(select(Customer.id)) == 1


def test_a_row_that_was_read_before_a_batch_is_whole_after_its_scope(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        put(scope.batch(), person(1))
        customer = scope.get(Customer, 1)
        customer.first_name = "Grace"
        scope.batch().execute("UPDATE customers SET phone = '+1' WHERE shop_id = :shop_id", {})
        found = scope.first(select(Customer))
        assert found is customer
    assert (customer.first_name, customer.phone) == ("Grace", "+1")


def test_a_guard_leaves_a_newer_row_alone(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        put(scope.batch(), person(1))
        put(scope.batch(), person(1, tags=("late",)), guard="excluded.created_at > customers.created_at")
        assert scope.get(Customer, 1).tags == ["vip", "100%"]


def test_rows_are_asked_for_by_a_list_of_ids_and_come_with_their_times(engine: Engine, shop: Shop) -> None:
    sql = (
        "SELECT id, created_at, tags, '100%' FROM customers"
        " WHERE shop_id = :shop_id AND external_id = ANY(:ids) AND id::bigint < 9 ORDER BY id"
    ).replace("::bigint", "" if engine.dialect.name == "sqlite" else "::bigint")
    with shop_scope(engine, shop.id, write=True) as scope:
        batch = scope.batch()
        put(batch, person(1), person(2), person(3))
        found = batch.rows(sql, {"ids": ["c1", "c3", "it's"]}, times=[1], jsons=[2])
        assert found == [(1, AT, ["vip", "100%"], "100%"), (3, AT, ["vip", "100%"], "100%")]
        assert batch.rows("SELECT id FROM customers WHERE shop_id = ? AND id = ANY(?)", (shop.id, [2])) == [(2,)]


def test_one_statement_runs_over_many_rows_by_name_or_by_place(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        batch = scope.batch()
        put(batch, person(1), person(2))
        named = "UPDATE customers SET phone = :phone, deleted_at = :at WHERE shop_id = :shop_id AND id = :id"
        batch.executemany(named, [{"phone": "+1", "at": AT, "id": 1}, {"phone": "+2", "at": None, "id": 2}])
        assert [scope.get(Customer, 1).deleted_at, scope.get(Customer, 2).deleted_at] == [AT, None]
        assert batch.execute("UPDATE customers SET phone = ? WHERE shop_id = ?", ("+3", shop.id)) == 2
        assert batch.executemany(named, []) <= 0
        assert [scope.get(Customer, 1).phone, scope.get(Customer, 2).phone] == ["+3", "+3"]


def test_a_batch_lands_in_its_own_shop(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, stranger.id, write=True) as scope:
        put(scope.batch(), person(1))
    with shop_scope(engine, shop.id, write=True) as scope:
        put(scope.batch(), person(1, email="ours@example.com"))
    with shop_scope(engine, stranger.id) as scope:
        assert scope.get(Customer, 1).email == "a@example.com"


@pytest.mark.parametrize("column", ["shop_id", "no_such_column"])
def test_a_column_that_cannot_be_given_is_refused(engine: Engine, shop: Shop, column: str) -> None:
    with shop_scope(engine, shop.id, write=True) as scope, pytest.raises(ValueError, match=column):
        scope.batch().upsert(Customer, [column], [(1,)], key=["external_id"])


def test_a_statement_that_names_no_shop_is_refused(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        with pytest.raises(ValueError, match="shop_id"):
            scope.batch().rows("SELECT id FROM customers")
        with pytest.raises(ValueError, match="shop_id"):
            scope.batch().execute("DELETE FROM customers")


def test_an_upsert_over_all_shops_is_refused(engine: Engine, shop: Shop) -> None:
    with every_shop(engine, write=True) as db, pytest.raises(ValueError, match="one shop"):
        put(db.batch(), person(1))


def test_a_reader_s_batch_reads_and_does_not_write(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id) as scope:
        assert scope.batch().rows("SELECT id FROM customers WHERE shop_id = :shop_id", {}) == []
        with pytest.raises(PermissionError):
            put(scope.batch(), person(1))


def test_a_batch_sees_what_was_added_before_it(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.add(Customer(shop_id=shop.id, id=7, external_id="c7"))
        assert scope.batch().rows("SELECT id FROM customers WHERE shop_id = :shop_id", {}) == [(7,)]


def test_two_batches_of_one_shop_wait_for_each_other_by_name(postgres_engine: Engine) -> None:
    order: list[str] = []
    first_is_in = threading.Event()

    def second() -> None:
        with shop_scope(postgres_engine, 1, write=True) as scope:
            first_is_in.wait()
            scope.batch().lock("ingest")
            order.extend(["second in", "second out"])

    waiting = threading.Thread(target=second)
    waiting.start()
    with shop_scope(postgres_engine, 1, write=True) as scope:
        scope.batch().lock("ingest")
        order.append("first in")
        first_is_in.set()
        waiting.join(0.2)
        order.append("first out")
    waiting.join()
    assert order == ["first in", "first out", "second in", "second out"]


def test_a_naive_time_is_refused(sqlite_engine: Engine) -> None:
    with shop_scope(sqlite_engine, 1, write=True) as scope, pytest.raises(TypeError):
        scope.batch().execute("UPDATE customers SET created_at = ? WHERE shop_id = 1", (datetime(2026, 1, 1),))  # noqa: DTZ001


def test_a_day_is_kept_as_the_orm_keeps_it(engine: Engine, shop: Shop) -> None:
    columns = (
        "id", "external_id", "number", "status", "is_counted", "is_test", "is_rounded", "placed_at", "placed_on",
        "created_at", "updated_at", "currency", "present_placed_minor", "present_refunded_minor", "present_net_minor",
        "taxes_included",
    )  # fmt: skip
    row = (1, "o1", "#1", "paid", True, False, False, AT, date(2026, 3, 1), AT, AT, "EUR", 100, 0, 100, False)
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.batch().upsert(Order, columns, [row], key=["external_id"])
        assert scope.first(select(Order).where(Order.placed_on >= date(2026, 3, 1))) is not None
        assert scope.get(Order, 1).placed_on == date(2026, 3, 1)


def test_a_batch_is_as_fast_as_the_driver(sqlite_engine: Engine) -> None:
    """Beside the driver's own executemany of converted values: within three times, far from the ORM's thirty."""
    from tests.conftest import make_shop  # noqa: PLC0415

    shop = make_shop(sqlite_engine)
    numbers = new_ids(4000)
    random.shuffle(numbers)
    rows = [person(number) for number in numbers]
    plain = [(*row[:3], 1_772_368_215_123_456, *row[4:]) for row in rows]
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        batch, cursor = scope.batch(), scope.batch()._cursor()
        started = time.thread_time()  # seconds of the processor: those do not grow where others work beside
        sql = f"INSERT INTO customers (shop_id, {', '.join(COLUMNS)}) VALUES (?{', ?' * len(COLUMNS)})"
        cursor.executemany(sql, [(shop.id, *row) for row in plain])
        driver = time.thread_time() - started
        batch.execute("DELETE FROM customers WHERE shop_id = :shop_id", {})
        started = time.thread_time()
        put(batch, *rows)
        assert time.thread_time() - started < 3 * driver + 0.05
