"""What a test or a person at a keyboard can have happen in the box, by name."""

from collections.abc import Callable
from typing import Any

from sandbox.changes import Box
from sandbox.shop import Address, Checkout, Consent, Order, Product

Wish = dict[str, Any]
Done = dict[str, Any]


def act(box: Box, wish: Wish) -> Done:
    """{"act": name, …} -> the ids of what was made; LookupError or ValueError for what cannot be done."""
    wish = dict(wish)
    name = str(wish.pop("act", ""))
    if name not in ACTS:
        raise ValueError(f"there is no act {name!r}, only {', '.join(sorted(ACTS))}")
    with box.lock:
        return ACTS[name](box, _typed(box, wish))


def _typed(box: Box, wish: Wish) -> Wish:
    """JSON as the box's methods want it."""
    for name in ("items", "lines", "remove", "add"):
        if wish.get(name) is not None:
            wish[name] = [(int(number), int(units)) for number, units in wish[name]]
    if isinstance(wish.get("address"), dict):
        wish["address"] = Address(**wish["address"])
    if "consent" in wish and wish["consent"] is not None:
        facts = wish["consent"] if isinstance(wish["consent"], dict) else {"state": wish["consent"]}
        wish["consent"] = Consent(at=box.now(), **facts)
    return wish


def _items(box: Box, wish: Wish) -> Wish:
    """One of whatever comes first, when nothing was named."""
    return wish if "items" in wish else {**wish, "items": [(next(iter(box.shop.variants)), 1)]}


def _order(order: Order) -> Done:
    return {
        "order_id": order.id,
        "name": order.name,
        "person_id": order.person_id,
        "placed_minor": order.placed_minor,
        "current_minor": order.current_minor,
        "currency": order.currency,
        "lines": [[line.id, line.quantity - line.removed] for line in order.lines],
    }


def _checkout(checkout: Checkout) -> Done:
    names = ("token", "session", "restore_token", "email", "total_minor", "currency", "state", "order_id")
    return {"checkout_id": checkout.id, **{name: getattr(checkout, name) for name in names}}


def _refund(box: Box, wish: Wish) -> Done:
    refund = box.refund(**wish)
    return {"refund_id": refund.id, "total_minor": refund.total_minor, **_order(box.order(int(wish["order_id"])))}


def _consent(box: Box, wish: Wish) -> Done:
    facts = {name: wish[name] for name in ("state", "opt_in_level", "source", "text") if name in wish}
    person = box.set_consent(int(wish["person_id"]), Consent(at=box.now(), **facts))
    return {"person_id": person.id}


def _sms_consent(box: Box, wish: Wish) -> Done:
    return {"person_id": box.set_sms_consent(int(wish["person_id"]), wish["consent"]).id}


def _change_customer(box: Box, wish: Wish) -> Done:
    if "tags" in wish:
        wish["tags"] = tuple(wish["tags"])
    return {"person_id": box.change_customer(**wish).id}


def _product(product: Product) -> Done:
    return {"product_id": product.id, "variants": [[variant.id, variant.stock] for variant in product.variants]}


def _change_product(box: Box, wish: Wish) -> Done:
    return {"product_id": box.change_product(**wish).id}


ACTS: dict[str, Callable[[Box, Wish], Done]] = {
    "place_order": lambda box, wish: _order(box.place_order(**_items(box, wish))),
    "pay": lambda box, wish: _order(box.pay_order(**wish)),
    "fulfil": lambda box, wish: _order(box.fulfil_order(**wish)),
    "edit": lambda box, wish: _order(box.edit_order(**wish)),
    "refund": _refund,
    "delete_refund": lambda box, wish: {"refund_id": box.delete_refund(**wish).id},
    "change_order": lambda box, wish: _order(box.change_order(**wish)),
    "set_total": lambda box, wish: _order(box.set_total(**wish)),
    "set_quantity": lambda box, wish: _order(box.set_quantity(**wish)),
    "untrash": lambda box, wish: _order(box.untrash_order(**wish)),
    "cancel": lambda box, wish: _order(box.cancel_order(**wish)),
    "trash": lambda box, wish: _order(box.trash_order(**wish)),
    "restore": lambda box, wish: _order(box.restore_order(**wish)),
    "delete": lambda box, wish: _order(box.delete_order(**wish)),
    "abandon": lambda box, wish: _checkout(box.open_checkout(**_items(box, wish))),
    "change_checkout": lambda box, wish: _checkout(box.update_checkout(**wish)),
    "complete": lambda box, wish: _order(box.complete_checkout(**wish)),
    "register": lambda box, wish: {"person_id": box.register(**wish).id},
    "change_customer": _change_customer,
    "delete_customer": lambda box, wish: {"person_id": box.delete_customer(**wish).id},
    "consent": _consent,
    "sms_consent": _sms_consent,
    "end_discount": lambda box, wish: {"discount_id": box.end_discount(**wish).id},
    "delete_discount": lambda box, wish: {"discount_id": box.delete_discount(**wish).id},
    "disable_customer": lambda box, wish: {"person_id": box.disable(**wish).id},
    "merge_customers": lambda box, wish: {"person_id": box.merge_customers(**wish).id},
    "delete_checkout": lambda box, wish: _checkout(box.delete_checkout(**wish)),
    "change_product": _change_product,
    "add_product": lambda box, wish: _product(box.add_product(**wish)),
    "set_stock": lambda box, wish: _product(box.set_stock(**wish)),
    "change_shop": lambda box, wish: {"name": box.change_shop(**wish).name},
    "create_segment": lambda box, wish: {"segment_id": box.create_segment(**wish).id},
    "change_segment": lambda box, wish: {"segment_id": box.change_segment(**wish).id},
    "delete_segment": lambda box, wish: {"segment_id": box.delete_segment(**wish).id},
    "delete_product": lambda box, wish: {"product_id": box.delete_product(**wish).id},
}
