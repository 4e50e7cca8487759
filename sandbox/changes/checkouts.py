"""Changes of checkouts: opened, typed into, emptied, completed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sandbox.changes.orders import OrderChanges
from sandbox.shop import Address, Checkout, Consent, Order, Shop, Visit
from sandbox.till import Basket, fill, ring_up


def token(shop: Shop, kind: str, number: int, length: int = 32) -> str:
    """An unguessable-looking key that is the same in every run of the same shop."""
    return hashlib.sha256(f"{shop.domain}|{kind}|{number}".encode()).hexdigest()[:length]


def new_checkout(shop: Shop, basket: Basket, at: datetime) -> Checkout:
    """A basket as an open checkout with its tokens."""
    number = shop.next_id()
    checkout = Checkout(
        id=number,
        token=token(shop, "checkout", number),
        cart_token=token(shop, "cart", number),
        session="t_" + token(shop, "session", number, 30),
        restore_token=token(shop, "restore", number),
        email=None,
        person_id=None,
        currency=basket.currency,
        lines=[],
        total_minor=basket.total_minor,
        created_at=at,
        updated_at=at,
    )
    fill(checkout, shop, basket)
    return checkout


class CheckoutChanges(OrderChanges):
    def open_checkout(
        self,
        items: Sequence[tuple[int, int]],
        *,
        email: str | None = None,
        person_id: int | None = None,
        currency: str | None = None,
        consent: Consent | None = None,
        code: str | None = None,
        address: Address | None = None,
        as_draft: bool = False,
        locale: str = "en",
        visit: Visit | None = None,
    ) -> Checkout:
        """-> checkout.created"""
        with self.lock:
            at = self.now()
            person = self.person(person_id) if person_id else None
            address = address or (person.address if person else None)
            country = address.country_code if address else self.shop.country_code
            basket = ring_up(self.shop, items, country=country, currency=currency, code=code)
            checkout = new_checkout(self.shop, basket, at)
            checkout.email, checkout.person_id = email or (person.email if person else None), person_id
            checkout.consent, checkout.address, checkout.locale = consent, address, locale
            checkout.as_draft, checkout.first_visit, checkout.last_visit = as_draft, visit, visit
            self.shop.checkouts[checkout.id] = checkout
            self.tell("checkout.created", checkout, at)
            return checkout

    def update_checkout(
        self,
        checkout_id: int,
        *,
        items: Sequence[tuple[int, int]] | None = None,
        email: str | None = None,
        consent: Consent | None = None,
        code: str | None = None,
        address: Address | None = None,
    ) -> Checkout:
        """Only what is given changes. -> checkout.updated, or checkout.emptied when `items` is empty"""
        with self.lock:
            checkout = self._open(checkout_id)
            checkout.email = email or checkout.email
            checkout.consent = consent or checkout.consent
            checkout.address = address or checkout.address
            if items is not None or code or address:
                self._ring_up_again(checkout, items, code)
            checkout.updated_at = self.now()
            if items is not None and not items:
                checkout.state = "emptied"
            kind = "checkout.emptied" if checkout.state == "emptied" else "checkout.updated"
            self.tell(kind, checkout, checkout.updated_at)
            return checkout

    def complete_checkout(self, checkout_id: int, *, payment: str = "paid", visit: Visit | None = None) -> Order:
        """The checkout becomes an order with its tokens. -> order.created, checkout.completed"""
        with self.lock:
            checkout = self._open(checkout_id)
            if not checkout.email:
                raise ValueError("a checkout needs an email before it can be completed")
            order = self._order_of(checkout, payment, visit)
            checkout.state, checkout.order_id = "completed", order.id
            checkout.completed_at = checkout.updated_at = order.created_at
            self.tell("checkout.completed", checkout, order.created_at)
            return order

    def delete_checkout(self, checkout_id: int) -> Checkout:
        """-> checkout.deleted"""
        with self.lock:
            checkout = self.shop.checkouts.pop(checkout_id)
            self.tell("checkout.deleted", checkout, self.now())
            return checkout

    def find_checkout(self, restore_token: str) -> Checkout | None:
        """The checkout of a recovery link, whatever its state."""
        return next((c for c in self.shop.checkouts.values() if c.restore_token == restore_token), None)

    def _open(self, checkout_id: int) -> Checkout:
        checkout = self.shop.checkouts[checkout_id]
        if checkout.state == "completed":
            raise ValueError(f"checkout {checkout_id} is completed")
        checkout.state = "open"
        return checkout

    def _ring_up_again(self, checkout: Checkout, items: Sequence[tuple[int, int]] | None, code: str | None) -> None:
        if items is None:
            items = [(line.variant_id or 0, line.quantity) for line in checkout.lines]
        used = next((discount.title for discount in checkout.discounts if discount.kind == "code"), None)
        country = checkout.address.country_code if checkout.address else self.shop.country_code
        currency = checkout.currency
        basket = ring_up(self.shop, items, country=country, currency=currency, code=code or used)
        if not items:
            basket.shipping.clear()
        fill(checkout, self.shop, basket)
        checkout.total_minor = basket.total_minor

    def _order_of(self, checkout: Checkout, payment: str, visit: Visit | None) -> Order:
        basket = Basket(
            checkout.currency,
            checkout.rate,
            checkout.taxes_included,
            checkout.tax_rates,
            checkout.discounts,
            [replace(line) for line in checkout.lines],
            [replace(line) for line in checkout.shipping],
        )
        return self._place(
            basket,
            person_id=checkout.person_id,
            email=checkout.email,
            address=checkout.address,
            payment=payment,
            consent=checkout.consent,
            visit=visit or checkout.last_visit,
            checkout=checkout,
        )
