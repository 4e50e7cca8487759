"""The checkout: who leaves an email there is known from then on; placing the order completes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, request
from flask.typing import ResponseReturnValue

from sandbox.front.carts import WORDING
from sandbox.front.house import House
from sandbox.front.links import order_status
from sandbox.shop import Address, Checkout, Person

NEEDED = {
    "first_name": "Enter your first name.",
    "last_name": "Enter your last name.",
    "address1": "Enter your street and number.",
    "city": "Enter your town.",
    "country_code": "Choose your country.",
}


@dataclass(frozen=True)
class Details:
    """What the form says."""

    email: str
    wants_news: bool
    address: Address

    @classmethod
    def of_form(cls, form: Mapping[str, str], countries: Mapping[str, str]) -> "Details":
        typed = {name: form.get(name, "").strip() for name in (*NEEDED, "postcode")}
        country = countries.get(typed["country_code"], "")
        typed["country_code"] = typed["country_code"] if country else ""
        return cls(form.get("email", "").strip(), "news" in form, Address(country=country, **typed))

    @classmethod
    def known(cls, checkout: Checkout | None, person: Person | None) -> "Details":
        """What can be filled in before anything is typed."""
        address = (checkout and checkout.address) or (person and person.address) or Address()
        email = (checkout and checkout.email) or (person and person.email) or ""
        wants_news = bool(checkout and checkout.consent and checkout.consent.state == "subscribed")
        return cls(email, wants_news, address)

    def errors(self) -> dict[str, str]:
        found = {name: words for name, words in NEEDED.items() if not getattr(self.address, name)}
        return found if is_email(self.email) else {"email": "Enter an email address such as ann@example.com.", **found}


def is_email(text: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None


def routes(house: House) -> None:
    bp = house.blueprint

    @bp.get("/checkout")
    def checkout() -> ResponseReturnValue:
        cart, person = house.cart(), house.person()
        if not cart.items:
            return redirect("/cart")
        if person and person.email and not house.open_checkout():
            house.carts.leave_contact(cart, person.email, None)  # a shop knows at once who is signed in
        return _form(house, Details.known(house.open_checkout(), person), {})

    @bp.post("/checkout/contact")
    def contact() -> ResponseReturnValue:
        """Sent by the page when somebody leaves the email field or ticks the box."""
        cart, email = house.cart(), request.form.get("email", "").strip()
        if not cart.items or not is_email(email):
            return {"error": "There is nothing in the cart, or no email address."}, 422
        house.carts.leave_contact(cart, email, "news" in request.form)
        return "", 204

    @bp.post("/checkout")
    def place_order() -> ResponseReturnValue:
        if not house.cart().items:
            return redirect("/cart", 303)
        details = Details.of_form(request.form, house.countries)
        if errors := details.errors():
            return _form(house, details, errors, status=422)
        order = house.carts.buy(house.cart(), details.email, details.wants_news, details.address)
        return redirect(order_status("", order), 303)


def _form(house: House, details: Details, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    variants = house.box.shop.variants
    rows = [(variants[variant_id], quantity) for variant_id, quantity in house.cart().pairs]
    facts = {"rows": rows, "checkout": house.open_checkout(), "countries": house.countries, "wording": WORDING}
    return house.show("checkout", status, details=details, errors=errors, **facts)
