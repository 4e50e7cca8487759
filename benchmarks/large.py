"""What takes longer: whole shops, and the memory that they take; one at a shop's own pace."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import func, select

from app.commerce.models import Order
from app.db.scope import shop_scope
from benchmarks.backfill import run
from benchmarks.delivery import webhook_during_backfill
from benchmarks.house import House, history, house
from benchmarks.results import Result

_PACED, _PAGE = 102_000, 1.0  # orders of a shop that takes so many seconds for a page
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


def pace(folder: Path) -> Iterator[Result]:
    """A real shop's pace, and the worker killed half-way: another goes on where it was."""
    with house("woocommerce", history("woocommerce", _PACED, folder), "sqlite", _PAGE) as at:
        began = time.monotonic()
        at.start_worker()
        at.until(lambda: _orders(at) > _PACED // 2)
        worker = at.crew.processes.pop("worker")
        os.killpg(worker.popen.pid, signal.SIGKILL)
        worker.popen.wait()
        at.start_worker()
        at.until(lambda: at.note("refunds", "done"))
        minutes, held = (time.monotonic() - began) / 60, _orders(at)
    note = f"{held:,} orders in store, {_PAGE:.0f} s a page, one worker killed half-way"
    yield Result(f"large_woocommerce_pace_{_PACED}", round(minutes, 1), "min", note=note)


def _orders(at: House) -> int:
    with shop_scope(at.context.engine, at.shop_id) as scope:
        return int(scope.scalar(select(func.count()).select_from(Order)))
