"""Dates in requests: by zone, by storage, across a change of the clocks, after a change of the zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.shop import Order
from tests.sandbox.woocommerce.conftest import Caller, Street

Made = Callable[..., Street]
ZONES = ("America/Los_Angeles", "Pacific/Auckland", "Asia/Kolkata", "Europe/Berlin")
STORAGES = ("hpos", "posts")
AT = datetime(2026, 7, 10, 12, 0, 0, tzinfo=UTC)
BACK = datetime(2026, 10, 25, 1, 0, 0, tzinfo=UTC)  # when Berlin's clocks went back from three to two


def orders_at(street: Street, moments: list[datetime]) -> list[Order]:
    street.box.shop.orders.clear()
    made = [street.box.place_order([(10, 1)], person_id=2) for _ in moments]
    for order, at in zip(made, moments, strict=True):
        order.created_at = order.placed_at = order.updated_at = at
    return made


def asked(woo: Caller, at: datetime, ending: str = "", **query: Any) -> list[int]:
    text = at.isoformat()[:19] + ending
    return woo.ids("orders", modified_after=text, orderby="id", order="asc", per_page=100, **query)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("storage", STORAGES)
def test_only_naive_gmt_with_the_flag_is_exact_everywhere(shop_of: Made, storage: str, zone: str) -> None:
    street = shop_of(zone, storage=storage)
    made = orders_at(street, [AT + timedelta(hours=hours) for hours in range(-14, 15)])
    later = [order.id for order in made if order.updated_at > AT]
    assert asked(street.woo, AT, dates_are_gmt="true") == later


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("storage", STORAGES)
def test_an_offset_with_the_flag_loses_hours_in_the_east_and_repeats_them_in_the_west(
    shop_of: Made, storage: str, zone: str
) -> None:
    street = shop_of(zone, storage=storage)
    made = orders_at(street, [AT + timedelta(hours=hours) for hours in range(-14, 15)])
    shift = AT.astimezone(ZoneInfo(zone)).utcoffset()
    assert shift is not None
    assert asked(street.woo, AT, "Z", dates_are_gmt="true") == [o.id for o in made if o.updated_at > AT + shift]


@pytest.mark.parametrize("storage", STORAGES)
def test_a_naive_date_without_the_flag_is_shop_local(shop_of: Made, storage: str) -> None:
    street = shop_of("America/Los_Angeles", storage=storage)
    made = orders_at(street, [AT + timedelta(hours=hours) for hours in range(10)])
    assert asked(street.woo, AT) == [order.id for order in made[8:]]


def test_z_without_the_flag_loses_orders_on_posts_in_the_hour_when_clocks_go_back(shop_of: Made) -> None:
    twice = [BACK - timedelta(minutes=30), BACK + timedelta(minutes=15)]  # half past two, and a quarter past two again
    hpos, posts = (shop_of(storage=storage) for storage in STORAGES)
    for street, is_found in ((hpos, True), (posts, False)):
        _, second = orders_at(street, twice)
        assert (asked(street.woo, twice[0], "Z") == [second.id]) is is_found


def test_z_without_the_flag_is_off_on_posts_after_the_zone_was_changed(shop_of: Made) -> None:
    for storage, is_right in zip(STORAGES, (True, False), strict=True):
        street = shop_of("America/New_York", storage=storage)
        made = orders_at(street, [AT + timedelta(hours=hours) for hours in range(-3, 4)])
        street.box.change_shop(timezone="Europe/Berlin")
        later = [order.id for order in made[4:]]
        assert (asked(street.woo, AT, "Z") == later) is is_right
        assert asked(street.woo, AT, dates_are_gmt="true") == later


@pytest.mark.parametrize("zone", ZONES)
def test_local_is_gmt_and_zone_in_every_body(shop_of: Made, zone: str) -> None:
    street = shop_of(zone)
    [order] = orders_at(street, [BACK + timedelta(minutes=15)])
    for path in (f"orders/{order.id}", "customers/2", "products/1"):
        body = street.woo.get(path)
        gmt = datetime.fromisoformat(body["date_created_gmt"]).replace(tzinfo=UTC)
        assert body["date_created"] == gmt.astimezone(ZoneInfo(zone)).isoformat()[:19]


@pytest.mark.parametrize(("storage", "total"), [("hpos", "0"), ("posts", "3")])
def test_past_the_end_only_tables_forget_their_totals(shop_of: Made, storage: str, total: str) -> None:
    street = shop_of(storage=storage)
    orders_at(street, [AT] * 3)
    answer = street.woo.call("GET", "orders", page=99)
    assert (answer.status_code, answer.get_json(), answer.headers["X-WP-Total"]) == (200, [], total)


@pytest.mark.parametrize(("storage", "is_listed"), [("hpos", True), ("posts", False)])
def test_refunds_of_trashed_orders_are_listed_by_tables_only(shop_of: Made, storage: str, is_listed: bool) -> None:
    street = shop_of(storage=storage)
    [order] = orders_at(street, [AT])
    refund = street.box.refund(order.id, [], amount_minor=100)
    street.box.trash_order(order.id)
    assert (refund.id in street.woo.ids("refunds")) is is_listed


@pytest.mark.parametrize("zone", ZONES)
def test_head_counts_orders_of_a_local_day(shop_of: Made, zone: str) -> None:
    street, there = shop_of(zone), ZoneInfo(zone)
    orders_at(street, [BACK + timedelta(hours=hours) for hours in range(-40, 40)])
    days: dict[str, int] = {}
    for order in street.box.shop.orders.values():
        day = order.created_at.astimezone(there).date().isoformat()
        days[day] = days.get(day, 0) + 1
    for day, count in days.items():
        start = datetime.fromisoformat(day).replace(tzinfo=there)
        end = (datetime.fromisoformat(day) + timedelta(days=1)).replace(tzinfo=there)
        after = (start.astimezone(UTC) - timedelta(seconds=1)).isoformat()[:19]
        before = end.astimezone(UTC).isoformat()[:19]
        said = street.woo.total("orders", per_page=1, after=after, before=before, dates_are_gmt="true")
        assert said == count, day
