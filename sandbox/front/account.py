"""Signing in. There are no passwords: the people are invented, and their email is enough."""

from flask import redirect, request
from flask.typing import ResponseReturnValue

from sandbox.front.checkout import is_email
from sandbox.front.house import House
from sandbox.shop import Person


def routes(house: House) -> None:
    bp = house.blueprint

    @bp.get("/account")
    def account() -> ResponseReturnValue:
        return house.show("account", email="", error="")

    @bp.post("/account")
    def sign_in() -> ResponseReturnValue:
        """With `register` an account is made, also out of an earlier guest."""
        email = request.form.get("email", "").strip()
        person = _registered(house, email)
        if person is None and "register" in request.form and is_email(email):
            person = house.box.register(email, request.form.get("first_name", ""), request.form.get("last_name", ""))
        if person is None:
            return house.show("account", 422, email=email, error="There is no account with this email.")
        cart = house.cart()
        cart.person_id = person.id
        house.keep(cart)
        return redirect("/account", 303)

    @bp.post("/account/leave")
    def sign_out() -> ResponseReturnValue:
        house.cart().person_id = None
        return redirect("/account", 303)


def _registered(house: House, email: str) -> Person | None:
    person = house.box.find_person(email)
    return person if person and person.registered and not person.deleted_at else None
