"""The sweep's pages: every row, the ids that there are, and pauses that leave the shop its time."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from app.errors import Refused
from connectors.base import Page, Refusal, ShopFacts, Wait
from connectors.records import Census, CustomerRecord, Deletion, Hint, OrderRecord, ProductRecord
from connectors.woocommerce.audit import WooAuditor
from connectors.woocommerce.backfill import Walker
from connectors.woocommerce.changes import Changes
from connectors.woocommerce.errors import MayNot
from connectors.woocommerce.sweep import SHARE, sweep
from tests.connectors.woocommerce.test_woocommerce_changes import NOON, pages

PATH = "wc/v3/customers"


@pytest.fixture
def shop(script: Callable[..., Any], recorded: Callable[[str], Any]) -> Any:
    people = [recorded("customer_single") | {"id": number} for number in range(2, 251)]
    return script({PATH: people}, seconds=lambda size: 0.5)


def censuses(parts: Sequence[Page | Wait]) -> list[Census]:
    return [record for page in pages(parts) for record in page.records if isinstance(record, Census)]


def test_a_sweep_reads_every_row_and_counts_them_without_a_gap(shop: Any, facts: ShopFacts) -> None:
    """R7: customers have no filter by time, and nobody tells of all that are deleted."""
    parts = list(sweep(Walker(shop, lambda: facts), "customers", None))
    rows = {r.external_id for page in pages(parts) for r in page.records if isinstance(r, CustomerRecord)}
    assert rows == {str(number) for number in range(2, 251)}
    spans = [(census.after, census.until) for census in censuses(parts)]
    assert spans == [(0, 101), (101, 200), (200, None)]
    for census in censuses(parts):
        inside = {one for one in rows if census.after < int(one) <= (census.until or 1000)}
        assert inside <= set(census.external_ids)


def test_a_sweep_takes_a_quarter_of_one_connections_time(shop: Any, facts: ShopFacts) -> None:
    parts = list(sweep(Walker(shop, lambda: facts), "customers", None))
    pauses = [part.seconds for part in parts if isinstance(part, Wait)]
    assert pauses == [1.5, 1.5]  # after half a second each; none after the last
    assert 0.5 / (0.5 + pauses[0]) == SHARE
    assert len(shop.asked) == 3  # nothing was read ahead


def test_a_sweep_goes_on_where_it_was_stopped(shop: Any, facts: ShopFacts) -> None:
    walker = Walker(shop, lambda: facts)
    first = next(iter(sweep(walker, "customers", None)))
    assert isinstance(first, Page)
    rest = censuses(list(sweep(walker, "customers", first.cursor)))
    assert [(census.after, census.until) for census in rest] == [(101, 200), (200, None)]


@pytest.mark.parametrize(("is_silent", "count"), [(True, 3), (False, 0)])
def test_orders_of_late_are_read_where_their_edits_are_silent(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts, monkeypatch: pytest.MonkeyPatch,
    is_silent: bool, count: int,
) -> None:  # fmt: skip
    """R7: those kept as posts move their date for few changes."""
    monkeypatch.setattr(WooAuditor, "has_silent_edits", lambda self: is_silent)
    monkeypatch.setattr("connectors.woocommerce.sweep.utc_now", lambda: NOON)
    shop = script({"wc/v3/orders": [recorded("order_guest") | {"id": number} for number in (4, 7, 9)]})
    [page] = pages(sweep(Walker(shop, lambda: facts), "orders", None))
    assert [type(record) for record in page.records] == [OrderRecord] * count  # nobody is counted: others are older
    asked = {(params["after"], params["dates_are_gmt"]) for _, params in shop.asked}
    assert asked == ({("2026-10-16T12:00:00", "true")} if is_silent else set())


def test_a_pull_asks_for_whoever_bought(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    """R7: an order that changed may have changed its customer, of whom no list tells."""
    orders = [recorded("order_coupon") | {"id": number} for number in (1, 2)]
    buyer = str(orders[0]["customer_id"])
    guest = recorded("order_guest") | {"id": 3}
    shop = script({"wc/v3/orders": [*orders, guest]})
    found = pages(Changes(Walker(shop, lambda: facts)).since("orders", NOON, None))
    records = [record for page in found for record in page.records]
    assert [r.external_id for r in records if isinstance(r, OrderRecord)] == ["1", "2", "3"]
    assert [r for r in records if isinstance(r, Hint)] == [Hint("customer", buyer)]


def test_a_shop_that_does_not_know_drafts_is_read_all_the_same(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    shop = script({"wc/v3/orders": [recorded("order_guest")]}, trash={"wc/v3/orders": [{"id": 7, "status": "trash"}]})

    def refuse(path: str, params: dict[str, str]) -> None:
        if params.get("status") == "checkout-draft":
            raise Refused("shop.test says: Invalid parameter(s): status (rest_invalid_param)")

    shop.before = refuse
    found = pages(Walker(shop, lambda: facts).all_of("orders", None))
    assert [type(record) for page in found for record in page.records] == [OrderRecord, Deletion]
    assert [page.failures for page in found if page.failures] == []
    assert found[-1].cursor is None


def test_a_shop_without_a_list_of_categories_has_products_all_the_same(
    script: Callable[..., Any], recorded: Callable[[str], Any], facts: ShopFacts
) -> None:
    shop = script({"wc/v3/products": [recorded("product_simple")]})
    found = pages(Walker(shop, lambda: facts).all_of("products", None))
    assert [type(record) for page in found for record in page.records] == [ProductRecord]
    assert found[-1].cursor is None


def test_what_a_keys_user_may_not_read_is_left_out_and_told(script: Callable[..., Any], facts: ShopFacts) -> None:
    """Coupons alone are no reason to stop; without its orders a shop waits for its merchant."""
    shop = script({"wc/v3/coupons": [], "wc/v3/orders": []})

    def refuse(path: str, params: dict[str, str]) -> None:
        raise MayNot("The key's user may not do this.")

    shop.before = refuse
    walker = Walker(shop, lambda: facts)
    [page] = pages(walker.all_of("coupons", None))
    assert (page.records, page.cursor) == ((), None)
    assert walker.refusals == [Refusal("wc/v3/coupons", "The key's user may not do this.")]
    with pytest.raises(MayNot):
        list(walker.all_of("orders", None))
