"""What a merchant changes: segments, points, flows and their mails."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.db.scope import shop_scope
from app.flows.models import Flow
from app.lib.clock import real_now
from app.loyalty.actions import current
from app.segments.models import Segment
from tests.panel.conftest import House
from tests.panel.pages import address, change


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
    form = {"wait": "36", "unit": "hours", "subject": "Still there?", "block-1": "A heading of ours"}
    assert change(house, path, **form)[0] == 303
    page = house.client.get(path).text
    assert "<strong>Still there?</strong>" in page
    assert page.count("A heading of ours") >= 2
    assert ('value="36"' in page, '<option value="hours" selected>' in page) == (True, True)


def test_a_mail_that_cannot_be_read_is_not_kept(house: House) -> None:
    path = address(house, "/panel/flows/{flow}", house.ours)
    assert change(house, path, subject="{% if %}", wait="5")[0] == 422
    status, page = change(house, path, wait="0")
    assert (status, 'id="wait-error"' in page) == (422, True)


def test_a_set_of_codes_is_named_in_its_title_and_fields_with_their_hints(house: House) -> None:
    assert "<title>vip" in house.client.get(address(house, "/panel/codes/{codes}", house.ours)).text
    page = house.client.get("/panel/codes").text
    assert 'aria-describedby="code-prefix-hint"' in page
    assert page.index('name="value"') < page.index('name="kind"') < page.index('name="prefix"')
