"""What a change tells: an event, and the core of the box that passes it on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox import clock
from sandbox.shop import Order, Shop, Variant


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: order.created/updated/paid/fulfilled/cancelled/edited/saved/noted/deleted/restored/
    untrashed/erased, refund.created/deleted/erased, customer.created/registered/disabled/updated/deleted/merged/
    consent, checkout.created/updated/completed/emptied/deleted, product.created/updated/stock/deleted/erased,
    discount.created/updated/deleted/code_added, segment.created/updated/deleted, shop.updated."""

    kind: str
    object: object  # the Order, Refund, Person, Checkout, Product, Segment, Shop or CodeDiscount (with the code added)
    at: datetime
    order: Order | None = None  # the order of a refund
    variant: Variant | None = None  # that alone of its product


Listener = Callable[[Event], None]


class Told:
    """Listeners are called under the lock, right after the change: they must only take note and return."""

    unmoved: frozenset[str] = frozenset({"order.orphaned"})  # changes that leave an order's date as it was: a face says

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.lock = threading.RLock()
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        """Whole seconds, which is all that both platforms tell."""
        return clock.utc_now().replace(microsecond=0)

    def _move(self, order: Order, kind: str) -> None:
        if kind not in self.unmoved:
            order.updated_at = self.now()

    def listen(self, callback: Listener) -> None:
        self._listeners.append(callback)

    def tell(
        self, kind: str, thing: object, at: datetime, order: Order | None = None, variant: Variant | None = None
    ) -> None:
        event = Event(kind, thing, at, order, variant)
        for listener in self._listeners:
            listener(event)
