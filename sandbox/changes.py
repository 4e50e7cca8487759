"""The box: one shop, a lock, and every way in which the shop changes once it is open."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox import clock
from sandbox.shop import Address, Checkout, Consent, Order, Person, Refund, Shop


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: order.created/updated/paid/cancelled/edited/deleted/restored, refund.created,
    customer.created/updated/deleted/consent, checkout.created/updated/completed/emptied, product.updated."""

    kind: str
    object: Order | Person | Checkout | Refund | object
    at: datetime
    order: Order | None = None  # the order of a refund


Listener = Callable[[Event], None]


class Box:
    """Listeners are called under the lock, right after the change: they must only take note and return."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.lock = threading.RLock()
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        return clock.now()

    def listen(self, callback: Listener) -> None:
        self._listeners.append(callback)

    def tell(self, kind: str, thing: object, at: datetime, order: Order | None = None) -> None:
        event = Event(kind, thing, at, order)
        for listener in self._listeners:
            listener(event)

    def place_order(
        self,
        items: Sequence[tuple[int, int]],  # (variant id, quantity)
        *,
        person_id: int | None = None,
        email: str | None = None,
        currency: str | None = None,
        code: str | None = None,
        address: Address | None = None,
        as_guest: bool | None = None,
        payment: str = "paid",
        source_name: str = "web",
        test: bool = False,
        consent: Consent | None = None,
    ) -> Order:
        """A new order; a new email makes a guest person. -> customer.created?, order.created"""
        raise NotImplementedError

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
    ) -> Checkout:
        """-> checkout.created"""
        raise NotImplementedError

    def update_checkout(
        self,
        checkout_id: int,
        *,
        items: Sequence[tuple[int, int]] | None = None,
        email: str | None = None,
        consent: Consent | None = None,
        code: str | None = None,
    ) -> Checkout:
        """-> checkout.updated (checkout.emptied when `items` is empty)"""
        raise NotImplementedError

    def complete_checkout(self, checkout_id: int, *, payment: str = "paid") -> Order:
        """The checkout becomes an order with its tokens. -> order.created, checkout.completed"""
        raise NotImplementedError

    def refund(
        self,
        order_id: int,
        lines: Sequence[tuple[int, int]] | None = None,  # (line id, units); None: all that is left, shipping too
        *,
        shipping_minor: int = 0,
        amount_minor: int = 0,  # without lines, or on top of them
        note: str = "",
    ) -> Refund:
        """-> order.updated, refund.created"""
        raise NotImplementedError

    def edit_order(
        self,
        order_id: int,
        *,
        remove: Sequence[tuple[int, int]] = (),  # (line id, units)
        add: Sequence[tuple[int, int]] = (),  # (variant id, units)
        note: str = "",
    ) -> Order:
        """-> order.edited, order.updated"""
        raise NotImplementedError

    def pay_order(self, order_id: int) -> Order:
        """-> order.paid, order.updated"""
        raise NotImplementedError

    def fulfil_order(self, order_id: int) -> Order:
        """-> order.updated"""
        raise NotImplementedError

    def cancel_order(self, order_id: int, reason: str = "customer") -> Order:
        """What was paid is refunded first. -> (refund.created), order.cancelled, order.updated"""
        raise NotImplementedError

    def trash_order(self, order_id: int) -> Order:
        """To the bin (WooCommerce). -> order.deleted"""
        raise NotImplementedError

    def restore_order(self, order_id: int) -> Order:
        """-> order.restored"""
        raise NotImplementedError

    def delete_order(self, order_id: int) -> Order:
        """Gone for good. -> order.erased (WooCommerce tells nobody; Shopify says orders/delete)"""
        raise NotImplementedError

    def register(
        self, email: str, first_name: str = "", last_name: str = "", *, address: Address | None = None
    ) -> Person:
        """A new account, or a guest's: earlier guest orders stay guest orders on WooCommerce. -> customer.created/updated"""
        raise NotImplementedError

    def change_customer(self, person_id: int, **fields: object) -> Person:
        """-> customer.updated"""
        raise NotImplementedError

    def set_consent(self, person_id: int, consent: Consent) -> Person:
        """-> customer.consent, customer.updated"""
        raise NotImplementedError

    def delete_customer(self, person_id: int) -> Person:
        """-> customer.deleted"""
        raise NotImplementedError

    def change_product(self, product_id: int, **fields: object) -> object:
        """-> product.updated"""
        raise NotImplementedError

    def find_person(self, email: str) -> Person | None:
        raise NotImplementedError
