"""Who acts: known customers and new people, picked by a seed."""

import random
from collections import defaultdict

from sandbox.money import minor
from sandbox.shop import Order, Person, Shop, Variant
from sandbox.shoppers.visitor import Impossible, Who

FIRST = (
    "Ada",
    "Bela",
    "Cora",
    "Dario",
    "Edda",
    "Finn",
    "Greta",
    "Hugo",
    "Ines",
    "Joris",
    "Kaya",
    "Levi",
    "Mira",
    "Noa",
)
LAST = ("Adler", "Brandt", "Costa", "Dahl", "Engel", "Fischer", "Garcia", "Holm", "Ivanov", "Jansen", "Keller", "Lund")
TO_BE_A_REGULAR = 3  # orders, with more than a thousand spent


class Cast:
    """Nobody is picked twice by one cast."""

    def __init__(self, shop: Shop, seed: str) -> None:
        self.shop = shop
        self.random = random.Random(seed)
        self._orders: dict[int, list[Order]] = defaultdict(list)
        for order in shop.orders.values():
            if order.person_id is not None:
                self._orders[order.person_id].append(order)
        self._emails = {person.email.lower() for person in shop.people.values() if person.email}
        self._picked: set[int] = set()

    def known(self) -> Person:
        """Somebody with an account who has not asked to be left alone."""
        return self._pick([person for person in self._members() if self._orders[person.id]] or self._members())

    def nearly_regular(self) -> tuple[Person, int, int]:
        """Somebody short of the segment "Regulars" by one order (or more, if need be): who, how many, spent so far."""
        plain = [p for p in self._members() if all(map(self._is_plain, self._orders[p.id]))]
        few = [p for p in plain if len(self._orders[p.id]) < TO_BE_A_REGULAR]
        most = max((len(self._orders[person.id]) for person in few), default=0)
        person = self._pick([person for person in few if len(self._orders[person.id]) == most])
        spent = sum(order.current_shop_minor for order in self._orders[person.id])
        return person, TO_BE_A_REGULAR - most, spent

    def newcomer(self) -> Who:
        first, last = self.random.choice(FIRST), self.random.choice(LAST)
        number = 1
        while (email := f"{first}.{last}.{number}@example.com".lower()) in self._emails:
            number += 1
        self._emails.add(email)
        return Who(email, first, last, self.shop.country_code)

    def basket(self) -> list[tuple[int, int]]:
        """Two things, or two of the only one."""
        variants = self._for_sale()
        chosen = self.random.sample(variants, k=min(2, len(variants)))
        return [(variant.id, 2 if len(chosen) == 1 else 1) for variant in chosen]

    def basket_worth(self, worth_minor: int) -> list[tuple[int, int]]:
        """At least that much of one thing of a middling price."""
        by_price = sorted((v for v in self._for_sale() if v.price_minor > 0), key=lambda v: (v.price_minor, v.id))
        if not by_price:
            raise Impossible("Nothing in this shop costs anything.")
        middling = [v for v in by_price if v.price_minor <= minor("200", self.shop.currency)] or by_price[:1]
        variant = middling[-1]
        return [(variant.id, max(1, -(-worth_minor // variant.price_minor)))]

    def _members(self) -> list[Person]:
        return [person for person in self.shop.people.values() if self._is_free(person)]

    def _is_free(self, person: Person) -> bool:
        left_alone = person.consent is not None and person.consent.state == "unsubscribed"
        is_customer = person.registered and person.role == "customer" and not person.deleted_at
        return is_customer and bool(person.email) and not left_alone and person.id not in self._picked

    def _is_plain(self, order: Order) -> bool:
        """Counts on both platforms, with the same amount."""
        odd = order.test or order.cancelled_at or order.trashed_at or order.as_guest or order.rate is not None
        return order.is_paid and not odd and not order.edits and not order.refunds

    def _for_sale(self) -> list[Variant]:
        found = [v for p in self.shop.products.values() if p.status == "active" for v in p.variants]
        if not found:
            raise Impossible("There is nothing to buy in this shop.")
        return found

    def _pick(self, among: list[Person]) -> Person:
        if not among:
            raise Impossible("There are too few customers with an account for this.")
        person = self.random.choice(sorted(among, key=lambda p: p.id))
        self._picked.add(person.id)
        return person


def who_is(person: Person, shop: Shop) -> Who:
    """A customer as somebody who fills in a form; what the shop does not know of them is made up."""
    home = person.address
    return Who(
        person.email or "",
        person.first_name or "Kim",
        person.last_name or "Doe",
        home.country_code or shop.country_code,
        home.address1 or "Main Street 1",
        home.postcode,
        home.city or "Springfield",
        has_account=person.registered,
    )
