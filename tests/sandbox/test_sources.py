"""The three sources give the shops that they promise, to the penny."""

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sandbox.books import books
from sandbox.shop import Order, Shop
from sandbox.sources import cdnow, generated, online_retail, people
from sandbox.sources.load import load

ORDERS = 1500
HEAD = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


@pytest.fixture(scope="module")
def fashion() -> Shop:
    return generated.generate("demo.example", seed=7, orders=ORDERS)


@pytest.fixture(scope="module")
def retail() -> Shop:
    name = os.environ.get("ONLINE_RETAIL")
    if not name:
        pytest.skip("ONLINE_RETAIL names no copy of UCI's file")
    return load("online-retail", "demo.example", file=Path(name), until=None)


@pytest.fixture(scope="module")
def discs() -> Shop:
    try:
        return load("cdnow", "demo.example", until=None)
    except cdnow.MissingData as missing:
        pytest.skip(str(missing))


# Online Retail


def test_online_retail_has_the_figures_of_its_rules(retail: Shop) -> None:
    sheet = books(retail, "woocommerce", "demo.example")
    assert (sheet["customers"], sheet["orders"], sheet["line_items"], sheet["products"]) == (4338, 18532, 397884, 3665)
    assert (sheet["placed_minor"], sheet["refunds"]) == (891_140_790, 3848)
    assert (sheet["refunded_minor"], sheet["net_minor"]) == (51_566_315, 839_574_475)


def test_online_retail_says_the_same_to_both_faces(retail: Shop) -> None:
    ours, theirs = books(retail, "woocommerce", "d"), books(retail, "shopify", "d")
    assert {**ours, "platform": ""} == {**theirs, "platform": ""}


def test_online_retail_knows_what_its_credits_found(retail: Shop) -> None:
    full = sum(order.is_fully_refunded for order in retail.orders.values())
    part = sum(bool(order.refunds) for order in retail.orders.values()) - full
    assert (full, part) == (162, 3103)
    assert retail.notes == {"credit_rows": 8905, "credit_rows_not_wholly_matched": 1389, "units_dropped": 23970}


def test_online_retail_knows_its_best_customer(retail: Shop) -> None:
    nets: Counter[int | None] = Counter()
    for order in retail.orders.values():
        nets[order.person_id] += order.current_minor
    assert nets.most_common(1) == [(14646, 27_976_502)]
    assert sum(count > 1 for count in Counter(order.person_id for order in retail.orders.values()).values()) == 2845


def small_file(tmp_path: Path, rows: str, encoding: str = "utf-8") -> Shop:
    path = tmp_path / "retail.csv"
    path.write_text(HEAD + rows, encoding=encoding)
    return online_retail.load(path, "demo.example")


def test_a_credit_takes_the_latest_order_first_and_never_more_than_was_sold(tmp_path: Path) -> None:
    shop = small_file(
        tmp_path,
        "536365,a1,LAMP,3,12/1/2010 8:26,2.50,17850,United Kingdom\n"
        "536366,A1,LAMP,2,12/2/2010 8:26,2.50,17850,United Kingdom\n"
        "536367,A1,LAMP,9,12/9/2010 8:26,2.50,17850,United Kingdom\n"
        "C536400,A1,LAMP,-4,12/3/2010 8:26,2.50,17850,United Kingdom\n"
        "C536401,A1,LAMP,-4,12/4/2010 8:26,2.50,17850,United Kingdom\n",
    )
    assert {number: order.refunded_minor for number, order in shop.orders.items()} == {
        536365: 750,
        536366: 500,
        536367: 0,
    }
    assert shop.notes == {"credit_rows": 2, "credit_rows_not_wholly_matched": 1, "units_dropped": 3}


def test_the_last_unit_of_a_line_takes_what_is_left_of_it(tmp_path: Path) -> None:
    shop = small_file(
        tmp_path,
        "536365,A1,BEAD,3,2010-12-01 08:26:00,0.125,17850,United Kingdom\n"
        "C1,A1,BEAD,-1,2010-12-02 08:26:00,0.125,17850,United Kingdom\n"
        "C2,A1,BEAD,-2,2010-12-03 08:26:00,0.125,17850,United Kingdom\n",
    )
    order = shop.orders[536365]
    assert [order.placed_minor, *(refund.total_minor for refund in order.refunds)] == [38, 13, 25]


def test_london_times_are_kept_in_utc(tmp_path: Path) -> None:
    shop = small_file(tmp_path, "536365,A1,LAMP,1,7/1/2011 8:26,1,17850.0,United Kingdom\n")
    assert shop.orders[536365].placed_at == datetime(2011, 7, 1, 7, 26, tzinfo=UTC)


def test_the_export_with_pound_signs_is_latin_1(tmp_path: Path) -> None:
    shop = small_file(tmp_path, "536365,A1,£5 LAMP,1,7/1/2011 8:26,1,17850,United Kingdom\n", "latin-1")
    assert shop.products[20_001].title == "£5 LAMP"


def test_a_file_of_something_else_is_refused_by_name_of_the_column(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="has no column InvoiceNo"):
        online_retail.load(path, "demo.example")


# CDNOW


def test_cdnow_has_all_of_its_purchases(discs: Shop) -> None:
    orders = list(discs.orders.values())
    per_customer = Counter(order.person_id for order in orders)
    assert (len(discs.people), len(orders)) == (23_570, 69_659)
    assert sum(order.lines[0].quantity for order in orders) == 167_881
    assert sum(order.placed_minor for order in orders) == 250_031_563
    assert sum(count > 1 for count in per_customer.values()) == 11_662
    assert max(per_customer.values()) == 217
    assert sum(order.placed_minor == 0 for order in orders) == 80


def test_cdnow_runs_from_1997_to_june_1998(discs: Shop) -> None:
    times = [order.placed_at for order in discs.orders.values()]
    assert (min(times), max(times)) == (datetime(1997, 1, 1, tzinfo=UTC), datetime(1998, 6, 30, tzinfo=UTC))


def test_without_its_package_cdnow_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(cdnow.MissingData, match="make setup"):
        cdnow.load("demo.example")


# the generated shop


def test_the_same_seed_makes_the_same_shop_and_another_another(fashion: Shop) -> None:
    again, other = (generated.generate("demo.example", seed=seed, orders=ORDERS) for seed in (7, 8))
    assert again.orders == fashion.orders
    assert again.people == fashion.people
    assert other.orders != fashion.orders


def test_the_same_seed_makes_the_same_people_in_every_process() -> None:
    """Faker keeps Italian cities in a set, whose order is each process's own."""
    ask = "from sandbox.sources.people import invent; print(*(invent(1, 'it_IT', 'Italy', 'IT', i) for i in range(9)))"
    there = subprocess.run([sys.executable, "-c", ask], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert there.strip() == " ".join(str(people.invent(1, "it_IT", "Italy", "IT", i)) for i in range(9))


def test_until_moves_everything_by_whole_weeks(fashion: Shop) -> None:
    until = datetime(2027, 3, 3, 12, tzinfo=UTC)
    moved = generated.generate("demo.example", seed=7, orders=ORDERS, until=until)
    shifts = {
        new.placed_at - old.placed_at for new, old in zip(moved.orders.values(), fashion.orders.values(), strict=True)
    }
    assert len(shifts) == 1
    assert shifts.pop() % timedelta(days=7) == timedelta()
    last = max(order.placed_at for order in moved.orders.values())
    assert timedelta() <= until - last < timedelta(days=8)
    assert moved.data_end() <= until  # type: ignore[operator]


def test_the_generated_shop_is_about_as_large_as_asked(fashion: Shop) -> None:
    assert ORDERS * 0.95 < len(fashion.orders) < ORDERS * 1.1
    assert ORDERS * 0.3 < len(fashion.people) < ORDERS * 0.6


def test_it_sells_in_many_currencies_with_tax_in_and_out(fashion: Shop) -> None:
    orders = fashion.orders.values()
    assert {"EUR", "GBP", "USD", "JPY", "KWD"} == {order.currency for order in orders}
    assert {order.taxes_included for order in orders} == {True, False}
    assert {len(order.tax_rates) for order in orders} == {0, 1, 2}


def test_every_amount_adds_up(fashion: Shop) -> None:
    for order in fashion.orders.values():
        charged = sum(order.charged_now(line) for line in order.lines) + sum(order.charged(s) for s in order.shipping)
        assert order.placed_minor + order.adjusted_minor == charged + order.tip_minor
        assert order.current_shop_minor == order.to_shop(order.current_minor)
        assert order.current_minor >= 0


def test_it_has_every_kind_of_order(fashion: Shop) -> None:
    orders = list(fashion.orders.values())
    kinds = {
        "edited": [o for o in orders if o.edits],
        "refunded in part": [o for o in orders if o.refunds and not o.is_fully_refunded],
        "refunded in full": [o for o in orders if o.is_fully_refunded],
        "refunded with shipping": [o for o in orders if any(r.shipping_minor and r.lines for r in o.refunds)],
        "refunded without lines": [o for o in orders if any(not r.lines for r in o.refunds)],
        "pending": [o for o in orders if o.payment == "pending" and not o.cancelled_at],
        "cancelled unpaid": [o for o in orders if o.payment == "pending" and o.cancelled_at],
        "failed": [o for o in orders if o.payment == "failed"],
        "test": [o for o in orders if o.test],
        "guest": [o for o in orders if o.as_guest and o.email],
        "nobody's": [o for o in orders if o.person_id is None and o.source_name == "pos"],
        "tipped": [o for o in orders if o.tip_minor],
        "long": [o for o in orders if len(o.lines) > 60],
        "with a code": [o for o in orders if o.discounts],
    }
    assert [kind for kind, found in kinds.items() if not found] == []


def test_it_has_baskets_left_behind_of_every_kind(fashion: Shop) -> None:
    left = fashion.checkouts.values()
    assert {checkout.consent.state if checkout.consent else None for checkout in left} == {
        None, "subscribed", "not_subscribed",
    }  # fmt: skip
    assert {checkout.email is None for checkout in left} == {True, False}
    assert {checkout.as_draft for checkout in left} == {True, False}


def rate_of_return(orders: list[Order], is_meant: dict[int, bool]) -> float:
    sold = [(o, line) for o in orders for line in o.lines if is_meant.get(line.product_id or 0)]
    return sum(o.refunded_units(line.id) > 0 for o, line in sold) / len(sold)


def test_one_product_comes_back_four_times_as_often_from_a_week_on() -> None:
    shop = generated.generate("demo.example", seed=7, orders=12_000)
    product, since = shop.notes["returned_product"], datetime.fromtimestamp(shop.notes["returned_from"], UTC)
    settled = [o for o in shop.orders.values() if o.is_paid and o.placed_at < generated.END - timedelta(days=25)]
    after, before = [[o for o in settled if (o.placed_at >= since) is late] for late in (True, False)]
    meant = {product: True}
    others = {number: number != product for number in shop.products}
    assert rate_of_return(after, meant) > 3.5 * rate_of_return(before, meant)
    assert rate_of_return(after, meant) > 3.5 * rate_of_return(after, others)


def by_person(shop: Shop) -> dict[int, list[Order]]:
    found: dict[int, list[Order]] = defaultdict(list)
    for order in shop.orders.values():
        if order.person_id is not None and len(order.lines) < 60:
            found[order.person_id].append(order)
    return found


def test_some_buy_only_with_a_code_some_at_night_some_one_size_of_shoe(fashion: Shop) -> None:
    loyal = [orders for orders in by_person(fashion).values() if len(orders) >= 3]
    berlin = ZoneInfo("Europe/Berlin")
    bargain = [orders for orders in loyal if all(order.discounts for order in orders)]
    night = [o for o in loyal if all(order.placed_at.astimezone(berlin).hour in (22, 23, 0, 1, 2, 3) for order in o)]
    shoes = [o for o in loyal if {_shoe_size(fashion, order) for order in o} in ({"38"}, {"39"}, {"41"}, {"43"})]
    assert min(len(bargain), len(night), len(shoes)) >= 5


def _shoe_size(shop: Shop, order: Order) -> str | None:
    first = next(line for line in order.lines if line.added_at is None)
    variant = shop.variants[first.variant_id or 0]
    is_shoe = shop.products[variant.product_id].category == "Shoes"
    return variant.options["Size"] if is_shoe else None


def test_some_guests_register_later_and_their_first_orders_stay_guest_orders(fashion: Shop) -> None:
    late = [
        orders
        for number, orders in by_person(fashion).items()
        if fashion.people[number].registered and orders[0].as_guest and not orders[-1].as_guest
    ]
    assert late


def test_a_cohort_came_together_and_left_together(fashion: Shop) -> None:
    weeks = timedelta(weeks=1)
    came = [
        orders
        for orders in by_person(fashion).values()
        if generated.END - 70 * weeks <= min(o.placed_at for o in orders) < generated.END - 66 * weeks
    ]
    gone = [orders for orders in came if max(o.placed_at for o in orders) < generated.END - 51 * weeks]
    assert len([orders for orders in gone if len(orders) >= 4]) >= 3


def test_a_campaign_brought_orders_with_its_name(fashion: Shop) -> None:
    since, until = (datetime.fromtimestamp(fashion.notes[name], UTC) for name in ("campaign_from", "campaign_until"))
    named = [o for o in fashion.orders.values() if o.last_visit and o.last_visit.utm.get("campaign") == "spring-sale"]
    assert named
    assert all(since <= order.placed_at < until for order in named)


def test_one_human_being_has_two_emails(fashion: Shop) -> None:
    humans = Counter((p.first_name, p.last_name, p.address) for p in fashion.people.values())
    assert sum(count == 2 for count in humans.values()) == fashion.notes["people_under_two_emails"] > 0
