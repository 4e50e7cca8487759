"""What takes longer: whole shops, and the memory that they take."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.backfill import run
from benchmarks.delivery import webhook_during_backfill
from benchmarks.house import history, house
from benchmarks.results import Result

_SHOPS = (
    ("woocommerce", 102_000), ("shopify", 10_000), ("shopify", 102_000), ("shopify", 500_000), ("shopify", 1_000_000),
)  # fmt: skip


def large(folder: Path) -> Iterator[Result]:
    """102,000 orders as an average shop has them, up to a million from one bulk file, a webhook amid 100,000."""
    yield from webhook_during_backfill(100_000, 60, folder)
    for face, orders in _SHOPS:
        with house(face, history(face, orders, folder), "sqlite") as at:
            used = run(at, face)
        name = f"large_{face}_{orders}"
        yield Result(name, round(orders / used["seconds"]), "orders/s", note=f"{used['seconds']:.0f} s in all")
        yield Result(f"{name}_memory", used["peak_mb"], "MB", note="peak of the worker")
