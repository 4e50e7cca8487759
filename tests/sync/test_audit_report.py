"""What an operator or an accountant reads of the audit: both sides' oldest day, counts and sums, and what differs."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine
from sqlmodel import select

from app.cli import regulars
from app.commerce.models import Order
from app.db.scope import shop_scope
from app.reasons import Reason
from sync.audit import Report, audit
from sync.reconcile.compare import Difference
from tests.sync.proving import Copy, copied


@pytest.fixture(params=["woocommerce", "shopify"])
def copy(request: pytest.FixtureRequest, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(sqlite_engine, tmp_path, face=request.param) as found:
        yield found


@pytest.fixture
def typed(copy: Copy, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("app.cli.open_house", lambda: copy.context)
    return ["audit", str(copy.shop_id)]


def told(words: list[str]) -> Result:
    return CliRunner().invoke(regulars, words)


def test_both_sides_of_a_true_copy_are_the_sums_of_its_orders(copy: Copy, typed: list[str]) -> None:
    """R2, R63."""
    answer = told([*typed, "--json"])
    assert answer.exit_code == 0
    said = json.loads(answer.output)
    assert said["platform"]["sums"] == said["store"]["sums"]
    assert said["platform"]["oldest_order_on"] == said["store"]["oldest_order_on"]
    orders = copy.all(Order)
    assert said["store"]["oldest_order_on"] == str(min(one.placed_on for one in orders))
    in_euro = sum(one.net_minor for one in orders if one.currency == "EUR")
    sums = {currency: Decimal(money["net"]).scaleb(2) for currency, money in said["store"]["sums"].items()}
    assert sum(sums.values()) >= in_euro > 0
    assert said["orders"] == said["store"]["counts"]["orders"] == len(orders)
    assert (said["differences"], said["doubts"]) == ([], {})


def test_a_difference_is_told_as_money_and_in_the_exit_code(copy: Copy, typed: list[str]) -> None:
    with shop_scope(copy.context.engine, copy.shop_id, write=True) as scope:
        one = next(row for row in scope.all(select(Order)) if row.currency == scope.shop.currency and row.net_minor)
        was, one.net_minor = one.net_minor, one.net_minor - 1
        one.present_net_minor -= 1
        external_id, currency = one.external_id, one.currency
    answer = told(typed)
    assert answer.exit_code == 1
    there, here = f"{was / 100:.2f} {currency}", f"{(was - 1) / 100:.2f} {currency}"
    assert f"order {external_id}: net is {there} there and {here} here" in answer.output.splitlines()
    assert answer.output.splitlines()[-1].endswith(f" {len(copy.all(Order))} orders read, 1 differences")
    report = audit(copy.context, copy.shop_id)
    assert report.there.sums[currency][2] - report.here.sums[currency][2] == 1


def test_what_a_platform_counts_otherwise_than_it_lists_is_no_equality(copy: Copy) -> None:
    report = Report("1", "shop.example")
    assert report.is_equal
    day = copy.all(Order)[0].placed_on
    report.doubts[day] = Reason("counts_differ", {"counted": 3, "listed": 2})
    assert not report.is_equal
    assert [line for line in report.lines() if line.startswith(str(day))]


def test_an_amount_that_could_not_be_converted_is_none() -> None:
    assert str(Difference("order", "1", "net", "500", "None", currency="JPY")) == (
        "order 1: net is 500 JPY there and None here"
    )
