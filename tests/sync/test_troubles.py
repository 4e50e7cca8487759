"""A shop with a small bucket where much goes wrong: history, changes and proof come out right all the same."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Engine

from app.context import Context
from app.db.meta import mark_as_demo
from app.demo.processes import free_port
from app.demo.waits import is_backfilled, is_idle
from app.factory import create_app
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.settings import read
from app.shops.connect import connect
from sync.__main__ import run
from sync.audit import audit
from sync.now import pull_now
from tests.serving import serving
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
ORDERS, DAY, RATE = 60, 16, 100
TROUBLES = {
    "throttled": 0.08, "limited": 0.05, "error": 0.08, "slow": 0.2, "cut": 0.12, "bulk_failed": 0.35, "drop": 0.3,
    "duplicate": 0.3, "delay": 0.2, "reorder": 0.5, "seconds": 0.2, "seed": 11,
}  # fmt: skip


class Box:
    """The shop, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> dict[str, Any]:
        return dict(requests.get(self.url + path, timeout=30).json())

    def post(self, path: str, **said: Any) -> dict[str, Any]:
        answer = requests.post(self.url + path, json=said, timeout=60)
        assert answer.ok, answer.text
        return dict(answer.json())

    def act(self, what: str, **said: Any) -> dict[str, Any]:
        return self.post("/_sandbox/act", act=what, **said)


@pytest.fixture
def box() -> Iterator[Box]:
    words = ["--face", "shopify", "--orders", str(ORDERS), "--restore-rate", str(RATE)]
    with subprocess.Popen([sys.executable, "-m", "sandbox", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True) as at:
        try:
            assert at.stdout is not None
            yield Box(at.stdout.readline().split()[1])
        finally:
            at.terminate()
            at.wait(PATIENCE)


@contextmanager
def working(context: Context) -> Iterator[None]:
    stop = threading.Event()
    worker = threading.Thread(target=run, args=[context, stop])
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def busy_day(box: Box) -> None:
    """Orders of new people, and what becomes of them."""
    for number in range(DAY):
        order = box.act("place_order", email=f"new{number}@example.com")
        line, _ = order["lines"][0]
        if number % 3 == 0:
            box.act("refund", order_id=order["order_id"], lines=[[line, 1]])
        elif number % 5 == 0:
            box.act("cancel", order_id=order["order_id"])
        else:
            box.act("fulfil", order_id=order["order_id"])


def test_history_and_changes_come_whole_however_much_goes_wrong_and_the_bucket_is_never_overdrawn(
    box: Box, sqlite_engine: Engine, tmp_path: Path
) -> None:
    """R12, R13, R15, R17, R18, R21."""
    info, port = box.get("/_sandbox/info"), free_port()
    given = {"REGULARS_HOME": str(tmp_path), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    settings = replace(read(given), shopify_origin=box.url, database_url=str(sqlite_engine.url))
    mark_as_demo(sqlite_engine)
    context = Context(settings, sqlite_engine, Keyring.load(settings))
    with serving(create_app(settings, sqlite_engine), port), working(context):
        secrets = {"client_id": info["client_id"], "client_secret": info["client_secret"]}
        shop_id = connect(context, "shopify", info["domain"], secrets, utc_now())
        box.post("/_sandbox/faults", **TROUBLES)
        until(lambda: is_backfilled(context, [shop_id]))
        busy_day(box)
        box.post("/_sandbox/webhooks/flush")
        list(pull_now(context, shop_id))
        until(lambda: is_idle(context, [shop_id]))
        struck = box.post("/_sandbox/faults")["struck"]  # and no more from now on
        points = box.get("/_sandbox/shopify/points")
        report = audit(context, shop_id)
    assert [str(difference) for difference in report.differences] == []
    assert report.orders > DAY
    assert set(struck) >= {"throttled", "error", "slow", "cut", "bulk_failed", "drop", "duplicate", "reorder"}
    assert points["tooEarly"] == 0
    assert points["lowest"] < RATE * 20 - 1000  # it was drawn on for good
