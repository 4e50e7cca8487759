"""The panel's page of privacy: what was asked for, the file to download, and erasing from a customer's page."""

import json

from sqlmodel import col, select

from app.commerce.models import Customer, Order
from app.consent.tombstones import is_pseudonym
from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Job
from app.privacy.models import PrivacyRequest
from app.privacy.requests import requests_of
from app.privacy.work import work
from app.web.roof import roof
from tests.panel.conftest import House, year  # noqa: F401  the fixture itself
from tests.panel.conftest import house as _house
from tests.panel.pages import change

house = _house


def ada(house: House) -> Customer:
    """Somebody with an address and an order."""
    with shop_scope(house.engine, house.ours.id) as scope:
        buyers = select(Order.customer_id).where(col(Order.customer_id).is_not(None))
        wanted = select(Customer).where(col(Customer.id).in_(buyers), col(Customer.email).is_not(None))
        found = scope.first(wanted.order_by(col(Customer.id)).limit(1))
    assert found is not None
    return found


def run(house: House) -> None:
    with house.app.app_context():
        context: Context = roof().context
    job = Job(id=1, shop_id=house.ours.id, name="privacy", key="", lane="ingest", attempts=0)
    while work(context, job) is not None:
        pass


def newest(house: House) -> PrivacyRequest:
    with shop_scope(house.engine, house.ours.id) as scope:
        found = scope.first(select(PrivacyRequest).order_by(col(PrivacyRequest.id).desc()).limit(1))
    assert found is not None
    return found


def test_what_is_kept_of_a_customer_is_downloaded_and_then_gone(house: House) -> None:
    she = ada(house)
    assert change(house, f"/panel/customers/{she.id}/export")[0] == 303
    assert "Under way" in house.client.get("/panel/privacy").text
    run(house)
    request = newest(house)
    path = f"/panel/privacy/{request.id}/export.json"
    assert path in house.client.get("/panel/privacy").text
    answer = house.client.get(path)
    said = json.loads(answer.data)
    assert (answer.mimetype, said["customers"][0]["email"]) == ("application/json", she.email)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(said["orders"]) > 0
    assert change(house, f"/panel/privacy/{request.id}/close")[0] == 303
    assert newest(house).outcome == "handed over"
    assert house.client.get(path).status_code == 404


def test_an_export_is_the_shop_s_alone(house: House) -> None:
    with shop_scope(house.engine, house.theirs.id) as scope:
        theirs = scope.first(select(PrivacyRequest.id).where(PrivacyRequest.state == "ready"))
    assert house.client.get(f"/panel/privacy/{theirs}/export.json").status_code == 404


def test_a_customer_is_erased_from_her_page(house: House) -> None:
    she = ada(house)
    assert f"/panel/customers/{she.id}/erase" in house.client.get(f"/panel/customers/{she.id}").text
    assert she.email is not None
    assert "cannot be undone" in house.client.get(f"/panel/customers/{she.id}/erase").text
    assert change(house, f"/panel/customers/{she.id}/erase")[0] == 303
    run(house)
    page = house.client.get(f"/panel/customers/{she.id}").text
    assert "This person was erased" in page
    assert she.email not in page
    assert "An erased person" in house.client.get("/panel/privacy").text
    assert is_pseudonym(ada_again(house, she.id).external_id)
    assert change(house, f"/panel/customers/{she.id}/erase")[0] == 422
    assert house.client.get(f"/panel/customers/{she.id}/erase").status_code == 422


def ada_again(house: House, customer_id: int) -> Customer:
    with shop_scope(house.engine, house.ours.id) as scope:
        return scope.get(Customer, customer_id)


def test_what_is_late_is_said(house: House) -> None:
    assert "Overdue" in house.client.get("/panel/privacy").text


def test_what_is_still_to_do_stands_first_by_its_day(house: House) -> None:
    with shop_scope(house.engine, house.ours.id) as scope:
        rows = requests_of(scope, 100)
    undone = [row for row in rows if row.state != "done"]
    assert 1 < len(undone) < len(rows)
    assert list(rows[: len(undone)]) == sorted(undone, key=lambda row: row.due_at)
    asked = [row.requested_at for row in rows[len(undone) :]]
    assert asked == sorted(asked, reverse=True)
