"""WooCommerce's own Analytics beside the lists: the same to the cent, but for what is known to differ."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.shop import Order
from tests.sandbox.woocommerce.conftest import Caller, Street

Made = Callable[..., Street]
EVENING = datetime(2026, 7, 10, 19, 0, 0, tzinfo=UTC)  # already the 11th in Kolkata


def figures(woo: Caller, first: str = "2026-07-01", last: str = "2026-07-31") -> dict[str, Any]:
    query = {"after": f"{first}T00:00:00", "before": f"{last}T23:59:59", "interval": "day", "per_page": "100"}
    basic = {"auth": (woo.options.key, woo.options.secret), "headers": {"X-Forwarded-Proto": "https"}}
    path = "/wp-json/wc-analytics/reports/revenue/stats"
    body = woo.app.test_client().get(path, query_string=query, **basic).get_json()
    assert body["totals"]["orders_count"] == sum(row["subtotals"]["orders_count"] for row in body["intervals"])
    return {row["interval"]: (row["subtotals"]["orders_count"], row["subtotals"]["total_sales"])
            for row in body["intervals"] if any(row["subtotals"].values())}  # fmt: skip


def sell(street: Street, at: datetime, payment: str = "paid") -> Order:
    order = street.box.place_order([(10, 1)], person_id=2, payment=payment)  # 23.90
    order.created_at = order.placed_at = at
    return order


@pytest.fixture
def kolkata(shop_of: Made) -> Street:
    return shop_of("Asia/Kolkata")


def test_sales_are_of_the_shops_local_day_and_refunds_of_their_own(kolkata: Street) -> None:
    order = sell(kolkata, EVENING)
    sell(kolkata, EVENING - timedelta(hours=2))
    kolkata.box.refund(order.id, [], amount_minor=390).created_at = EVENING + timedelta(days=3)
    assert figures(kolkata.woo) == {"2026-07-10": (1, 23.9), "2026-07-11": (1, 23.9), "2026-07-14": (0, -3.9)}


def test_what_is_pending_failed_cancelled_or_in_the_trash_is_no_sale(kolkata: Street) -> None:
    sell(kolkata, EVENING, "pending")
    sell(kolkata, EVENING, "failed")
    kolkata.box.trash_order(sell(kolkata, EVENING).id)
    assert figures(kolkata.woo) == {}
    path = "settings/wc_admin/woocommerce_excluded_report_order_statuses"
    assert kolkata.woo.get(path)["value"] == ["pending", "failed", "cancelled"]


def test_posts_keep_the_sales_that_rest_put_into_the_trash(shop_of: Made) -> None:
    street = shop_of("Asia/Kolkata", storage="posts")
    street.box.trash_order(sell(street, EVENING).id)
    assert figures(street.woo) == {"2026-07-11": (1, 23.9)}


@pytest.mark.parametrize(("storage", "sales"), [("hpos", -3.9), ("posts", 0)])
def test_tables_go_on_subtracting_refunds_that_went_with_their_order(shop_of: Made, storage: str, sales: float) -> None:
    street = shop_of("Asia/Kolkata", storage=storage)
    order = sell(street, EVENING)
    street.box.refund(order.id, [], amount_minor=390).created_at = EVENING
    street.box.delete_order(order.id)
    assert figures(street.woo).get("2026-07-11", (0, 0)) == (0, sales)


def test_tables_go_on_subtracting_a_deleted_refund(kolkata: Street) -> None:
    order = sell(kolkata, EVENING)
    refund = kolkata.box.refund(order.id, [], amount_minor=390)
    refund.created_at = EVENING
    kolkata.box.delete_refund(order.id, refund.id)
    assert figures(kolkata.woo) == {"2026-07-11": (1, 20.0)}


def test_orders_of_a_status_that_vanished_stay(kolkata: Street) -> None:
    sell(kolkata, EVENING).held_status = "shipped"
    assert figures(kolkata.woo) == {"2026-07-11": (1, 23.9)}


def test_11_imports_twice_a_day_so_that_now_lags(shop_of: Made) -> None:
    street = shop_of(version="11.0.1")
    order = street.box.place_order([(10, 1)], person_id=2)
    order.created_at = street.box.now()
    day = order.created_at.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()
    assert figures(street.woo, day, day) == {}
    before = figures(street.woo)
    sell(street, EVENING)
    assert figures(street.woo) != before


@pytest.mark.parametrize(("storage", "is_zero"), [("hpos", True), ("posts", False)])
def test_the_old_sales_report_is_all_zeros_on_hpos(shop_of: Made, storage: str, is_zero: bool) -> None:
    assert (shop_of(storage=storage).woo.get("reports/sales")[0]["total_sales"] == "0.00") is is_zero
