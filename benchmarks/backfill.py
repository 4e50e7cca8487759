"""Backfills replayed from disk by a real worker: orders per CPU second of its process, beside the bare writer."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import raw
from benchmarks.house import House, fresh, history, house
from benchmarks.results import Result

# WooCommerce tells of its refunds in a list of their own: reading them is a part of reading the orders
_LAST = {"shopify": "orders", "woocommerce": "refunds"}


def backfill(face: str, engine: str, orders: int, rounds: int, folder: Path) -> Iterator[Result]:
    """engine: "sqlite" or the address of a PostgreSQL. Import and bare writer take turns."""
    pages, cpu, bare, walls = history(face, orders, folder), [], [], []
    for _ in range(rounds):
        with house(face, pages, engine) as at:
            used = run(at, face)
            left = raw.read_back(at.context.engine)
        cpu.append(used["cpu"])
        walls.append(used["seconds"])
        with fresh(engine) as empty:
            bare.append(raw.write(empty, left))
    name = f"backfill_{face}" + ("" if engine == "sqlite" else "_postgres")
    rate, bare_rate = orders / median(cpu), orders / median(bare)
    spread = f"bare writer {bare_rate:,.0f}; {orders / median(walls):,.0f} a second of time"
    note = f"{orders:,} orders, {rounds} rounds; {spread}"
    yield Result(name, round(rate), "orders/CPU-s", "raw writer", round(rate / bare_rate, 3), note)
    if face == "woocommerce":  # whose pages hold whole orders: the plainest import that there is
        database = "sqlite" if engine == "sqlite" else "postgres"
        yield Result(f"import_{database}", round(rate), "orders/CPU-s", "raw writer", round(rate / bare_rate, 3), note)


def run(at: House, face: str) -> dict[str, Any]:
    """Let the worker read the whole shop: what the orders took of it."""
    at.start_worker()
    last = _LAST[face]
    at.until(lambda: at.note(last, "done"))
    began, ended = at.note("orders", "running"), at.note(last, "done")
    at.crew.end(["worker"])
    assert began is not None
    assert ended is not None
    return {
        "cpu": ended["cpu"] - began["cpu"], "seconds": ended["at"] - began["at"], "peak_mb": ended["peak_mb"],
    }  # fmt: skip
