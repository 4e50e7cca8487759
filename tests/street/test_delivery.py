"""The whole street on foot: from an order at the till to its points, from a basket left behind to the mail that wins it
back. Both shops live in one database and never see each other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlmodel import col, select

from app.commerce.models import Checkout, Customer, CustomerStats, Order, Variant
from app.db.scope import ShopScope, shop_scope
from app.demo.street import FACES, Street, jump
from app.errors import NotFound
from app.flows.models import Enrollment
from app.lib.clock import utc_now
from app.loyalty.actions import balance
from app.mail.models import Message
from app.segments.models import Membership
from tests.street.conftest import House, act, open_house, receive, sqlite
from tests.street.courier import Courier

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36"}
ADA = "ada.of.both.shops@example.com"


@pytest.fixture(scope="module")
def home(shops: Street, courier: Courier) -> Iterator[House]:
    with sqlite() as url, open_house(shops, courier, url) as found:
        yield found


def scope_of(home: House, face: str) -> Any:
    return shop_scope(home.context.engine, home.shops[face])


def buy(home: House, face: str, person_id: int) -> dict[str, Any]:
    """Some of the dearest thing, which both shops know by the same id: more than 400 worth."""
    with scope_of(home, "shopify") as scope:
        dearest = scope.first(select(Variant).order_by(col(Variant.price_minor).desc()))
    assert dearest is not None
    units = -(-40_000 // dearest.price_minor)
    return act(home.street, face, "place_order", person_id=person_id, items=[[int(dearest.external_id), units]])


def standing(scope: ShopScope, email: str) -> tuple[CustomerStats, list[Order], int, bool]:
    """A customer's figures, orders and points, and whether she is in a segment."""
    customer = scope.first(select(Customer).where(Customer.email == email, col(Customer.is_guest).is_(False)))
    assert customer is not None
    orders = scope.all(select(Order).where(Order.customer_id == customer.id))
    member = scope.first(select(Membership).where(Membership.customer_id == customer.id))
    return scope.get(CustomerStats, customer.id), list(orders), balance(scope, customer.id), member is not None


def test_three_orders_become_figures_points_and_a_regular_and_a_refund_takes_them_back(
    home: House, courier: Courier
) -> None:
    for face in FACES:
        person_id = act(home.street, face, "register", email=f"{face}.regular@example.com")["person_id"]
        orders = [buy(home, face, person_id) for _ in range(3)]
        receive(home, courier)
        with scope_of(home, face) as scope:
            stats, rows, points, is_regular = standing(scope, f"{face}.regular@example.com")
        assert {row.external_id for row in rows} == {str(order["order_id"]) for order in orders}
        assert stats.net_minor == sum(order["placed_minor"] for order in orders)
        assert (stats.orders_count, points, is_regular) == (3, sum(o["placed_minor"] // 100 for o in orders), True)

        act(home.street, face, "refund", order_id=orders[0]["order_id"])
        receive(home, courier)
        with scope_of(home, face) as scope:
            after, _, fewer, is_still = standing(scope, f"{face}.regular@example.com")
        assert after.net_minor == stats.net_minor - orders[0]["placed_minor"]
        assert (fewer, is_still) == (points - orders[0]["placed_minor"] // 100, after.net_minor > 100_000)


def test_a_basket_left_behind_is_written_about_and_won_back(home: House, courier: Courier) -> None:
    left = {
        face: act(home.street, face, "abandon", email=f"{face}.left@example.com", consent="subscribed")
        for face in FACES
    }
    receive(home, courier)
    jump(home.street, utc_now() + timedelta(minutes=62))
    for face in FACES:
        email = f"{face}.left@example.com"
        home.street.until(f"a mail to {email} is there", lambda to=email: mails(home, to) != [])  # type: ignore[misc]
        (mail,) = mails(home, email)
        link = next(link for link in mail["links"] if "/r/" in link).replace(
            home.street.public_url, f"http://127.0.0.1:{home.street.ports.web}"
        )
        basket = requests.get(link, headers=BROWSER, timeout=30)
        assert basket.url == f"{home.street.infos[face]['front_url']}checkout"
        assert email in basket.text
        order = act(home.street, face, "complete", checkout_id=left[face]["checkout_id"])
        receive(home, courier)
        with scope_of(home, face) as scope:
            enrollment = scope.first(select(Enrollment).where(Enrollment.email == email))
            assert enrollment is not None
            won = scope.get(Order, enrollment.order_id)
        assert (enrollment.state, enrollment.recovered_minor) == ("recovered", order["placed_minor"])
        assert won.external_id == str(order["order_id"])


def mails(home: House, to: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{home.street.mails_url}/api/messages", params={"to": to}, timeout=60)
    found: list[dict[str, Any]] = answer.json()
    return found


def test_two_shops_in_one_database_never_see_each_other(home: House, courier: Courier) -> None:
    """She is a customer of both; what she does in one changes nothing in the other."""
    persons = {face: act(home.street, face, "register", email=ADA)["person_id"] for face in FACES}
    receive(home, courier)
    before = home.state()
    order = buy(home, "shopify", persons["shopify"])
    receive(home, courier)
    after = home.state()
    assert after["shopify"] != before["shopify"]
    assert after["woocommerce"] == before["woocommerce"]
    with scope_of(home, "shopify") as scope:
        assert standing(scope, ADA)[0].net_minor == order["placed_minor"]
        rows = {model: scope.all(select(model)) for model in (Customer, Order, Checkout, Message)}
    with scope_of(home, "woocommerce") as scope:
        for model, theirs in rows.items():
            assert {row.shop_id for row in scope.all(select(model))} == {home.shops["woocommerce"]}
            with pytest.raises(NotFound):
                scope.get(model, theirs[0].id)
