"""Every page of ours: shown whole and in part, never to the other shop, and doing what its buttons say."""

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.commerce.models import Customer, Order
from app.db.scope import ShopScope, every_shop, shop_scope
from app.flows.models import Flow
from app.jobs.models import JobRow
from app.journal.models import Delivery, Event, FailedRecord, PendingFetch
from app.lib.clock import real_now
from app.loyalty.actions import current
from app.privacy.models import PrivacyRequest
from app.segments.models import Segment
from app.shops.models import Shop
from app.web import pages
from app.writes.models import DiscountCode, PlatformWrite
from sync.models import Run
from tests.panel.conftest import House

PAGES = {
    "home": "/panel/",
    "customers": "/panel/customers",
    "customer": "/panel/customers/{customer}",
    "segments": "/panel/segments",
    "new segment": "/panel/segments/new",
    "segment": "/panel/segments/{segment}",
    "loyalty": "/panel/loyalty",
    "flows": "/panel/flows",
    "flow": "/panel/flows/{flow}",
    "connections": "/panel/connections",
    "disconnect": "/panel/connections/disconnect",
    "codes": "/panel/codes",
    "a set of codes": "/panel/codes/{codes}",
    "writes": "/panel/connections/writes",
    "writes that need a look": "/panel/connections/writes?filter=attention",
    "sync health": "/panel/connections/health",
    "proof": "/panel/connections/proof",
    "a day of the proof": f"/panel/connections/proof/days/{datetime.now(UTC).date() - timedelta(days=12)}",
    "what differed": "/panel/connections/proof/findings",
    "what is not mended": "/panel/connections/proof/findings?filter=open",
    "check a report": "/panel/connections/proof/check",
    "privacy": "/panel/privacy",
    "erase a customer": "/panel/customers/{customer}/erase",
}
ACTIONS = {
    "save a segment": "/panel/segments/{segment}",
    "save a flow": "/panel/flows/{flow}",
    "switch a flow": "/panel/flows/{flow}/switch",
    "retry a delivery": "/panel/connections/health/delivery/{delivery}/retry",
    "retry a record": "/panel/connections/health/record/{record}/retry",
    "retry a reaction": "/panel/connections/health/event/{event}/retry",
    "retry a job": "/panel/connections/health/job/{job}/retry",
    "retry a write": "/panel/connections/writes/{write}/retry",
    "export a customer": "/panel/customers/{customer}/export",
    "erase a customer": "/panel/customers/{customer}/erase",
    "close a request": "/panel/privacy/{request}/close",
}
MODELS = {
    "write": PlatformWrite,
    "customer": Customer,
    "segment": Segment,
    "flow": Flow,
    "delivery": Delivery,
    "record": FailedRecord,
    "event": Event,
    "request": PrivacyRequest,
}


def ids_of(scope: ShopScope) -> dict[str, int | None]:
    """Of the shop's first rows, by their kind."""
    dead_job = scope.first(select(JobRow.id).where(JobRow.state == "dead"))
    first = {name: scope.first(select(model.id)) for name, model in MODELS.items()}  # type: ignore[attr-defined]
    first["codes"] = scope.first(select(PlatformWrite.id).where(PlatformWrite.kind == "discount"))
    return {**first, "job": dead_job}


def address(house: House, pattern: str, shop: Shop) -> str:
    """The pattern with ids of that shop's rows."""
    with shop_scope(house.engine, shop.id) as scope:
        return pattern.format(**ids_of(scope))


def change(house: House, path: str, **form: str) -> tuple[int, str]:
    answer = house.client.post(path, data=form, headers={"X-CSRF-Token": house.csrf})
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_whole(house: House, name: str) -> None:
    answer = house.client.get(address(house, PAGES[name], house.ours))
    assert answer.status_code == 200
    assert answer.text.count("<!doctype html>") == 1
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_shown_in_part_to_its_own_script(house: House, name: str) -> None:
    path = address(house, PAGES[name], house.ours)
    part = house.client.get(path, headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "<html" not in part
    assert part.startswith("<title>")
    assert part.count("<h1>") == 1


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_an_empty_shop_is_shown(bare: House, name: str) -> None:
    if "{" not in PAGES[name]:
        assert bare.client.get(PAGES[name]).status_code == 200


@pytest.mark.parametrize("name", [name for name, path in PAGES.items() if "{" in path])
def test_what_is_the_other_shop_s_is_not_there(house: House, name: str) -> None:
    assert house.client.get(address(house, PAGES[name], house.theirs)).status_code == 404
    assert house.client.get(re.sub(r"\{\w+\}", str(2**64), PAGES[name])).status_code == 404


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_of_the_other_shop_can_be_changed(house: House, name: str) -> None:
    form = {"name": "x", "text": "orders_count > 1", "wait_minutes": "5", "subject": "x"}
    assert change(house, address(house, ACTIONS[name], house.theirs), **form)[0] == 404


@pytest.mark.parametrize("name", PAGES)
def test_no_page_shows_a_row_of_the_other_shop(house: House, name: str) -> None:
    with shop_scope(house.engine, house.theirs.id, write=True) as scope:
        for model, column in ((Customer, "first_name"), (Order, "number"), (Segment, "name"), (Flow, "name")):
            scope.execute(update(model).values(**{column: "Strangers"}))
    assert "Strangers" not in house.client.get(address(house, PAGES[name], house.ours)).text


def test_home_adds_up(house: House) -> None:
    with shop_scope(house.engine, house.ours.id) as scope:
        orders = scope.all(select(Order))
        page = house.client.get("/panel/").text
    net = sum(order.net_minor or 0 for order in orders)
    assert f"<dd>{len(orders):,}</dd>" in page
    assert f"<dd>€{net / 100:,.2f}</dd>" in page


def test_home_follows_a_copy_under_way(house: House) -> None:
    assert "every 2s" not in house.client.get("/panel/").text
    now = real_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.add(
            Run(
                shop_id=scope.shop_id,
                kind="backfill",
                resource="orders",
                done=3,
                total=9,
                started_at=now,
                changed_at=now,
            )
        )
    page = house.client.get("/panel/").text
    assert "every 2s" in page
    assert 'max="9" value="3"' in page


def test_home_of_a_new_shop_says_what_to_do(bare: House) -> None:
    assert "No orders yet" in bare.client.get("/panel/").text


def test_customers_are_found_by_the_beginning_of_a_name_or_an_address(house: House) -> None:
    def found(q: str) -> set[str]:
        page = house.client.get("/panel/customers", query_string={"q": q}).text
        return set(re.findall(r"<strong>([^<]+)</strong>", page))

    assert all("Ekström" in name for name in found("ekstrom"))
    assert found("ekstrom") == found("EKSTRÖM") != set()
    assert all(name.startswith("Ada") for name in found("ada"))
    assert len(found("greta.ivanov6@")) == 1
    assert found("100%") == found("_da") == set()


@pytest.mark.parametrize("sort", ["net", "orders", "last", "name"])
def test_paging_shows_everybody_once(house: House, sort: str) -> None:
    names, path = [], f"/panel/customers?sort={sort}"
    while path:
        page = house.client.get(path).text
        names += re.findall(r"/panel/customers/(\d+)", page)
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(names) == len(set(names)) == 60


MADE_UP = {
    "no JSON": "x",
    "a word": "WyJ4Il0",
    "an empty list": "W10",
    "too many": "WzEsMiwzLDQsNV0",
    "too large": "WyI5OTk5OTk5OTk5OTk5OTk5OTk5IiwiMSJd",
    "half a letter": b64encode(b'["\\ud800","1"]').decode(),
    "a NUL": b64encode(b'["\\u0000","1"]').decode(),
    "a list in a list, and so on": b64encode(b"[" * 3000).decode(),
}


@pytest.mark.parametrize("after", MADE_UP.values(), ids=MADE_UP)
@pytest.mark.parametrize("path", ["/panel/customers?sort=last", "/panel/loyalty?", "/panel/customers?sort=name"])
def test_a_made_up_place_in_a_list_is_no_error_of_ours(house: House, path: str, after: str) -> None:
    assert house.client.get(f"{path}&after={after}").status_code in (200, 422)


def test_what_nobody_types_is_refused(house: House) -> None:
    assert house.client.get("/panel/customers?q=%00").status_code == 400
    form = {"csrf_token": house.csrf, "name": "Regu\0lars", "text": "orders_count >= 3"}
    assert house.client.post("/panel/segments", data=form).status_code == 400


def test_a_token_that_is_not_ascii_is_a_wrong_one(house: House) -> None:
    assert house.client.post("/panel/loyalty", data={"csrf_token": "ä"}).status_code == 403


def test_the_timeline_shows_everything_once(house: House) -> None:
    path = address(house, PAGES["customer"], house.ours)
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        customer_id = int(path.rpartition("/")[2])
        scope.execute(update(Order).where(col(Order.id) > 0).values(customer_id=customer_id))
        numbers = {order.number for order in scope.all(select(Order))}
    seen: list[str] = []
    while path:
        page = house.client.get(path).text
        seen += re.findall(r"<h3>Order (#\d+)", page)
        following = re.search(r'class="button" href="([^"]+after=[^"]+)"', page)
        path = following[1] if following else ""
    assert len(seen) == len(set(seen))
    assert set(seen) == numbers


def test_a_segment_tells_its_size_before_it_is_saved(house: House) -> None:
    status, said = change(house, "/panel/segments/count", text="orders_count >= 0")
    assert (status, "60 customers match." in said) == (200, True)
    assert "expected" in change(house, "/panel/segments/count", text="orders_count >=")[1]


def test_a_segment_is_made_and_changed(house: House) -> None:
    status, _page = change(house, "/panel/segments", name="Everybody", text="orders_count >= 0")
    assert status == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        segment = scope.first(select(Segment).where(Segment.name == "Everybody"))
    assert segment is not None
    assert segment.size == 60
    assert change(house, f"/panel/segments/{segment.id}", name="Nobody", text="orders_count < 0")[0] == 303
    assert "Nobody is in it now." in house.client.get(f"/panel/segments/{segment.id}").text


def test_a_text_that_cannot_be_read_comes_back_with_its_fault(house: House) -> None:
    status, page = change(house, "/panel/segments", name="Odd", text="orders_count >= AND")
    assert status == 422
    assert "orders_count &gt;= AND</textarea>" in page
    assert "position" in page


def test_a_name_is_given_once(house: House) -> None:
    status, page = change(house, "/panel/segments", name="Regulars", text="orders_count > 1")
    assert (status, "Another segment has this name." in page) == (422, True)


def test_the_rule_of_points_is_changed(house: House) -> None:
    assert change(house, "/panel/loyalty", points_per_unit="7", is_on="on")[0] == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        programme = current(scope)
    assert programme is not None
    assert (programme.points_per_unit, programme.is_on, programme.version) == (7, True, 2)


@pytest.mark.parametrize("points", ["", "0", "-1", "1.5", "many", "1001", "²"])
def test_points_that_are_no_number_are_refused_next_to_the_field(house: House, points: str) -> None:
    status, page = change(house, "/panel/loyalty", points_per_unit=points)
    assert (status, 'id="points-error"' in page) == (422, True)


def test_a_flow_is_turned_off_and_on_from_now(house: House) -> None:
    path = address(house, "/panel/flows/{flow}", house.ours)
    change(house, path + "/switch")
    assert "Turn on" in house.client.get(path).text
    before = real_now() - timedelta(seconds=1)
    change(house, path + "/switch", is_on="on")
    with shop_scope(house.engine, house.ours.id) as scope:
        flow = scope.get(Flow, int(path.rpartition("/")[2]))
    assert flow.is_on
    assert flow.started_at > before


def test_a_mail_is_changed_and_shown_as_it_will_look(house: House) -> None:
    path = address(house, "/panel/flows/{flow}", house.ours)
    form = {"wait_minutes": "90", "subject": "Still there?", "block-1": "A heading of ours"}
    assert change(house, path, **form)[0] == 303
    page = house.client.get(path).text
    assert "<strong>Still there?</strong>" in page
    assert page.count("A heading of ours") >= 2


def test_a_mail_that_cannot_be_read_is_not_kept(house: House) -> None:
    path = address(house, "/panel/flows/{flow}", house.ours)
    assert change(house, path, subject="{% if %}", wait_minutes="5")[0] == 422
    status, page = change(house, path, wait_minutes="0")
    assert (status, 'id="wait-error"' in page) == (422, True)


def test_a_failed_delivery_is_tried_again(house: House) -> None:
    path = address(house, ACTIONS["retry a delivery"], house.ours)
    assert change(house, path)[0] == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        assert scope.get(Delivery, int(path.split("/")[5])).state == "pending"


def test_a_failed_record_is_read_afresh(house: House) -> None:
    assert change(house, address(house, ACTIONS["retry a record"], house.ours))[0] == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        waiting = scope.all(select(PendingFetch))
    assert ("order", "4711", "retry") in [(row.kind, row.external_id, row.reason) for row in waiting]


def test_what_hinders_is_said(house: House) -> None:
    assert "PUBLIC_URL is not set" in house.client.get("/panel/connections").text
    assert "SMTP_URL is not set" in house.client.get(address(house, PAGES["flow"], house.ours)).text


def test_a_notice_is_one_of_ours(house: House) -> None:
    assert "Saved." in house.client.get("/panel/loyalty?notice=saved").text
    assert "hello" not in house.client.get("/panel/loyalty?notice=hello").text
    assert set(pages.NOTICES) == {
        "saved",
        "trying",
        "turned-on",
        "turned-off",
        "made",
        "gathering",
        "erasing",
        "proving",
    }


def test_an_unknown_page_is_answered_in_words(house: House) -> None:
    answer = house.client.get("/panel/nowhere")
    assert (answer.status_code, "There is nothing here" in answer.text) == (404, True)


def test_a_merchant_with_two_shops_changes_between_them(house: House) -> None:
    with every_shop(house.engine, write=True) as db:
        db.execute(
            update(Shop).where(col(Shop.id) == house.theirs.id).values(account_id=house.ours.account_id, name="Second")
        )
    page = house.client.get("/panel/").text
    assert f'<option value="{house.theirs.id}">Second · Shopify</option>' in page
    second = house.client.get(f"/panel/?shop={house.theirs.id}").text
    assert f'<option value="{house.theirs.id}" selected>Second · Shopify</option>' in second
    assert f"/panel/customers?shop={house.theirs.id}" in second
    theirs = address(house, PAGES["customer"], house.theirs)
    assert house.client.get(theirs).status_code == 404
    assert house.client.get(f"{theirs}?shop={house.theirs.id}").status_code == 200
    retry = f"{address(house, ACTIONS['retry a record'], house.theirs)}?shop={house.theirs.id}"
    assert change(house, retry)[0] == 303


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_is_filled_in_has_its_changes_kept_by_the_admin_s_save_bar(house: House, name: str) -> None:
    page = house.client.get(address(house, PAGES[name], house.ours)).text
    for tag, body in re.findall(r"(<form\b[^>]*>)(.*?)</form>", page, re.DOTALL):
        is_filled_in = "<textarea" in body or re.search(r'<input(?![^>]*type="(?:hidden|file)")', body)
        if 'method="post"' in tag and is_filled_in:
            assert "data-save-bar" in tag


def test_a_refused_write_is_listed_with_its_reason_and_tried_again(house: House) -> None:
    page = house.client.get("/panel/connections/writes?filter=attention").text
    assert "tags: Tags cannot be more than 250" in page
    path = address(house, ACTIONS["retry a write"], house.ours)
    assert f'action="{path}"' in page
    assert change(house, path)[0] == 303
    with shop_scope(house.engine, house.ours.id) as scope:
        (write,) = scope.all(select(PlatformWrite).where(PlatformWrite.kind == "tags_added"))
    assert (write.state, write.attempts) == ("waiting", 0)
    assert "Tags cannot" not in house.client.get("/panel/connections/writes?filter=attention").text


def test_codes_are_made_shown_and_taken_along(house: House) -> None:
    form = {"name": "Spring", "count": "3", "value": "12,5", "prefix": "sp-", "ends_on": "2099-01-31"}
    assert change(house, "/panel/codes", kind="percentage", **form)[0] == 303
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        first = scope.first(select(PlatformWrite).where(PlatformWrite.subject == "Spring"))
        assert first is not None
        for code in ("SP-A", "SP-B"):
            scope.add(DiscountCode(shop_id=scope.shop_id, code=code, name="Spring", made_at=real_now()))
    offer = first.payload or {}
    assert (offer["title"], offer["percentage"], offer.get("combines")) == ("Spring", "12.50", None)
    assert (offer["code"][:3], offer["ends_at"][:16]) == ("SP-", "2099-01-31T23:00")  # midnight in Berlin
    page = house.client.get(f"/panel/codes/{first.id}").text
    assert "SP-A\nSP-B</textarea>" in page
    assert "every 2s" in page  # as long as the shop has not taken them all
    assert house.client.get(f"/panel/codes/{first.id}/codes.csv").text == "code\r\nSP-A\r\nSP-B\r\n"
    assert change(house, "/panel/codes", kind="percentage", **form)[0] == 422  # the name is taken


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "x" * 81), ("count", "0"), ("count", "5001"), ("count", "many"), ("value", "0"),
        ("value", "101"), ("value", "ten"), ("prefix", "a b"), ("prefix", "x" * 13), ("ends_on", "2020-01-01"),
        ("ends_on", "soon"),
    ],
)  # fmt: skip
def test_codes_that_cannot_be_made_are_refused_next_to_the_field(house: House, field: str, value: str) -> None:
    form = {"name": "Spring", "count": "3", "kind": "percentage", "value": "10", field: value}
    status, page = change(house, "/panel/codes", **form)
    assert (status, f'id="code-{field}-error"' in page) == (422, True)


def test_only_a_set_of_codes_is_shown_as_one(house: House) -> None:
    with shop_scope(house.engine, house.ours.id) as scope:
        other = scope.first(select(PlatformWrite.id).where(PlatformWrite.kind == "tags_added"))
    for path in (f"/panel/codes/{other}", f"/panel/codes/{other}/codes.csv"):
        assert house.client.get(path).status_code == 404
