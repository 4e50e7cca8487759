"""Baskets on the shop's server, found by a cookie, and what leaving them or buying them does to the box."""

import secrets
from dataclasses import dataclass, field

from sandbox.changes import Box
from sandbox.shop import Address, Checkout, Consent, Order

WORDING = "Email me with news and offers. I can stop at any time."


@dataclass(slots=True)
class Cart:
    token: str
    items: dict[int, int] = field(default_factory=dict)  # variant id -> quantity
    checkout_id: int | None = None
    person_id: int | None = None  # of somebody who is signed in

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(self.items.items())

    @property
    def units(self) -> int:
        return sum(self.items.values())


class Carts:
    def __init__(self, box: Box) -> None:
        self.box = box
        self._by_token: dict[str, Cart] = {}

    def get(self, token: str | None) -> Cart:
        """The cart of a cookie; a new one, not kept yet, where there is none."""
        cart = self._by_token.get(token or "") or Cart(secrets.token_urlsafe(16))
        checkout = self.box.shop.checkouts.get(cart.checkout_id or 0)
        if checkout and checkout.state == "completed":  # on another device
            _empty(cart)
        return cart

    def keep(self, cart: Cart) -> None:
        self._by_token[cart.token] = cart

    def change(self, cart: Cart, variant_id: int, quantity: int) -> None:
        """Sets how many of a variant are in the cart; an open checkout follows."""
        cart.items[variant_id] = quantity
        if quantity < 1:
            del cart.items[variant_id]
        with self.box.lock:
            if checkout := self.checkout(cart):
                self.box.update_checkout(checkout.id, items=cart.pairs)

    def checkout(self, cart: Cart) -> Checkout | None:
        """The cart's checkout as long as it is open."""
        checkout = self.box.shop.checkouts.get(cart.checkout_id or 0)
        return checkout if checkout and checkout.state == "open" else None

    def leave_contact(
        self, cart: Cart, email: str, wants_news: bool | None, *, address: Address | None = None
    ) -> Checkout:
        """From now on the shop knows who may be leaving. `wants_news` None: the box was not answered yet."""
        consent = None if wants_news is None else self._consent(wants_news)
        with self.box.lock:
            checkout = self.checkout(cart)
            if checkout:
                return self.box.update_checkout(checkout.id, email=email, consent=consent, address=address)
            checkout = self.box.open_checkout(
                cart.pairs, email=email, person_id=cart.person_id, consent=consent, address=address
            )
            cart.checkout_id = checkout.id
            return checkout

    def buy(self, cart: Cart, email: str, wants_news: bool, address: Address) -> Order:
        with self.box.lock:
            checkout = self.leave_contact(cart, email, wants_news, address=address)
            order = self.box.complete_checkout(checkout.id)
        _empty(cart)
        return order

    def restore(self, checkout: Checkout) -> Cart:
        """A new cart, on whatever device, with what the checkout holds."""
        items = {line.variant_id: line.quantity for line in checkout.lines if line.variant_id is not None}
        return Cart(secrets.token_urlsafe(16), items, checkout.id)

    def _consent(self, wants_news: bool) -> Consent:
        state = "subscribed" if wants_news else "not_subscribed"
        return Consent(state, self.box.now(), source="checkout", text=WORDING)


def _empty(cart: Cart) -> None:
    cart.items.clear()
    cart.checkout_id = None
