"""A whole WooCommerce shop read: from one that takes its time, where waiting is all there is, and from pages on disk,
beside the platform's own client in a plain loop and dlt, each into a SQLite of its own."""

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import requests
from woocommerce import API

from app.errors import PlatformDown
from benchmarks.backfill import run
from benchmarks.house import House, history, house
from benchmarks.results import Result
from connectors.woocommerce.transport import CONNECTIONS

_SLOW_ORDERS, _ORDERS = 10_000, 6_000
_SECONDS = 0.5  # a page
_DLT = Path(__file__).with_name("dlt_loop.py")
_DLTS_PYTHON = Path(sys.prefix) / "dlt" / "bin" / "python"  # its packages and ours do not meet
_LAST = "coupons"


def woocommerce_pull(folder: Path) -> Iterator[Result]:
    yield _slow(folder)
    with house("woocommerce", history("woocommerce", _ORDERS, folder), "sqlite") as at:
        ours = _ORDERS / run(at, "woocommerce")["seconds"]
        plain = _ORDERS / _plain_loop(at.origin, _ORDERS)
        dlt = f"; dlt {_ORDERS / _dlt(at.origin, _ORDERS):,.0f}" if _DLTS_PYTHON.exists() else ""
    others = f"woocommerce in a loop {plain:,.0f}{dlt}"
    note = f"{_ORDERS:,} orders with all that belongs to them into the store; {others}: orders alone, as they come"
    yield Result("woocommerce_pull", round(ours), "orders/s", "woocommerce in a loop", round(ours / plain, 3), note)


def _slow(folder: Path) -> Result:
    """Is anything waited for but the shop?"""
    with house("woocommerce", history("woocommerce", _SLOW_ORDERS, folder), "sqlite", _SECONDS) as at:
        before = len(_asked(at))
        at.start_worker()
        at.until(lambda: at.note(_LAST, "done"))
        times, ended = _asked(at)[before:], at.note(_LAST, "done")
        at.crew.end(["worker"])
    assert ended is not None
    least, took = len(times) * _SECONDS / CONNECTIONS, ended["at"] - times[0]
    note = f"{len(times)} answers of {_SECONDS} s over {CONNECTIONS} connections; {_SLOW_ORDERS:,} orders"
    return Result("woocommerce_pull_slow", round(took, 2), "s", "waiting alone", round(took / least, 3), note)


def _asked(at: House) -> list[float]:
    """When the shop was asked, by the clock that all processes of a machine share."""
    times: list[float] = requests.get(f"{at.origin}/asked", timeout=10).json()
    return times


def _plain_loop(origin: str, orders: int) -> float:
    """Page after page, each row as it is: the seconds that it takes."""
    api = API(url=origin, consumer_key="ck_replayed", consumer_secret="cs_replayed", version="wc/v3", timeout=60)
    began, seen = time.perf_counter(), 0
    with tempfile.TemporaryDirectory(prefix="regulars-bench-loop-") as home:
        kept = sqlite3.connect(f"{home}/orders.sqlite")
        kept.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, body TEXT)")
        while rows := api.get("orders", params={"per_page": 100, "offset": seen}).json():
            kept.executemany("INSERT INTO orders VALUES (?, ?)", [(row["id"], json.dumps(row)) for row in rows])
            kept.commit()
            seen += len(rows)
        kept.close()
    if seen != orders:
        raise PlatformDown(f"the loop read {seen} of {orders} orders")
    return time.perf_counter() - began


def _dlt(origin: str, orders: int) -> float:
    """The seconds that dlt takes from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="regulars-bench-dlt-") as home:
        words = [str(_DLTS_PYTHON), str(_DLT), origin, home]
        began = time.perf_counter()
        said = subprocess.run(words, capture_output=True, text=True, check=True, cwd=home)
        took = time.perf_counter() - began
    if int(said.stdout.split()[-1]) != orders:
        raise PlatformDown(f"dlt read {said.stdout.split()[-1]} of {orders} orders")
    return took
