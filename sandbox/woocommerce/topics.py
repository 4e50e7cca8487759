"""Which event of the shop is a delivery of which topic, and of which it is none."""

from collections.abc import Iterator

from sandbox.changes import Event
from sandbox.shop import Checkout, Order, Person, Product, Refund
from sandbox.woocommerce.coupons import Coupon
from sandbox.woocommerce.house import House
from sandbox.woocommerce.notes import Note

Topic = tuple[str, int]
ERASED = "action.woocommerce_delete_order"
NOTED = "action.woocommerce_order_note_added"


def topics(event: Event, house: House) -> Iterator[Topic]:
    """The topics of an event with the number of the thing."""
    thing, verb = event.object, event.kind.partition(".")[2]
    if isinstance(thing, Order):
        yield from _of_order(thing, verb, house)
    elif isinstance(thing, Person) and thing.registered:
        yield from _of_account(thing, verb)
    elif isinstance(thing, Product):
        yield from _of_product(event, thing, verb)
    elif isinstance(thing, Checkout) and house.is_draft(thing):
        yield from _of_draft(thing, verb, house)
    elif isinstance(thing, Coupon):
        yield from _of_coupon(thing, verb)
    elif isinstance(thing, Refund) and event.order:
        yield from _of_refund(thing, event.order, verb, house)
    elif isinstance(thing, Note):
        yield NOTED, thing.id


def _of_order(order: Order, verb: str, house: House) -> Iterator[Topic]:
    if verb == "created" and not _was_seen_as_draft(order, house):
        yield "order.created", order.id
    if verb in ("created", "updated") or (verb == "untrashed" and house.options.is_posts):
        yield "order.updated", order.id
    if verb in ("deleted", "restored"):
        yield f"order.{verb}", order.id
        for other in ("product", "coupon") if house.options.is_posts else ():
            yield f"{other}.{verb}", order.id  # a fault of WooCommerce's own: it does not look what kind of post it was
    if verb == "erased":
        yield ERASED, order.id


def _was_seen_as_draft(order: Order, house: House) -> bool:
    """Before 10.0 a block checkout's order is created as a draft, and placing it is an update."""
    checkout = house.box.shop.checkouts.get(order.checkout_id or 0)
    return checkout is not None and checkout.as_draft and not house.options.since(10)


def _of_draft(draft: Checkout, verb: str, house: House) -> Iterator[Topic]:
    if verb == "created" and not house.options.since(10):
        yield "order.created", draft.id
    if verb in ("created", "updated"):
        yield "order.updated", draft.id


def _of_refund(refund: Refund, order: Order, verb: str, house: House) -> Iterator[Topic]:
    """Its end alone: posts tell of any, the office's button of its own; where neither is, nothing does before 11.2."""
    if verb not in ("deleted", "erased"):
        return
    if house.options.is_posts:
        yield "action.woocommerce_delete_order_refund", refund.id
    if verb == "deleted":
        yield "action.woocommerce_refund_deleted", refund.id
    if house.options.since(11, 2):
        yield "order.updated", order.id


def _of_account(person: Person, verb: str) -> Iterator[Topic]:
    """An account is what WooCommerce calls a customer; of its end it tells only when it was a customer's proper."""
    verb = {"registered": "created", "created": ""}.get(verb, verb)
    if verb in ("created", "updated") or (verb == "deleted" and person.role == "customer"):
        yield f"customer.{verb}", person.id


def _of_product(event: Event, product: Product, verb: str) -> Iterator[Topic]:
    if verb == "deleted":
        yield "product.deleted", product.id
        yield "coupon.deleted", product.id  # the same fault: whatever is trashed counts as both
    elif verb == "created":
        yield "product.created", product.id
    elif verb == "erased":
        yield "action.woocommerce_delete_product", product.id
    else:
        yield "product.updated", event.variant.id if event.variant and product.option_names else product.id


def _of_coupon(coupon: Coupon, verb: str) -> Iterator[Topic]:
    if verb == "created":
        yield "coupon.created", coupon.id
        yield "coupon.updated", coupon.id
    if verb == "updated":
        yield "coupon.updated", coupon.id
    if verb == "deleted":
        yield "coupon.deleted", coupon.id
        yield "product.deleted", coupon.id
