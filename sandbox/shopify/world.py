"""What every part of the Shopify face shares: the box, the options, and indexes over the shop."""

from collections import defaultdict

from sandbox.changes import Box, Event
from sandbox.shop import Order, Person
from sandbox.shopify.installation import Installation
from sandbox.shopify.ledger import current_shop_minor, is_void
from sandbox.shopify.options import Options
from sandbox.shopify.values import Amounts


class World:
    def __init__(self, box: Box, options: Options) -> None:
        self.box = box
        self.shop = box.shop
        self.options = options
        self.installation = Installation(options)
        self.amounts = Amounts(box.shop.currency)
        self.origin = ""  # where the face really is, known with the first request
        self._version = 0
        self._orders: tuple[int, dict[int, list[Order]]] = (-1, {})
        box.listen(self._changed)

    def version(self) -> int:
        """Another number after every change of the shop."""
        return self._version

    def orders_of(self, person_id: int) -> list[Order]:
        """Somebody's orders, the earliest first."""
        version, orders = self._orders
        if version != self._version:
            version, orders = self._version, defaultdict(list)
            for order in sorted(self.shop.orders.values(), key=lambda each: each.placed_at):
                if order.person_id is not None:
                    orders[order.person_id].append(order)
            self._orders = version, orders
        return orders.get(person_id, [])

    def spent(self, person: Person) -> int:
        """Net of what counts: no tests, nothing that was cancelled before it was paid."""
        counted = (order for order in self.orders_of(person.id) if not order.test and not is_void(order))
        return sum(current_shop_minor(order) for order in counted)

    def person(self, person_id: int | None) -> Person | None:
        """A customer who is still there."""
        person = self.shop.people.get(person_id) if person_id is not None else None
        return person if person and person.deleted_at is None else None

    def _changed(self, event: Event) -> None:
        self._version += 1
