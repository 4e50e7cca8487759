"""Which change of the shop is told under which topics, to which subscriptions."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from sandbox.changes import Event
from sandbox.clock import utc_now
from sandbox.discounts import CodeDiscount
from sandbox.shop import Checkout, Order, Person, Product, Refund, Segment
from sandbox.shopify import (
    payload_checkouts,
    payload_discounts,
    payload_fulfillments,
    payload_orders,
    payload_refunds,
    payload_shop,
    segments,
)
from sandbox.shopify import payload_people as people
from sandbox.shopify.bulk import Operation
from sandbox.shopify.delivery import Delivery, Sender
from sandbox.shopify.filters import passes, reduced
from sandbox.shopify.happenings import Happenings
from sandbox.shopify.sold import OrderRefund
from sandbox.shopify.subscriptions import Subscriptions
from sandbox.shopify.world import World

Body = dict[str, Any]
Make = Callable[[World, Event], Body]


def _order(world: World, event: Event) -> Body:
    assert isinstance(event.object, Order)
    return payload_orders.order(world, event.object)


def _gone(_: World, event: Event) -> Body:
    assert isinstance(event.object, Order)
    return {"id": event.object.id}


def _refund(world: World, event: Event) -> Body:
    assert isinstance(event.object, Refund)
    assert event.order is not None
    return payload_refunds.refund(world, OrderRefund(event.order, event.object))


def _person(make: Callable[[World, Person], Body]) -> Make:
    def body(world: World, event: Event) -> Body:
        assert isinstance(event.object, Person)
        return make(world, event.object)

    return body


def _checkout(world: World, event: Event) -> Body:
    assert isinstance(event.object, Checkout)
    return payload_checkouts.checkout(world, event.object)


def _checkout_gone(_: World, event: Event) -> Body:
    assert isinstance(event.object, Checkout)
    return payload_checkouts.deleted(event.object)


def _edited(world: World, event: Event) -> Body:
    assert isinstance(event.object, Order)
    return payload_fulfillments.edited(world, event.object)


def _merged(_: World, event: Event) -> Body:
    assert isinstance(event.object, tuple)
    return people.merged(*event.object)


def _segment(_: World, event: Event) -> Body:
    assert isinstance(event.object, Segment)
    return segments.changed(event.object)


def _segment_gone(_: World, event: Event) -> Body:
    assert isinstance(event.object, Segment)
    return {"id": event.object.id}


def _product_gone(_: World, event: Event) -> Body:
    assert isinstance(event.object, Product)
    return {"id": event.object.id}


def _product(world: World, event: Event) -> Body:
    assert isinstance(event.object, Product)
    return payload_shop.product(world, event.object)


def _discount(world: World, event: Event) -> Body:
    assert isinstance(event.object, CodeDiscount)
    return payload_discounts.discount(world, event.object)


def _discount_gone(world: World, event: Event) -> Body:
    assert isinstance(event.object, CodeDiscount)
    return payload_discounts.gone(world, event.object, event.at)


def _code_added(_: World, event: Event) -> Body:
    assert isinstance(event.object, tuple)
    discount, code = event.object
    return payload_discounts.code_added(discount, code)


# what happened -> the topic's name in the schema, its name in the header, its body
TOPICS: dict[str, tuple[str, str, Make]] = {
    "order.created": ("ORDERS_CREATE", "orders/create", _order),
    "order.updated": ("ORDERS_UPDATED", "orders/updated", _order),
    "order.paid": ("ORDERS_PAID", "orders/paid", _order),
    "order.cancelled": ("ORDERS_CANCELLED", "orders/cancelled", _order),
    "order.fulfilled": ("ORDERS_FULFILLED", "orders/fulfilled", _order),
    "order.edited": ("ORDERS_EDITED", "orders/edited", _edited),
    "order.erased": ("ORDERS_DELETE", "orders/delete", _gone),
    "refund.created": ("REFUNDS_CREATE", "refunds/create", _refund),
    "customer.created": ("CUSTOMERS_CREATE", "customers/create", _person(people.customer_head)),
    "customer.updated": ("CUSTOMERS_UPDATE", "customers/update", _person(people.customer_head)),
    "customer.registered": ("CUSTOMERS_ENABLE", "customers/enable", _person(people.customer_head)),
    "customer.disabled": ("CUSTOMERS_DISABLE", "customers/disable", _person(people.customer_head)),
    "customer.merged": ("CUSTOMERS_MERGE", "customers/merge", _merged),
    "customer.deleted": (
        "CUSTOMERS_DELETE",
        "customers/delete",
        _person(people.customer_deleted),
    ),
    "customer.consent": (
        "CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE",
        "customers_email_marketing_consent/update",
        _person(people.email_consent),
    ),
    "customer.sms_consent": (
        "CUSTOMERS_MARKETING_CONSENT_UPDATE",
        "customers_marketing_consent/update",
        _person(people.sms_consent),
    ),
    "checkout.created": ("CHECKOUTS_CREATE", "checkouts/create", _checkout),
    "checkout.updated": ("CHECKOUTS_UPDATE", "checkouts/update", _checkout),
    "checkout.emptied": ("CHECKOUTS_UPDATE", "checkouts/update", _checkout),
    "checkout.completed": ("CHECKOUTS_UPDATE", "checkouts/update", _checkout),
    "checkout.deleted": ("CHECKOUTS_DELETE", "checkouts/delete", _checkout_gone),
    "product.created": ("PRODUCTS_CREATE", "products/create", _product),
    "product.updated": ("PRODUCTS_UPDATE", "products/update", _product),
    "product.stock": ("PRODUCTS_UPDATE", "products/update", _product),
    "product.deleted": ("PRODUCTS_DELETE", "products/delete", _product_gone),
    "segment.created": ("SEGMENTS_CREATE", "segments/create", _segment),
    "segment.updated": ("SEGMENTS_UPDATE", "segments/update", _segment),
    "segment.deleted": ("SEGMENTS_DELETE", "segments/delete", _segment_gone),
    "shop.updated": ("SHOP_UPDATE", "shop/update", lambda world, _: payload_shop.shop(world)),
    "discount.updated": ("DISCOUNTS_UPDATE", "discounts/update", _discount),
    "discount.deleted": ("DISCOUNTS_DELETE", "discounts/delete", _discount_gone),
    "discount.created": ("DISCOUNTS_CREATE", "discounts/create", _discount),
    "discount.code_added": ("DISCOUNTS_REDEEMCODE_ADDED", "discounts/redeemcode_added", _code_added),
}


BY_LAW = ("CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT")  # told of a shop that left, too


class Webhooks:
    """Listens to the box. Bodies are made at once, so that they say what was so when it happened."""

    def __init__(self, world: World, hooks: Subscriptions) -> None:
        self.world = world
        self.hooks = hooks
        self.sender = Sender(world.options, self._gave_up)
        self._happenings = Happenings(world)
        world.box.listen(self._heard)

    def tell(self, name: str, topic: str, make: Callable[[], Body], at: datetime) -> None:
        """To every subscription of this topic; a body that its filter refuses is not sent."""
        wanted = self.hooks.wanted(name)
        if not wanted or not (self.world.installation.is_installed or name in BY_LAW):
            return
        body, event_id = make(), str(uuid.uuid4())
        for subscription in wanted:
            if passes(body, subscription.filter):
                content = msgspec.json.encode(reduced(body, subscription.include_fields))
                self.sender.send(subscription, topic, content, event_id, at)

    def bulk_finished(self, operation: Operation) -> None:
        def body() -> Body:
            return payload_shop.bulk_finished(self.world, operation)

        self.tell("BULK_OPERATIONS_FINISH", "bulk_operations/finish", body, self.world.box.now())

    def uninstalled(self) -> None:
        """The last that is told; the subscriptions go with the app."""
        now = utc_now()  # told with fractions of a second, unlike what happens in the shop
        self.tell("APP_UNINSTALLED", "app/uninstalled", lambda: payload_shop.shop(self.world), now)
        self.hooks.clear()

    def _heard(self, event: Event) -> None:
        if event.kind in TOPICS:
            name, topic, make = TOPICS[event.kind]
            self.tell(name, topic, lambda: make(self.world, event), event.at)
        for topic, body in self._happenings.told(event):
            self.tell(enum_name(topic), topic, body, event.at)

    def _gave_up(self, delivery: Delivery) -> None:
        """A subscription made through the API does not survive."""
        self.hooks.remove(delivery.subscription.id)


def enum_name(topic: str) -> str:
    return topic.replace("/", "_").replace(".", "_").upper()
