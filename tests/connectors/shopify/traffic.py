"""Orders of every make, generated: a small shop in some currency, what is bought there, and what becomes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from sandbox.changes import Box
from sandbox.money import minor
from sandbox.orders import duties_left, refund_of, shipping_left, units_left
from sandbox.shop import Address, Discount, Order, Person, Product, Shop, Variant

OPENED = datetime(2026, 1, 5, 9, tzinfo=UTC)
DOMAIN = "regulars-demo.myshopify.com"
WORTH = {"EUR": Decimal(1), "USD": Decimal("0.92"), "JPY": Decimal("0.0061"), "KWD": Decimal("3.01")}  # in euros
PRICES = {"Cap": "19.99", "Coat": "249", "Socks": "0.95", "Scarf": "33.333", "Gift card 50": "50"}
COUNTRIES = ("DE", "FR", "US", "CH", "JP", "KW")  # tax in, tax out, two rates, none


@dataclass(frozen=True)
class Change:
    """What happens to an order later; `pick` chooses among what there is to choose from."""

    kind: str
    pick: int


@dataclass(frozen=True)
class Plan:
    buying: dict[str, Any]
    changes: tuple[Change, ...]


def open_shop(currency: str) -> Shop:
    """Two customers, five products, three codes."""
    rates = {
        other: (worth / WORTH[currency]).quantize(Decimal("0.00000001"))
        for other, worth in WORTH.items()
        if other != currency
    }
    shop = Shop("Any & Sons", DOMAIN, currency, "Europe/Berlin", rates=rates)
    for number, name in enumerate(("Ann", "Bob"), start=1):
        home = Address(name, "Test", f"Road {number}", city="Berlin", country="Germany", country_code="DE")
        shop.people[number] = Person(number, name, "Test", f"{name}@example.com".lower(), OPENED, OPENED, home)
    for number, (title, price) in enumerate(PRICES.items(), start=1):
        amount = minor(Decimal(price) / WORTH[currency].quantize(Decimal("0.01"), "ROUND_UP"), currency)
        category = "Gift cards" if title.startswith("Gift") else "Clothes"
        variant = Variant(number * 10, number, "", f"SKU-{number}", amount)
        shop.add_product(Product(number, title, title.lower(), OPENED, OPENED, [variant], category=category))
    shop.codes = {
        "TENTH": Discount("code", "TENTH", "percentage", Decimal(10)),
        "FIVE": Discount("code", "FIVE", "fixed_amount", Decimal(5)),
        "FREE": Discount("automatic", "FREE", "shipping", Decimal(0)),
    }
    return shop


def buyings(currency: str) -> st.SearchStrategy[dict[str, Any]]:
    """What place_order takes."""
    items = st.lists(
        st.tuples(st.sampled_from([n * 10 for n in range(1, len(PRICES) + 1)]), st.integers(1, 4)),
        min_size=1, max_size=4, unique_by=lambda item: item[0],
    )  # fmt: skip
    amounts = st.integers(0, 700)
    return st.fixed_dictionaries(
        {
            "items": items,
            "currency": st.sampled_from([currency, *(other for other in WORTH if other != currency)]),
            "code": st.sampled_from([None, None, "TENTH", "FIVE", "FREE"]),
            "shipping": st.sampled_from(["standard", "express", None]),
            "tip_minor": st.just(0) | amounts,
            "duty": st.sampled_from([Decimal(0), Decimal(0), Decimal("0.05"), Decimal("0.125")]),
            "gift_minor": st.just(0) | amounts | st.just(10**9),
            "address": st.sampled_from(COUNTRIES).map(lambda country: Address("A", "B", country_code=country)),
            "payment": st.sampled_from(["paid", "paid", "paid", "pending", "failed"]),
            "source_name": st.sampled_from(["web", "pos"]),
            "test": st.sampled_from([False, False, False, True]),
        }
    ).flatmap(
        lambda said: st.sampled_from([{"person_id": 1}, {"person_id": 2}, {"email": "new@example.com"}, {}]).map(
            lambda who: {**said, **who}
        )
    )


def plans(currency: str) -> st.SearchStrategy[Plan]:
    change = st.builds(Change, st.sampled_from(sorted(CHANGES)), st.integers(0, 1_000))
    return st.builds(Plan, buyings(currency), st.lists(change, max_size=5).map(tuple))


def carry_out(box: Box, plan: Plan) -> Order:
    order = box.place_order(**plan.buying)
    for change in plan.changes:
        CHANGES[change.kind](box, order, change.pick)
    return order


def _pay(box: Box, order: Order, _: int) -> None:
    if not order.is_paid and not order.cancelled_at:
        box.pay_order(order.id)


def _cancel(box: Box, order: Order, _: int) -> None:
    if not order.cancelled_at:
        box.cancel_order(order.id)


def _fulfil(box: Box, order: Order, _: int) -> None:
    box.fulfil_order(order.id)


def _refund_some(box: Box, order: Order, pick: int) -> None:
    """Some units of a line with a part of the shipping and of the duties."""
    lines = _open_lines(order)
    if lines:
        line, left = lines[pick % len(lines)]
        shipping, duty = shipping_left(order) * (pick % 3) // 2, duties_left(order) * (pick % 4) // 3
        _refund(box, order, lines=[(line, 1 + pick % left)], shipping_minor=shipping, duty_minor=duty)


def _refund_amount(box: Box, order: Order, pick: int) -> None:
    _refund(box, order, lines=[], amount_minor=order.current_minor * (pick % 5) // 7)


def _refund_rest(box: Box, order: Order, _: int) -> None:
    if order.is_paid and order.current_minor > 0:
        box.refund(order.id)


def _refund(box: Box, order: Order, *, lines: Sequence[tuple[int, int]], **amounts: int) -> None:
    """Unless more would go back than came."""
    wanted = refund_of(order, 0, OPENED, lines=lines, **amounts)
    if order.is_paid and 0 < wanted.total_minor <= order.current_minor:
        box.refund(order.id, lines, note="it happens", **amounts)


def _add(box: Box, order: Order, pick: int) -> None:
    if _may_be_edited(order):
        box.edit_order(order.id, add=[(10 * (1 + pick % len(PRICES)), 1 + pick % 3)])


def _take_out(box: Box, order: Order, pick: int) -> None:
    lines = _open_lines(order)
    if lines and _may_be_edited(order):
        line, left = lines[pick % len(lines)]
        box.edit_order(order.id, remove=[(line, 1 + pick % left)])


def _swap(box: Box, order: Order, pick: int) -> None:
    lines = _open_lines(order)
    if lines and _may_be_edited(order):
        box.edit_order(order.id, remove=[(lines[0][0], 1)], add=[(10 * (1 + pick % len(PRICES)), 1)])


def _may_be_edited(order: Order) -> bool:
    """Not with duties, and not once money without a reason went back: a removal could then bring it below nothing."""
    is_free = any(refund.adjustment_minor for refund in order.refunds)
    return not (order.duty_minor or order.cancelled_at or is_free)


def _open_lines(order: Order) -> list[tuple[int, int]]:
    return [(line.id, left) for line in order.lines if (left := units_left(order, line))]


CHANGES: dict[str, Callable[[Box, Order, int], None]] = {
    "pay": _pay,
    "cancel": _cancel,
    "fulfil": _fulfil,
    "refund some": _refund_some,
    "refund an amount": _refund_amount,
    "refund the rest": _refund_rest,
    "add": _add,
    "take out": _take_out,
    "swap": _swap,
}
