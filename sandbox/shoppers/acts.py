"""The acts of a day: orders and abandoned checkouts in the morning, recoveries, refunds, and the evening."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.changes import Box
from sandbox.money import decimal, minor
from sandbox.shoppers.cast import Cast, who_is
from sandbox.shoppers.inbox import ways_back
from sandbox.shoppers.visitor import Bought, Impossible, Visitor, Who


@dataclass(frozen=True, slots=True)
class Abandoned:
    who: Who
    comes_back: bool
    """Whether they buy when they follow the link of a mail; the others only look."""


class Day:
    """What the shoppers remember from act to act, and what they did in this one."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.bought: list[Bought] = []
        self.abandoned: list[Abandoned] = []

    def begin(self, act: str, seed: int, origin: str, mailbox: str | None) -> None:
        self.origin, self.mailbox = origin, mailbox
        self.did: list[dict[str, Any]] = []
        with self.box.lock:
            self.cast = Cast(self.box.shop, f"{seed}:{act}")

    def visitor(self, who: Who) -> Visitor:
        return Visitor(self.origin, who)

    def note(self, who: Who, did: str, **more: Any) -> None:
        self.did.append({"who": who.email, "did": did, **more})

    def note_order(self, bought: Bought, did: str = "bought") -> None:
        order = self.box.order(bought.order_id)
        total = decimal(order.placed_minor, order.currency)
        self.note(bought.who, did, order=order.name, order_id=str(order.id), total=total, currency=order.currency)

    def shop_for(self, who: Who, basket: list[tuple[int, int]], *, register: bool = False) -> Visitor:
        """A visitor with a full basket, signed in where there is an account."""
        visitor = self.visitor(who)
        if who.has_account or register:
            visitor.sign_in(register)
        for variant_id, quantity in basket:
            visitor.take(variant_id, quantity)
        return visitor

    def known(self) -> Who:
        return who_is(self.cast.known(), self.box.shop)


def morning(day: Day) -> None:
    day.bought, day.abandoned = [], []
    _becomes_a_regular(day)
    _buys(day, day.known())
    _buys(day, day.known())
    _buys(day, day.cast.newcomer(), wants_news=True)
    _buys(day, day.cast.newcomer())
    _abandons(day, day.cast.newcomer(), wants_news=True, comes_back=True)
    _abandons(day, day.cast.newcomer(), wants_news=True, comes_back=False)
    _abandons(day, day.known(), wants_news=True, comes_back=True)
    _abandons(day, day.cast.newcomer(), wants_news=False, comes_back=True)
    _thinks_again(day, day.cast.newcomer())


def recover(day: Day) -> None:
    """Everybody who abandoned looks for a mail; some of those who find one buy."""
    if day.mailbox is None:
        raise Impossible('The shoppers need to know their mailbox: {"mailbox": "http://127.0.0.1:…"}.')
    if not day.abandoned:
        raise Impossible("Nobody has abandoned a checkout: the morning comes first.")
    recovered = [abandoned for abandoned in day.abandoned if _comes_back(day, abandoned, day.mailbox)]
    if not recovered:
        raise Impossible(f"Nobody bought: no mail in {day.mailbox} led any of them back to a filled checkout.")
    day.abandoned = [abandoned for abandoned in day.abandoned if abandoned not in recovered]


def refund(day: Day) -> None:
    """One line of one order of the morning, all of another."""
    if len(day.bought) < 2:
        raise Impossible("There are not two orders to send back: the morning comes first.")
    in_part, whole = day.bought[:2]
    order = day.box.order(in_part.order_id)
    line = order.lines[0]
    quantity = line.quantity if len(order.lines) > 1 else 1
    day.visitor(in_part.who).send_back(in_part, line.id, quantity)
    day.note_order(in_part, "sent a line back")
    day.visitor(whole.who).send_back(whole)
    day.note_order(whole, "sent everything back")
    day.bought = day.bought[2:]


def evening(day: Day) -> None:
    """A few more orders, one of them with a new account, and somebody else who leaves the checkout."""
    _buys(day, day.known())
    _buys(day, day.known())
    newcomer = day.cast.newcomer()
    day.note_order(
        day.shop_for(newcomer, day.cast.basket(), register=True).buy(wants_news=True), "registered and bought"
    )
    _abandons(day, day.cast.newcomer(), wants_news=True, comes_back=True)


ACTS: dict[str, Callable[[Day], None]] = {
    "morning": morning,
    "recover": recover,
    "refund": refund,
    "evening": evening,
}


def _buys(day: Day, who: Who, *, wants_news: bool = False) -> None:
    bought = day.shop_for(who, day.cast.basket()).buy(wants_news)
    day.bought.append(bought)
    day.note_order(bought)


def _becomes_a_regular(day: Day) -> None:
    """Crosses three orders and a thousand; their orders are kept out of the refunds."""
    person, orders, spent = day.cast.nearly_regular()
    currency = day.box.shop.currency
    missing = minor("1000", currency) + 1 - spent
    for number in range(orders):
        worth = missing if number == orders - 1 else 1
        bought = day.shop_for(who_is(person, day.box.shop), day.cast.basket_worth(worth)).buy()
        missing -= day.box.order(bought.order_id).placed_minor
        day.note_order(bought, "became a regular" if number == orders - 1 else "bought")


def _abandons(day: Day, who: Who, *, wants_news: bool, comes_back: bool) -> None:
    day.shop_for(who, day.cast.basket()).leave_email(wants_news)
    day.abandoned.append(Abandoned(who, comes_back))
    day.note(who, "abandoned a checkout", consent=wants_news)


def _thinks_again(day: Day, who: Who) -> None:
    """Leaves the checkout and buys before the hour is over: nobody to write to."""
    visitor = day.shop_for(who, day.cast.basket())
    visitor.leave_email(wants_news=True)
    day.note(who, "abandoned a checkout", consent=True)
    bought = visitor.buy(wants_news=True)
    day.bought.append(bought)
    day.note_order(bought, "came back and bought")


def _comes_back(day: Day, abandoned: Abandoned, mailbox: str) -> bool:
    """Looks for a mail and follows it; whether that ended in an order."""
    visitor = day.visitor(abandoned.who)
    links = ways_back(mailbox, abandoned.who.email)
    if not links:
        day.note(abandoned.who, "found no mail")
        return False
    link = next((link for link in links if visitor.follow(link)), None)
    if link is None:  # the mail of another shop, or of this one and broken: then nobody comes back, which is an error
        day.note(abandoned.who, "found no link that leads back", links=links)
        return False
    if not abandoned.comes_back:
        day.note(abandoned.who, "followed the link and only looked", link=link)
        return False
    day.note_order(visitor.buy(wants_news=True), "recovered")
    return True
