"""`regulars demo --once`: the whole journey in processes; its figures are those of the sandboxes' own books."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import fresh

MOST_MEMORY_MB = 700
# Every order of a customer of UCI's Online Retail with lines; money in minor units of GBP.
ONLINE_RETAIL = {
    "customers": 4338,
    "orders": 18532,
    "line_items": 397884,
    "products": 3665,
    "currency": "GBP",
    "placed_minor": 891140790,
    "refunds": 3848,
    "refunded_minor": 51566315,
    "net_minor": 839574475,
    "not_converted": 0,
}
# CDNOW's own figures: each row an order of one line, in USD, all paid.
CDNOW = {
    "customers": 23570,
    "orders": 69659,
    "line_items": 69659,
    "currency": "USD",
    "placed_minor": 250031563,
    "refunds": 0,
}
needs_online_retail = pytest.mark.skipif(
    "ONLINE_RETAIL" not in os.environ, reason="ONLINE_RETAIL names no file with UCI's Online Retail orders"
)


def journey(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    """The journey's own report, once it ended well: no difference, no figure that is not in the books."""
    command = [sys.executable, "-m", "app.cli", "demo", "--once", "--json", *arguments]
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500, env=environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(tmp_path.glob("regulars-*")) == []
    report: dict[str, Any] = json.loads(done.stdout)
    assert all(0 < peak < MOST_MEMORY_MB for peak in report["peak_rss_mb"].values())
    return report


def test_the_generated_shop_on_sqlite(tmp_path: Path) -> None:
    report = journey(tmp_path)
    assert [shop["platform"] for shop in report["shops"]] == ["shopify", "woocommerce"]
    assert all(shop["orders"] > 5000 and shop["audit_differences"] == 0 for shop in report["shops"])
    assert all(shop["mails_sent"] == 3 and shop["recovered_orders"] == 2 for shop in report["after_shoppers"])


def test_the_generated_shop_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with fresh(postgres_url) as url:
        report = journey(tmp_path, "--database-url", url)
    assert all(shop["orders"] > 5000 and shop["audit_differences"] == 0 for shop in report["shops"])
    assert all(shop["mails_sent"] == 3 and shop["recovered_orders"] == 2 for shop in report["after_shoppers"])


def test_cdnow(tmp_path: Path) -> None:
    report = journey(tmp_path, "--data", "cdnow")
    for shop in report["shops"]:
        assert {name: shop[name] for name in CDNOW} == CDNOW


@needs_online_retail
def test_online_retail(tmp_path: Path) -> None:
    for shop in journey(tmp_path, "--data", "online-retail", os.environ["ONLINE_RETAIL"])["shops"]:
        assert {name: shop[name] for name in ONLINE_RETAIL} == ONLINE_RETAIL


@needs_online_retail
def test_online_retail_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    arguments = ("--face", "woocommerce", "--data", "online-retail", os.environ["ONLINE_RETAIL"])
    with fresh(postgres_url) as url:
        (shop,) = journey(tmp_path, "--database-url", url, *arguments)["shops"]
    assert {name: shop[name] for name in ONLINE_RETAIL} == ONLINE_RETAIL
