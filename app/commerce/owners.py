"""Whose orders they are, in a batch: customers found or made, their figures, and what their orders tell of them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from app.commerce import identity, stats
from app.commerce.identity import Saying
from app.commerce.known import Incoming
from app.commerce.work import Work
from app.db.scope import ShopScope

_CUSTOMERS = """
    SELECT id, is_guest OR NOT is_known FROM customers
    WHERE shop_id = :shop_id AND id > :after ORDER BY id LIMIT :limit"""


class Owners:
    """The customers of the orders of a batch, made where nothing named them before: then all that is known of them
    stands in the batch, and nothing has to be asked."""

    def __init__(self, work: Work, orders: Sequence[Incoming]) -> None:
        """orders: those whose head is written."""
        self._work = work
        self._keys = {order.id: _key(order) for order in orders}
        self._people = identity.people(work, self._keys.values())
        self._made = identity.make(work, self._sayings(orders))
        self._ids = {**self._people.ids, **self._made}

    def of(self, order: Incoming) -> int | None:
        key = self._keys.get(order.id)
        return self._ids[key] if key else None

    def tend(self, orders: Sequence[Incoming]) -> None:
        """Figures and what is told of whoever these orders belong to now, or did before."""
        work, made = self._work, set(self._made.values())
        left = {order.known.customer_id for order in orders if order.known and order.write}
        moved = {self.of(order) for order in orders if order.known}
        changed = {one for one in left | moved if one is not None}
        new = {} if work.is_history else self._by_owner(orders)
        stats.begin(work, {one: new.get(one, ()) for one in made if one not in changed})
        stats.add(work, {one: theirs for one, theirs in new.items() if one not in changed and one not in made})
        stats.refresh(work, changed)
        told = self._people.told - changed
        identity.add(work, {one: [_saying(order) for order in theirs] for one, theirs in new.items() if one in told})
        identity.tell(work, identity.told(work, changed))

    def _sayings(self, orders: Sequence[Incoming]) -> Mapping[str, Sequence[Saying]]:
        found = defaultdict(list)
        for order in orders:
            key = self._keys[order.id]
            if key is not None and key not in self._people.ids:
                found[key].append(_saying(order))
        return found

    def _by_owner(self, orders: Sequence[Incoming]) -> Mapping[int, Sequence[Incoming]]:
        found = defaultdict(list)
        for order in orders:
            owner = self.of(order)
            if owner is not None and order.known is None:
                found[owner].append(order)
        return found


def count(scope: ShopScope, after_id: int, limit: int, now: datetime) -> tuple[int, int | None]:
    """At most `limit` customers after one: their figures, and what orders tell of those whose own record never came.
    How many, and the id to go on after; None when all are done."""
    batch = scope.batch()
    batch.lock("ingest")
    rows = batch.rows(_CUSTOMERS, {"after": after_id, "limit": limit})
    work = Work(batch, scope.shop, ZoneInfo(scope.shop.timezone), now, live=False, fresh=False)
    stats.refresh(work, [customer_id for customer_id, _ in rows])
    identity.tell(work, [customer_id for customer_id, is_told in rows if is_told])
    return len(rows), rows[-1][0] if len(rows) == limit else None


def _key(order: Incoming) -> str | None:
    head = order.record.head
    return identity.person_key(head.customer_external_id, head.email) if head else None


def _saying(order: Incoming) -> Saying:
    record, head = order.record, order.record.head
    assert head is not None
    address = msgspec.to_builtins(record.billing) if record.billing else {}
    return Saying(record.external_id, head.email, head.phone, address, head.locale, head.placed_at)
