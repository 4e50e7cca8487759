"""The shop front, walked through as people do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sandbox import front
from sandbox.changes import Box, Event
from sandbox.front.links import shopify_recovery, woocommerce_restore
from sandbox.shop import Checkout

FORM = {
    "email": "new@example.com",
    "first_name": "Nell",
    "last_name": "New",
    "address1": "Road 1",
    "postcode": "10115",
    "city": "Berlin",
    "country_code": "DE",
}


class Walk:
    """A front of one face, what its box told, and visitors with their own cookies."""

    def __init__(self, face: str, box: Box) -> None:
        self.face, self.box = face, box
        self.told: list[str] = []
        self.app = Flask("sandbox")
        front.register(self.app, box, face)
        box.listen(self._note)

    def _note(self, event: Event) -> None:
        self.told.append(event.kind)

    def visitor(self) -> FlaskClient:
        return self.app.test_client()

    def recovery_path(self, checkout: Checkout) -> str:
        return shopify_recovery("", checkout) if self.face == "shopify" else woocommerce_restore("", checkout)

    def abandoner(self, email: str = "new@example.com", **more: str) -> tuple[FlaskClient, Checkout]:
        visitor = self.visitor()
        visitor.post("/cart", data={"variant": "20", "quantity": "2"})
        assert visitor.post("/checkout/contact", data={"email": email, **more}).status_code == 204
        return visitor, list(self.box.shop.checkouts.values())[-1]


@pytest.fixture(params=["shopify", "woocommerce"])
def walk(request: pytest.FixtureRequest, small_box: Box) -> Walk:
    return Walk(request.param, small_box)


def test_a_person_looks_around_puts_a_coat_in_the_cart_and_buys_it(walk: Walk) -> None:
    visitor = walk.visitor()
    assert "Coat" in visitor.get("/").text
    for address in ("/products/coat", "/product/coat/"):
        assert "249.00 EUR" in visitor.get(address).text
    assert "Coat" in visitor.post("/cart", data={"variant": "20"}, follow_redirects=True).text
    thanks = visitor.post("/checkout", data=FORM, follow_redirects=True)
    assert "Thank you for your order" in thanks.text
    order = list(walk.box.shop.orders.values())[-1]
    assert (order.email, order.lines[0].title, order.placed_minor) == ("new@example.com", "Coat", 24900)
    assert "checkout.completed" in walk.told
    assert "Cart (0)" in visitor.get("/").text


def test_leaving_an_email_opens_a_checkout_in_the_box(walk: Walk) -> None:
    _, checkout = walk.abandoner(news="1")
    assert (checkout.email, checkout.state, checkout.lines[0].quantity) == ("new@example.com", "open", 2)
    assert checkout.consent is not None
    assert (checkout.consent.state, bool(checkout.consent.text)) == ("subscribed", True)
    assert walk.told == ["checkout.created"]


def test_a_box_left_empty_is_no_consent(walk: Walk) -> None:
    _, checkout = walk.abandoner()
    assert checkout.consent is not None
    assert checkout.consent.state == "not_subscribed"


def test_buying_with_the_box_empty_takes_no_consent_back(walk: Walk) -> None:
    for news in ({"news": "1"}, {}):
        visitor, _ = walk.abandoner(**news)
        visitor.post("/checkout", data={**FORM, **news})
        person = walk.box.find_person("new@example.com")
        assert person is not None
        assert person.consent is not None
        assert person.consent.state == "subscribed"


def test_an_open_checkout_follows_the_cart_and_the_email(walk: Walk) -> None:
    visitor, checkout = walk.abandoner()
    visitor.post("/cart", data={"variant": "10"})
    visitor.post("/checkout/contact", data={"email": "other@example.com", "news": "1"})
    assert [(line.title, line.quantity) for line in checkout.lines] == [("Coat", 2), ("Cap", 1)]
    assert checkout.email == "other@example.com"
    visitor.post("/cart", data={"variant": "10", "quantity": "0", "set": "1"})
    visitor.post("/cart", data={"variant": "20", "quantity": "0", "set": "1"})
    assert checkout.state == "emptied"
    assert len(walk.box.shop.checkouts) == 1


def test_a_recovery_link_fills_the_checkout_on_another_device_and_buying_completes_it(walk: Walk) -> None:
    _, checkout = walk.abandoner(news="1")
    elsewhere = walk.visitor()
    page = elsewhere.get(walk.recovery_path(checkout), follow_redirects=True)
    assert page.request.path == "/checkout"
    assert 'value="new@example.com"' in page.text
    assert "2 × Coat" in page.text
    elsewhere.post("/checkout", data=FORM)
    assert checkout.state == "completed"
    assert checkout.order_id == list(walk.box.shop.orders)[-1]


def test_a_recovery_link_of_a_bought_basket_shows_the_order(walk: Walk) -> None:
    visitor, checkout = walk.abandoner()
    visitor.post("/checkout", data=FORM)
    page = walk.visitor().get(walk.recovery_path(checkout), follow_redirects=True)
    assert "Thank you for your order" in page.text


def test_a_basket_bought_on_one_device_is_not_bought_again_on_the_other(walk: Walk) -> None:
    here, checkout = walk.abandoner()
    there = walk.visitor()
    there.get(walk.recovery_path(checkout))
    there.post("/checkout", data=FORM)
    assert "Your cart is empty" in here.get("/checkout", follow_redirects=True).text


def test_a_recovery_link_with_a_wrong_key_is_not_found(walk: Walk) -> None:
    _, checkout = walk.abandoner()
    assert walk.visitor().get(walk.recovery_path(checkout)[:-1] + "x").status_code == 404


def test_the_checkout_says_what_is_missing_and_keeps_what_was_typed(walk: Walk) -> None:
    visitor, _ = walk.abandoner()
    page = visitor.post("/checkout", data={**FORM, "email": "nobody", "city": ""})
    assert page.status_code == 422
    assert "Enter an email address" in page.text
    assert "Enter your town." in page.text
    assert 'value="Road 1"' in page.text
    assert len(walk.box.shop.orders) == 2


def test_an_email_that_is_none_opens_nothing(walk: Walk) -> None:
    visitor = walk.visitor()
    assert visitor.post("/checkout/contact", data={"email": "ann@example.com"}).status_code == 422
    visitor.post("/cart", data={"variant": "20"})
    assert visitor.post("/checkout/contact", data={"email": "nobody"}).status_code == 422
    assert walk.box.shop.checkouts == {}


def test_who_is_signed_in_is_known_at_the_checkout_and_buys_under_their_account(walk: Walk) -> None:
    visitor = walk.visitor()
    assert "Hello, Ann" in visitor.post("/account", data={"email": "ANN@example.com"}, follow_redirects=True).text
    visitor.post("/cart", data={"variant": "30"})
    assert 'value="ann@example.com"' in visitor.get("/checkout").text
    visitor.post("/checkout", data={**FORM, "email": "ann@example.com"})
    order = list(walk.box.shop.orders.values())[-1]
    assert (order.person_id, order.as_guest) == (1, False)


def test_a_stranger_can_make_an_account_but_not_sign_in_without_one(walk: Walk) -> None:
    visitor = walk.visitor()
    assert visitor.post("/account", data={"email": "new@example.com"}).status_code == 422
    visitor.post("/account", data={"email": "new@example.com", "register": "1"})
    person = walk.box.find_person("new@example.com")
    assert person is not None
    assert person.registered


def test_a_buyer_sends_one_piece_back_and_then_the_rest(walk: Walk) -> None:
    visitor, checkout = walk.abandoner()
    status = visitor.post("/checkout", data=FORM).headers["Location"]
    order = walk.box.order(checkout.order_id or 0)
    returns = status.replace("?", "/returns?")
    visitor.post(returns, data={"line": str(order.lines[0].id), "quantity": "1"})
    assert order.refunded_minor == 24900
    assert "Paid back" in visitor.post(returns, follow_redirects=True).text
    assert order.current_minor == 0
    assert visitor.post(returns, data={"line": str(order.lines[0].id)}).status_code == 422


def test_an_order_is_shown_to_its_buyer_only(walk: Walk) -> None:
    visitor, _ = walk.abandoner()
    status = visitor.post("/checkout", data=FORM).headers["Location"]
    assert visitor.get(status.split("?")[0]).status_code == 404
    assert walk.visitor().post(status.split("?")[0] + "/returns?key=x").status_code == 404
    assert walk.visitor().get(f"/orders/{next(iter(walk.box.shop.orders))}?key=").status_code == 404


def test_pages_are_found_by_search_and_end_in_404_for_what_is_not_sold(walk: Walk) -> None:
    found = walk.visitor().get("/?q=SOCK").text
    assert "Socks" in found
    assert "Coat" not in found
    assert walk.visitor().get("/products/none").status_code == 404
    assert walk.visitor().post("/cart", data={"variant": "999"}).status_code == 404


def test_titles_are_escaped_and_scripts_only_come_from_the_shop(walk: Walk) -> None:
    walk.box.change_product(1, title="<script>alert(1)</script>")
    page = walk.visitor().get("/")
    assert "<script>alert" not in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
