"""What was silent in a real shop is repaired, and the proof page and its report name each record of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.commerce.models import Order
from app.factory import create_app
from app.settings import read
from tests.panel.conftest import sign_in_as
from tests.sync.proving import Copy, copied


@pytest.fixture
def copy(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(sqlite_engine, tmp_path, face="woocommerce") as found:
        yield found


def test_every_repaired_record_is_named(copy: Copy, tmp_path: Path) -> None:
    """R1."""
    client = create_app(read({"REGULARS_HOME": str(tmp_path)}), copy.context.engine).test_client()
    sign_in_as(client, copy.context.engine, "owner@example.com")
    paid = [one for one in copy.all(Order) if one.is_counted and one.refunded_minor == 0]
    gone, refunded = (one.external_id for one in sorted(paid, key=lambda one: one.placed_at)[-2:])
    placed = copy.act("place_order", email="new@example.com")["order_id"]
    copy.act("delete", order_id=int(gone))
    refund = copy.act("refund", order_id=int(refunded), lines=[], amount_minor=100)["refund_id"]
    copy.reconcile()
    records = {f"Order {placed}", f"Order {gone}", f"Order {refunded}", f"Refund {refund}"}
    page = client.get("/panel/connections/proof").text
    assert records <= set(re.findall(r"<strong>(\w+ \d+)</strong>", page))
    assert "Not repaired" not in page
    assert "is the same in your shop and here" in client.get("/panel/").text
    said = client.get("/panel/connections/proof/report.txt").text
    for one in records:
        assert re.search(rf"{one}: .*; repaired", said), one
    assert re.search(r"Refunds of all time +(\d+) +\1\n", said)
    assert client.get("/panel/connections/health").status_code == 200
