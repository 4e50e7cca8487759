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
    at.until(lambda: at.note("figures", "done"))
    spans = [_span(at, "orders", _LAST[face]), _span(at, "figures", "figures")]
    at.crew.end(["worker"])
    return {
        "cpu": sum(ended["cpu"] - began["cpu"] for began, ended in spans),
        "seconds": sum(ended["at"] - began["at"] for began, ended in spans),
        "peak_mb": spans[-1][1]["peak_mb"],
    }


def _span(at: House, first: str, last: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was noted as one run began and as one ended: the import of orders, the figures of their customers."""
    began, ended = at.note(first, "running"), at.note(last, "done")
    assert began is not None
    assert ended is not None
    return began, ended
