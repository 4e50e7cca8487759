"""Does an import keep its pace in a large shop? As many orders, ours and bare, into a store of one size after another.

The store grows within the database by copies of an imported block, each with customers and years of its own, so that
nothing is ever whole in memory or on disk beside it. Then a block that nobody has seen comes as pages, its people drawn
from all copies; and its rows once more by the bare writer, under other names."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from sqlmodel import SQLModel

from app.commerce import owners
from app.commerce.ingest import ingest
from app.db.care import analyze
from app.db.scope import every_shop, shop_scope
from app.journal.chain import seal
from app.journal.keep import keep_page
from app.lib.clock import utc_now
from app.lib.encryption import Keyring, new_key
from app.lib.ids import new_id
from benchmarks import raw
from benchmarks.bulk import new_shop
from benchmarks.house import fresh, history
from benchmarks.replay import Rows
from benchmarks.results import Result
from connectors.base import ShopFacts
from connectors.records import Record
from connectors.woocommerce import catalogue, normalise, types
from connectors.woocommerce.rows import bodies, read

_BLOCK, _PAGE = 20_000, 500
_KEYRING = Keyring([new_key()])
_FACTS = ShopFacts("measured.example", "Measured", "EUR", "Europe/Berlin", "https://measured.example")
_APART = 1 << 42  # between our ids of one copy and the next
_SPAN = 1_095 * 86_400_000_000  # the microseconds that a block lasts
_PEOPLE = 1_000_000  # between the platform's numbers of one copy's customers and the next's
_UNSEEN = 900_000_000  # numbers of orders that no copy has
_COPY = {
    "customers": {
        "id": "id - :back * :apart", "email": ":copy || '.' || email", "email_key": ":copy || '.' || email_key",
        "external_id": """CASE WHEN is_guest THEN 'guest:' || :copy || '.' || email_key
                          ELSE CAST(external_id AS INTEGER) + :copy * :people END""",
    },
    "customer_stats": {"customer_id": "customer_id - :back * :apart", "first_order_id": "NULL"},
    "orders": {
        "id": "id - :back * :apart", "customer_id": "customer_id - :back * :apart",
        "external_id": "CAST(CAST(external_id AS INTEGER) + 100000000 + :copy * 100000 AS TEXT)",
        "placed_at": "placed_at - :back * :span",
        "placed_on": "date((placed_at - :back * :span) / 1000000, 'unixepoch')",
    },
    "line_items": {"order_id": "order_id - :back * :apart"},
    "refunds": {"order_id": "order_id - :back * :apart"},
}  # fmt: skip
_AGAIN = {
    "orders": {"id": "id + :apart", "external_id": "external_id || 'x'"},
    "line_items": {"order_id": "order_id + :apart"},
    "refunds": {"order_id": "order_id + :apart"},
}  # fmt: skip


def growth(folder: Path, sizes: Sequence[int] = (500_000, 2_000_000, 5_000_000)) -> Iterator[Result]:
    """In CPU seconds of this process, without HTTP. The figures of customers are counted over all of the store, and
    their share is added."""
    first = 0.0
    with fresh("sqlite") as engine:
        store = _Store(engine, history("woocommerce", _BLOCK, folder), sizes[-1] // _BLOCK)
        for size in sizes:
            store.grow(size)
            ours, bare = store.measure()
            ratio = bare / ours
            first = first or ratio
            note = f"{_BLOCK:,} orders more; bare writer {_BLOCK / bare:,.0f}; {ratio / first:.2f} of the first ratio"
            rate = round(_BLOCK / ours)
            yield Result(f"growth_sqlite_{size}", rate, "orders/CPU-s", "raw writer", round(ratio, 3), note)


class _Store:
    def __init__(self, engine: Any, pages: Path, most: int) -> None:
        self._engine, self._most, self._copies, self._random, self._measured = engine, most, 0, Random(7), 0
        self._shop_id = new_shop(engine, "woocommerce")
        self._orders, customers = Rows(pages / "orders"), Rows(pages / "customers")
        for first in range(0, len(customers), _PAGE):
            self._write(read(customers.page(first, _PAGE), types.Customer, catalogue.customer)[0], "customers")
        self._import(self._orders.page(first, _PAGE) for first in range(0, _BLOCK, _PAGE))
        self._count()
        self._block = [self._rows("SELECT min(id), max(id) FROM " + table)[0] for table in ("customers", "orders")]

    def grow(self, orders: int) -> None:
        while (self._copies + 1) * _BLOCK < orders:
            self._copies += 1
            with every_shop(self._engine, write=True) as db:
                for table, changes in _COPY.items():
                    names, values, key = _columns(table, changes)
                    first, last = self._block[table in _AGAIN]
                    source = f"SELECT {values} FROM {table} WHERE {key} BETWEEN {first} AND {last}"
                    db.batch().execute(f"INSERT INTO {table} ({names}) {source}", self._terms())
        analyze(self._engine)

    def measure(self) -> tuple[float, float]:
        self._measured += 1
        pages, first = list(self._unseen()), new_id()
        began = time.process_time()
        self._import(pages)
        ours = time.process_time() - began
        began = time.process_time()
        self._count()
        share = _BLOCK / ((self._copies + 1) * _BLOCK)
        return ours + (time.process_time() - began) * share, raw.write(self._engine, self._again(first, new_id()))

    def _unseen(self) -> Iterator[bytes]:
        for first in range(0, _BLOCK, _PAGE):
            found = bodies(self._orders.page(first, _PAGE), types.Order)[0]
            for body in found:
                copy = self._random.randint(self._copies and 1, self._copies)
                body.id += _UNSEEN + self._measured * _PEOPLE
                body.number = str(body.id)
                body.customer_id += copy * _PEOPLE if body.customer_id else 0
                body.billing.email = f"{copy}.{body.billing.email}"
            yield msgspec.json.encode(found)

    def _import(self, pages: Iterator[bytes] | Sequence[bytes]) -> None:
        for page in pages:
            self._write(read(page, types.Order, lambda body: normalise.order(body, _FACTS))[0], "orders")

    def _write(self, records: Sequence[Record], kind: str) -> None:
        now = utc_now()
        with shop_scope(self._engine, self._shop_id, write=True) as scope:
            outcome = ingest(scope, records, now, live=False, is_history=True)
            keep_page(scope, _KEYRING, "backfill", kind, outcome, now)
            seal(scope, _KEYRING, now)

    def _count(self) -> None:
        after: int | None = 0
        while after is not None:
            with shop_scope(self._engine, self._shop_id, write=True) as scope:
                _, after = owners.count(scope, after, 1_000, utc_now())

    def _again(self, first: int, last: int) -> raw.Import:
        """The rows of the orders that were made between, under other names."""
        found: raw.Rows = {table.name: [] for table in SQLModel.metadata.sorted_tables}
        for table, changes in _AGAIN.items():
            _, values, key = _columns(table, changes)
            found[table] = self._rows(f"SELECT {values} FROM {table} WHERE {key} BETWEEN {first} AND {last}")
        return raw.in_batches(found)

    def _rows(self, sql: str) -> list[Any]:
        with every_shop(self._engine) as db:
            return db.batch().rows(sql, self._terms())

    def _terms(self) -> dict[str, int]:
        back = self._most - self._copies + 1
        return {"apart": _APART, "back": back, "copy": self._copies, "people": _PEOPLE, "span": _SPAN}


def _columns(table: str, changes: dict[str, str]) -> tuple[str, str, str]:
    """The names of its columns, what to put there, and the column that says whose row it is."""
    names = [column.name for column in SQLModel.metadata.tables[table].columns]
    key = next(
        name for name in ("order_id", "customer_id", "id") if name in names and (table != "orders" or name == "id")
    )
    return ", ".join(f'"{name}"' for name in names), ", ".join(changes.get(name, f'"{name}"') for name in names), key
