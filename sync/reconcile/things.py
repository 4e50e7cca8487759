"""What has no days: customers, products, refunds of whatever age. Their ids are held together, both ways."""

from array import array
from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from app.consent.tombstones import CUSTOMER, pseudonym
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from connectors.auditing import AuditId, Auditor, Listed
from connectors.base import Wait
from sync.reconcile import store
from sync.reconcile.compare import Difference

KIND = {"customers": "customer", "products": "product", "refunds": "refund"}
_BATCH = 500


@dataclass
class Pass:
    """there, here: how many; what the platform lists is kept as numbers, eight bytes each."""

    what: Listed
    listed: "array[int]" = field(default_factory=lambda: array("Q"))
    here: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def there(self) -> int:
        return len(self.listed)

    def has(self, external_id: str) -> bool:
        number = int(external_id)
        place = bisect_left(self.listed, number)
        return place < len(self.listed) and self.listed[place] == number


def go_through(
    context: Context, shop_id: int, auditor: Auditor, what: Listed, cursor: str | None = None
) -> Generator[Wait, None, Pass]:
    """All ids of a kind, there and here. What waits hands on where to go on."""
    found = Pass(what)
    batch: list[AuditId] = []
    for item in auditor.ids(what, cursor):
        if isinstance(item, Wait):
            yield item
            continue
        batch.append(item)
        if len(batch) == _BATCH:
            _take(context, shop_id, found, batch)
            batch = []
    _take(context, shop_id, found, batch)
    found.listed = array("Q", sorted(found.listed))
    _look_for_the_absent(context, shop_id, found)
    return found


def _take(context: Context, shop_id: int, found: Pass, batch: Sequence[AuditId]) -> None:
    found.listed.extend(int(one.external_id) for one in batch)
    with shop_scope(context.engine, shop_id) as scope:
        lacking = _lacking(context, scope, found.what, batch)
    for one in lacking:
        kind = KIND[found.what]
        found.differences.append(Difference(kind, one.external_id, kind, "kept", None, "missing", order=one.order))


def _lacking(context: Context, scope: ShopScope, what: Listed, batch: Sequence[AuditId]) -> list[AuditId]:
    """Those that ought to be here: not who was erased, not a refund of an order that is none here."""
    known = store.known(scope, what, [one.external_id for one in batch])
    lacking = [one for one in batch if one.external_id not in known]
    if what == "refunds":
        orders = store.orders(scope, [one.order for one in lacking if one.order])
        return [one for one in lacking if one.order in orders]
    if what == "customers" and lacking:
        names = {one: pseudonym(context.keyring, scope.shop_id, (CUSTOMER, one.external_id)) for one in lacking}
        erased = store.known(scope, what, list(names.values()))
        return [one for one in lacking if names[one] not in erased]
    return lacking


def _look_for_the_absent(context: Context, shop_id: int, found: Pass) -> None:
    """Held here, and not listed: to be asked for by its id before anything is removed."""
    with shop_scope(context.engine, shop_id) as scope:
        gone = []
        for one in store.ids(scope, found.what):
            found.here += 1
            if one.isdigit() and not found.has(one):  # whoever was erased goes by a pseudonym
                gone.append(one)
        found.differences += _absent(scope, found.what, gone)


def _absent(scope: ShopScope, what: Listed, gone: Sequence[str]) -> Iterator[Difference]:
    kind = KIND[what]
    for at in range(0, len(gone), _BATCH):
        some = gone[at : at + _BATCH]
        orders = store.orders_of(scope, some) if what == "refunds" else {}
        for one in some:
            yield Difference(kind, one, kind, None, "kept", "deleted", order=orders.get(one))
