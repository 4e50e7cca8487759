"""What a happening tells beside its own topic: payments, parcels, carts, stock, tags, members, a customer's figures."""

from collections.abc import Callable, Iterator
from functools import partial

from sandbox.changes import Event
from sandbox.segments import Segment
from sandbox.shop import Checkout, Order, Person, Product, Refund
from sandbox.shopify import payload_checkouts, payload_fulfillments, payload_payments, payload_shop, segments
from sandbox.shopify import payload_people as people
from sandbox.shopify.payload_parts import Body
from sandbox.shopify.sold import OrderRefund, OrderTransaction
from sandbox.shopify.world import World

Told = Iterator[tuple[str, Callable[[], Body]]]  # topics with their bodies


class Happenings:
    """Remembers what was so before, where a topic says the difference."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tags = {person.id: person.tags for person in world.shop.people.values()}
        self._stock = {variant.id: variant.stock for variant in world.shop.variants.values()}
        self._members = {
            segment.id: {person.id for person in world.shop.people.values() if segment.holds(person)}
            for segment in world.shop.segments.values()
        }

    def told(self, event: Event) -> Told:
        thing = event.object
        if isinstance(thing, Order):
            yield from self._ordered(thing, event)
        elif isinstance(thing, Refund) and event.order is not None:
            back = OrderRefund(event.order, thing)
            yield from self._paid(back.transactions())
            yield from self._bought(event.order, event)
        elif isinstance(thing, Checkout) and not thing.as_draft:
            yield from self._carried(thing, event.kind)
        elif isinstance(thing, Product):
            yield from self._counted(thing, event)
        elif isinstance(thing, Person):
            yield from self._tagged(thing, event)
            yield from self._joined({thing.id})
        elif isinstance(thing, Segment):
            yield from self._joined(set(self._world.shop.people))

    def _ordered(self, order: Order, event: Event) -> Told:
        if event.kind == "order.created":
            yield from self._paid([OrderTransaction(order, each) for each in order.transactions])
        elif event.kind == "order.paid":
            yield from self._paid([OrderTransaction(order, order.transactions[-1])])
        elif event.kind == "order.fulfilled":
            yield "fulfillments/create", lambda: payload_fulfillments.fulfillment(self._world, order)
        if event.kind in ("order.created", "order.cancelled"):
            yield from self._bought(order, event)

    def _paid(self, payments: list[OrderTransaction]) -> Told:
        for paid in payments:
            yield "order_transactions/create", partial(payload_payments.created, self._world, paid)

    def _bought(self, order: Order, event: Event) -> Told:
        person = self._world.person(order.person_id)
        if person is not None:
            yield "customers/purchasing_summary", lambda: people.purchases(self._world, person, event.at)

    def _carried(self, checkout: Checkout, kind: str) -> Told:
        """A checkout of the online store is made of a cart."""
        topic = {
            "checkout.created": "carts/create",
            "checkout.updated": "carts/update",
            "checkout.emptied": "carts/update",
        }
        if kind in topic:
            yield topic[kind], lambda: payload_checkouts.cart(self._world, checkout)

    def _counted(self, product: Product, event: Event) -> Told:
        for variant in product.variants:
            if self._stock.get(variant.id) != variant.stock and event.kind != "product.deleted":
                self._stock[variant.id] = variant.stock
                yield "inventory_levels/update", partial(payload_shop.level, self._world, variant, event.at)

    def _tagged(self, person: Person, event: Event) -> Told:
        old, new = self._tags.get(person.id, ()), person.tags
        self._tags[person.id] = new
        added, removed = [tag for tag in new if tag not in old], [tag for tag in old if tag not in new]
        if added:
            yield "customer.tags_added", lambda: people.tags_changed(person, added, event.at)
        if removed:
            yield "customer.tags_removed", lambda: people.tags_changed(person, removed, event.at)

    def _joined(self, people: set[int]) -> Told:
        """Which of these people are in which segment now, and were not before, or the other way round."""
        for segment in self._world.shop.segments.values():
            members = self._members.setdefault(segment.id, set())
            now = {one for one in people if segment.holds(self._world.shop.people[one])}
            for topic, ids in (
                ("customer.joined_segment", now - members),
                ("customer.left_segment", (people & members) - now),
            ):
                for one in sorted(ids):
                    members ^= {one}
                    yield topic, partial(segments.membership, segment, self._world.shop.people[one])
