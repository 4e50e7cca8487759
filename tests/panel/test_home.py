"""Home: figures that add up, a copy under way, what is to be done."""

from sqlmodel import select

from app.commerce.models import Order
from app.db.scope import shop_scope
from tests.panel.conftest import House
from tests.panel.pages import PAGES, address, copy_under_way


def test_home_adds_up(house: House) -> None:
    with shop_scope(house.engine, house.ours.id) as scope:
        orders = scope.all(select(Order))
        page = house.client.get("/panel/").text
    net = sum(order.net_minor or 0 for order in orders)
    assert f"<dd>{len(orders):,}</dd>" in page
    assert f"<dd>€{net / 100:,.2f}</dd>" in page


def test_home_follows_a_copy_under_way(house: House) -> None:
    assert "every 2s" not in house.client.get("/panel/").text
    copy_under_way(house.engine, house.ours.id)
    page = house.client.get("/panel/").text
    assert "every 2s" in page
    assert 'max="9" value="3"' in page


def test_home_of_a_new_shop_says_what_to_do(bare: House) -> None:
    assert "No orders yet" in bare.client.get("/panel/").text


def test_what_hinders_is_said(house: House) -> None:
    connections = house.client.get("/panel/connections").text
    assert "Shops cannot reach this installation" in connections
    assert "<code>Not set: PUBLIC_URL</code>" in connections
    flow = house.client.get(address(house, PAGES["flow"], house.ours)).text
    assert "Mails cannot be sent yet: no mail server is set up." in flow
    assert "<code>Not set: SMTP_URL</code>" in flow
