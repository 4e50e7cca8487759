"""A bulk file on disk becomes rows, in this process and without HTTP, beside the bare writer of the same rows."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from app.commerce import owners
from app.commerce.ingest import ingest
from app.db.care import analyze
from app.db.scope import every_shop, shop_scope
from app.journal.chain import seal
from app.journal.keep import keep_page
from app.lib.clock import utc_now
from app.lib.encryption import Keyring, new_key
from app.lib.ids import new_id
from app.shops.models import Account, Shop
from benchmarks import raw
from benchmarks.house import fresh, history, postgres
from benchmarks.results import Result
from connectors.shopify.history import KINDS, SLICE, Slice
from connectors.shopify.jsonl import Roots

_KEYRING = Keyring([new_key()])


def bulk_sqlite(orders: int, rounds: int, folder: Path) -> Iterator[Result]:
    """In CPU seconds of this process, which is all that works there."""
    yield _measured("bulk_sqlite", "sqlite", orders, rounds, folder)


def bulk_postgres(orders: int, rounds: int, folder: Path) -> Iterator[Result]:
    """In seconds of time: the server works beside us. The bare writer copies and merges."""
    with postgres() as address:
        yield _measured("bulk_postgres", address, orders, rounds, folder)


def _measured(name: str, engine: str, orders: int, rounds: int, folder: Path) -> Result:
    pages, ours, bare = history("shopify", orders, folder), [], []
    is_sqlite = engine == "sqlite"
    clock, write = (time.process_time, raw.write) if is_sqlite else (time.monotonic, raw.copy)
    for _ in range(rounds):
        with fresh(engine) as empty:
            shop_id = new_shop(empty, "shopify")
            for kind in ("products", "customers"):
                _import(empty, shop_id, pages, kind)
            analyze(empty)
            began = clock()
            _import(empty, shop_id, pages, "orders")
            _count(empty, shop_id)
            ours.append(clock() - began)
            left = raw.read_back(empty)
        with fresh(engine) as empty:
            bare.append(write(empty, left))
    rate, bare_rate = orders / median(ours), orders / median(bare)
    unit, against = ("orders/CPU-s", "executemany") if is_sqlite else ("orders/s", "COPY and merge")
    note = f"{orders:,} orders, {rounds} rounds; bare writer {bare_rate:,.0f}"
    return Result(name, round(rate), unit, against, round(rate / bare_rate, 3), note)


def new_shop(engine: Engine, platform: str) -> int:
    now = utc_now()
    with every_shop(engine, write=True) as db:
        account = db.add(Account(id=new_id(), name="Measured", created_at=now))
        db.flush()
        shop = Shop(
            id=new_id(), account_id=account.id, platform=platform, domain="measured.myshopify.com", name="Measured",
            home_url="https://measured.example", currency="EUR", timezone="Europe/Berlin", state="connecting",
            installed_at=now,
        )  # fmt: skip
        return int(db.add(shop).id)


def _import(engine: Engine, shop_id: int, pages: Path, kind: str) -> None:
    gc.collect()
    batch = Slice(KINDS[kind])
    for row in Roots(pages / f"{kind}.jsonl", KINDS[kind].decode):
        batch.take(row)
        if batch.size == SLICE:
            _write(engine, shop_id, kind, batch)
            batch = Slice(KINDS[kind])
    _write(engine, shop_id, kind, batch)


def _count(engine: Engine, shop_id: int) -> None:
    after: int | None = 0
    while after is not None:
        with shop_scope(engine, shop_id, write=True) as scope:
            _, after = owners.count(scope, after, 1_000, utc_now())


def _write(engine: Engine, shop_id: int, kind: str, batch: Slice) -> None:
    now = utc_now()
    with shop_scope(engine, shop_id, write=True) as scope:
        outcome = ingest(scope, batch.records, now, live=False, is_history=True)
        keep_page(scope, _KEYRING, "backfill", kind, outcome, now)
        seal(scope, _KEYRING, now)
