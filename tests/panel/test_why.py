"""A customer's page says why she is in a segment: each condition in words, with her own value."""

import re

from sqlmodel import col, select

from app.commerce.models import CustomerStats
from app.db.scope import shop_scope
from app.lib.clock import real_now
from app.segments.membership import save
from tests.panel.conftest import House


def test_each_condition_stands_with_her_own_value(house: House) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        best = scope.all(select(CustomerStats).order_by(col(CustomerStats.orders_count).desc()).limit(1))[0]
        save(scope, "Either", "orders_count >= 1 OR net_spent > 900000 OR last_order < 2001-01-01", real_now())
    said = house.client.get(f"/panel/customers/{best.customer_id}").text
    assert _row(said, "Number of orders is 1 or more.") == f"{best.orders_count} Yes"
    assert re.fullmatch(r"€[\d,.]+ No", _row(said, "Net spend is more than €900,000.00."))
    assert _row(said, "Last order (day in UTC) is less than Jan 1, 2001.").endswith(" No")


def test_a_customer_in_no_segment_is_told_nothing(house: House) -> None:
    with shop_scope(house.engine, house.ours.id) as scope:
        least = scope.all(select(CustomerStats).order_by(col(CustomerStats.orders_count)).limit(1))[0]
    assert "Why these segments" not in house.client.get(f"/panel/customers/{least.customer_id}").text


def _row(page: str, words: str) -> str:
    """What stands beside some words, without its tags."""
    found = re.search(rf"<dt>{re.escape(words)}</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())
