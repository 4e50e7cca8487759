"""Whatever the order of arrival, and however often: the same shop."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import SQLModel, col, select

from app.commerce import owners
from app.commerce.models import Customer, CustomerStats, LineItem, Order, Refund
from app.commerce.state_hash import state_hash
from app.db.engine import open_engine
from app.db.scope import ShopScope, shop_scope
from app.shops.models import Shop
from connectors.records import Address, ConsentRecord, CustomerHead, Deletion, Record
from tests.commerce.said import DAY, NOW, at, checkout, customer, head, line, order, product, refund, sums, take_in
from tests.conftest import import_models, make_shop

# The history of a small shop. The last state of each thing is what the platform says when it is asked, and whole.
REFUNDED = (refund("9", "1", 1000),)
AGREED = ConsentRecord("email", "Ana@example.com", "granted", at(3), source="shopify")
REFUSED = ConsentRecord("email", "ana@example.com", "refused", at(30), source="shopify")
TEACHER = CustomerHead(DAY, "ana@example.com", first_name="Ana", last_name="Vega")
HISTORY: dict[tuple[str, str], list[Record]] = {
    ("order", "1"): [
        order("1", 0, head=head(status="pending", is_counted=False), tags=()),
        order("1", 1, head=head(), tags=("paid",)),
        order("1", 2, head=head(note="ring"), lines=(line("1"),), tags=("paid", "edited")),
        order("1", 60, head=head(sums=sums(5000, 1000), customer_external_id="7"), refunds=REFUNDED, tags=("back",)),
    ],
    ("order", "2"): [
        order("2", 0, head=head(at(9), email="Guest@example.com "), billing=Address("G", "Uest")),
        order(
            "2",
            5,
            head=head(at(9), sums=sums(900, currency="USD"), email="guest@example.com"),
            billing=Address("G", "Est"),
            tags=("x",),
        ),
    ],
    ("order", "3"): [order("3", 1, head=head(at(9), customer_external_id="8", email="c@example.com"), tags=())],
    ("order", "4"): [order("4", 1, head=head(at(9), customer_external_id="8", email="d@example.com"), tags=())],
    ("customer", "7"): [
        customer("7", None, consents=()),
        customer("7", 4, consents=(AGREED,)),
        customer("7", 31, consents=(REFUSED,), head=TEACHER, tags=("vip",)),
    ],
    ("product", "50"): [product(), product(version=3, tags=("new",), variants=())],
    ("checkout", "c1"): [
        checkout(consent=AGREED),
        checkout(version=2, url="https://shop.example/c1", customer_external_id="7"),
    ],
}
STATES = [record for states in HISTORY.values() for record in states]
_NUMBERS = count()
THIN: list[Record] = [
    order("1", 60, head=None, lines=None, refunds=REFUNDED),
    order("1", 60, head=head(sums=sums(5000, 1000), customer_external_id="7"), lines=None, refunds=None),
    REFUNDED[0],
    refund("9", "1", 1000, created_at=None, reason=None, lines=None),
    customer("7", 31, head=None, tags=("vip",)),
    Deletion("order", "2"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path: Path = tmp_path_factory.mktemp("arrival") / "regulars.sqlite"
    import_models()
    engine = open_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)
    yield engine
    engine.dispose()


def answer(asked: list[tuple[str, str]]) -> list[Record]:
    """What the platform says when it is asked: nothing was really deleted, and a refund is read with its order."""
    kinds = [(kind.removeprefix("deleted:").replace("refund", "order"), one) for kind, one in asked]
    return [HISTORY[place][-1] for place in dict.fromkeys(kinds)]


def settle(engine: Engine, shop: Shop, batches: list[list[Record]]) -> None:
    """All that arrives, and after it what was asked for."""
    asked: list[tuple[str, str]] = []
    for batch in batches:
        asked += take_in(engine, shop, *batch, now=NOW).refetch
    asked = take_in(engine, shop, *answer(asked), fresh=True, now=NOW).refetch
    assert asked == []


def backfill(engine: Engine, shop: Shop, batches: list[list[Record]]) -> None:
    """The last states alone; the figures counted once all of them are here."""
    asked = [one for batch in batches for one in take_in(engine, shop, *batch, is_history=True, now=NOW).refetch]
    assert take_in(engine, shop, *answer(asked), fresh=True, now=NOW).refetch == []
    after: int | None = 0
    while after is not None:
        with shop_scope(engine, shop.id, write=True) as scope:
            _, after = owners.count(scope, after, 1_000, NOW)


def view(scope: ShopScope) -> dict[str, Any]:
    """What is derived: everybody's name and figures, by the platform's ids."""
    external = {row.id: row.external_id for row in scope.all(select(Order))}
    people = {row.id: row for row in scope.all(select(Customer)) if row.deleted_at is None}
    return {
        people[row.customer_id].external_id: (
            people[row.customer_id].email, people[row.customer_id].last_name, people[row.customer_id].created_at,
            row.orders_count, row.not_converted, row.placed_minor, row.refunded_minor, row.net_minor,
            row.first_order_at, row.last_order_at, external.get(row.first_order_id or 0),
        )
        for row in scope.all(select(CustomerStats)) if row.customer_id in people
    }  # fmt: skip


def recount(scope: ShopScope, stats: CustomerStats) -> tuple[Any, ...]:
    """A customer's figures, counted the plain way."""
    theirs = select(Order).where(Order.customer_id == stats.customer_id, col(Order.is_counted).is_(True))
    orders = [row for row in scope.all(theirs) if row.deleted_at is None]
    known = [row for row in orders if row.net_minor is not None]
    first = min(orders, key=lambda row: (row.placed_at, row.external_id), default=None)
    return (
        len(orders), len(orders) - len(known), sum(row.placed_minor or 0 for row in known),
        sum(row.refunded_minor or 0 for row in known), sum(row.net_minor or 0 for row in known),
        first and first.placed_at, max((row.placed_at for row in orders), default=None), first and first.id,
    )  # fmt: skip


def figures(row: CustomerStats) -> tuple[Any, ...]:
    return (
        row.orders_count, row.not_converted, row.placed_minor, row.refunded_minor, row.net_minor, row.first_order_at,
        row.last_order_at, row.first_order_id,
    )  # fmt: skip


def batches() -> st.SearchStrategy[list[list[Record]]]:
    """Every state at least once, some again, thin ones between them, cut into batches anywhere."""
    extra = st.lists(st.sampled_from(STATES + THIN), max_size=12)
    shuffled = extra.flatmap(lambda more: st.permutations([*STATES, *more]))
    return shuffled.flatmap(
        lambda all_: st.sets(st.integers(1, len(all_) - 1), max_size=8).map(
            lambda cuts: [all_[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(all_)], strict=True)]
        )
    )


@settings(max_examples=60)
@given(batches=batches())
def test_every_order_of_arrival_ends_in_the_same_shop(database: Engine, batches: list[list[Record]]) -> None:
    shops = [make_shop(database, domain=f"shop{next(_NUMBERS)}.myshopify.com") for _ in range(2)]
    settle(database, shops[0], batches)
    backfill(database, shops[1], [states[-1:] for states in HISTORY.values()])
    with shop_scope(database, shops[0].id) as ours, shop_scope(database, shops[1].id) as plain:
        assert state_hash(ours) == state_hash(plain)
        assert view(ours) == view(plain)
        for row in ours.all(select(CustomerStats)):
            assert figures(row) == recount(ours, row)


def test_both_databases_give_the_same_hash(sqlite_engine: Engine, postgres_engine: Engine) -> None:
    hashes = []
    for engine in (sqlite_engine, postgres_engine):
        shop = make_shop(engine)
        settle(engine, shop, [STATES])
        with shop_scope(engine, shop.id) as scope:
            hashes.append(state_hash(scope))
    assert hashes[0] == hashes[1]


def test_the_hash_sees_every_table(sqlite_engine: Engine) -> None:
    shop = make_shop(sqlite_engine)
    seen = set()
    for states in [*HISTORY.values(), [refund("77", "1", 5)], [customer("9", 1, consents=(AGREED, REFUSED))]]:
        take_in(sqlite_engine, shop, states[-1], now=NOW + timedelta(days=1))
        with shop_scope(sqlite_engine, shop.id) as scope:
            seen.add(state_hash(scope))
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        line_ = scope.all(select(LineItem))[0]
        line_.quantity += 1
        scope.flush()
        seen.add(state_hash(scope))
        scope.delete(scope.all(select(Refund))[0])
        scope.flush()
        seen.add(state_hash(scope))
    assert len(seen) == len(HISTORY) + 4
