"""What failed or was refused is tried again by a button; codes are made, shown and taken along."""

import pytest
from sqlmodel import select

from app.db.scope import shop_scope
from app.journal.models import Delivery, PendingFetch
from app.lib.clock import real_now
from app.writes.models import DiscountCode, PlatformWrite
from tests.panel.conftest import House
from tests.panel.pages import ACTIONS, address, change


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
