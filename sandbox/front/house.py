"""What every page of the front shares: its blueprint, the cart of the request, how a page is shown."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.changes import Box
from sandbox.front.carts import Cart, Carts
from sandbox.money import decimal
from sandbox.shop import Checkout, Person, Product, Shop

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


COUNTRIES = {"DE": "Germany", "FR": "France", "GB": "United Kingdom", "JP": "Japan", "US": "United States"}


class House:
    def __init__(self, box: Box, face: str) -> None:
        self.box = box
        self.face = face
        self.carts = Carts(box)
        self.countries = {**COUNTRIES, **_countries(box.shop)}
        self.cookie = f"{face}_cart"  # cookies know no ports, and both faces may run on one host
        self.blueprint = Blueprint(
            "front", __name__, template_folder="templates", static_folder="static", static_url_path="/front"
        )
        self.blueprint.after_request(self._finish)

    def cart(self) -> Cart:
        if "cart" not in g:
            g.cart = self.carts.get(request.cookies.get(self.cookie))
        cart: Cart = g.cart
        return cart

    def keep(self, cart: Cart) -> None:
        """This cart is the visitor's from now on: the answer sets its cookie."""
        self.carts.keep(cart)
        g.cart = g.kept = cart

    def person(self) -> Person | None:
        person_id = self.cart().person_id
        return None if person_id is None else self.box.shop.people.get(person_id)

    def products(self) -> list[Product]:
        return [product for product in self.box.shop.products.values() if product.status == "active"]

    def show(self, page: str, status: int = 200, **facts: Any) -> ResponseReturnValue:
        shared = {
            "money": self.money,
            "shop": self.box.shop,
            "face": self.face,
            "cart": self.cart(),
            "person": self.person(),
        }
        return render_template(f"front/{page}.html", **shared, **facts), status

    def money(self, minor: int, currency: str | None = None) -> str:
        currency = currency or self.box.shop.currency
        return f"{decimal(minor, currency)} {currency}"

    def open_checkout(self) -> Checkout | None:
        return self.carts.checkout(self.cart())

    def _finish(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        if "kept" in g:
            response.set_cookie(self.cookie, g.kept.token, httponly=True, samesite="Lax")
        return response


def _countries(shop: Shop) -> dict[str, str]:
    """Wherever somebody lives who has bought here."""
    addresses = (person.address for person in shop.people.values())
    return {address.country_code: address.country for address in addresses if address.country_code}
