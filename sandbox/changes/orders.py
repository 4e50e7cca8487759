"""Changes of orders: placed, paid, sent, edited, refunded, cancelled, trashed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sandbox.changes.customers import CustomerChanges
from sandbox.changes.products import ProductChanges
from sandbox.orders import edit_of, full_refund, new_order, paid, refund_of
from sandbox.shop import Address, Checkout, Consent, Order, Person, Refund, Visit
from sandbox.till import NO_DUTY, Basket, ring_up


class OrderChanges(CustomerChanges, ProductChanges):
    def order(self, order_id: int) -> Order:
        if order_id not in self.shop.orders:
            raise LookupError(f"no order {order_id}")
        return self.shop.orders[order_id]

    def place_order(
        self,
        items: Sequence[tuple[int, int]],  # (variant id, quantity)
        *,
        person_id: int | None = None,
        email: str | None = None,
        currency: str | None = None,
        code: str | None = None,
        shipping: str | None = "standard",
        tip_minor: int = 0,
        duty: Decimal = NO_DUTY,
        gift_minor: int = 0,  # paid with a gift card, the rest by card
        address: Address | None = None,
        payment: str = "paid",
        source_name: str = "web",
        test: bool = False,
        consent: Consent | None = None,
        visit: Visit | None = None,
    ) -> Order:
        """A person, an email (a guest) or neither (a till). -> customer.created?, order.created, customer.updated?"""
        with self.lock:
            person = self.person(person_id) if person_id else None
            address = address or (person.address if person else None)
            country = address.country_code if address else self.shop.country_code
            basket = ring_up(self.shop, items, country=country, currency=currency, code=code,
                             shipping=shipping, tip_minor=tip_minor, duty=duty)  # fmt: skip
            order = self._place(basket, person_id=person_id, email=email, address=address, payment=payment,
                                gift_minor=gift_minor, consent=consent, visit=visit, source_name=source_name,
                                test=test)  # fmt: skip
            return order

    def pay_order(self, order_id: int) -> Order:
        """-> order.paid, order.updated"""
        with self.lock:
            order = self.order(order_id)
            if order.is_paid or order.cancelled_at:
                raise ValueError(f"order {order_id} cannot be paid")
            paid(order, self.shop, self.now())
            order.held_status = ""
            return self._changed(order, "order.paid")

    def fulfil_order(self, order_id: int) -> Order:
        """-> order.fulfilled, order.updated"""
        with self.lock:
            order = self.order(order_id)
            order.fulfilled_at, order.held_status = self.now(), ""
            return self._changed(order, "order.fulfilled")

    def refund(
        self,
        order_id: int,
        lines: Sequence[tuple[int, int]] | None = None,  # (line id, units); None: all that is left, shipping too
        *,
        shipping_minor: int = 0,
        duty_minor: int = 0,
        amount_minor: int = 0,  # without lines, or on top of them
        note: str = "",
    ) -> Refund:
        """-> order.updated, refund.created"""
        with self.lock:
            order, at = self.order(order_id), self.now()
            if not order.is_paid:
                raise ValueError(f"order {order_id} is not paid")
            if lines is None:
                refund = full_refund(order, self.shop.next_id(), at, note)
            else:
                refund = refund_of(
                    order,
                    self.shop.next_id(),
                    at,
                    lines=lines,
                    shipping_minor=shipping_minor,
                    duty_minor=duty_minor,
                    amount_minor=amount_minor,
                    note=note,
                )
            if not 0 <= refund.total_minor <= order.current_minor:
                raise ValueError(f"{refund.total_minor} is more than is left of order {order_id}")
            order.add_refund(refund)
            order.held_status = "" if order.is_fully_refunded else order.held_status
            self._changed(order)
            self.tell("refund.created", refund, at, order)
            return refund

    def edit_order(
        self,
        order_id: int,
        *,
        remove: Sequence[tuple[int, int]] = (),  # (line id, units)
        add: Sequence[tuple[int, int]] = (),  # (variant id, units)
        note: str = "",
    ) -> Order:
        """-> order.edited, order.updated"""
        with self.lock:
            order = self.order(order_id)
            order.told_total = ""
            order.add_edit(edit_of(order, self.shop, self.now(), remove=remove, add=add, note=note))
            return self._changed(order, "order.edited")

    def cancel_order(self, order_id: int, reason: str = "customer") -> Order:
        """What was paid is refunded first. -> order.cancelled, order.updated and those of a refund"""
        with self.lock:
            order = self.order(order_id)
            if order.cancelled_at:
                raise ValueError(f"order {order_id} is cancelled already")
            if order.is_paid and order.current_minor > 0:
                self.refund(order_id)
            order.cancelled_at, order.cancel_reason, order.held_status = self.now(), reason, ""
            return self._changed(order, "order.cancelled")

    def _place(
        self,
        basket: Basket,
        *,
        person_id: int | None,
        email: str | None,
        address: Address | None,
        payment: str,
        consent: Consent | None,
        visit: Visit | None,
        gift_minor: int = 0,
        source_name: str = "web",
        test: bool = False,
        checkout: Checkout | None = None,
    ) -> Order:
        at = self.now()
        person = self._buyer(person_id, email, address, at)
        takes_back = person is not None and person.consent and consent and consent.state == "not_subscribed"
        if person and consent and not takes_back:  # a box left empty does not unsubscribe anybody
            self._take_consent(person, replace(consent, at=consent.at or at))
        order = new_order(self.shop, basket, person, at, as_guest=person_id is None, payment=payment,
                          gift_minor=gift_minor, address=address)  # fmt: skip
        order.email = email or order.email
        order.source_name, order.test, order.first_visit, order.last_visit = source_name, test, visit, visit
        if checkout:
            order.id = checkout.id if checkout.as_draft else order.id  # a draft becomes the order
            order.checkout_id, order.checkout_token = checkout.id, checkout.token
            order.cart_token, order.locale = checkout.cart_token, checkout.locale
        self.shop.orders[order.id] = order
        self._sell(order.lines)
        self.tell("order.created", order, at)
        if person:
            self._touched(person, at)
        return order

    def _buyer(self, person_id: int | None, email: str | None, address: Address | None, at: datetime) -> Person | None:
        if person_id:
            return self.person(person_id)
        return self._guest(email, address, at) if email else None

    def _changed(self, order: Order, kind: str | None = None) -> Order:
        self._move(order, kind or "order.updated")
        if kind:
            self.tell(kind, order, self.now())
        self.tell("order.updated", order, self.now())
        return order
