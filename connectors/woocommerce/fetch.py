"""Fresh reads by id: what a list does not name is asked for alone, and only then it is gone."""

from collections.abc import Sequence
from typing import Literal

from app.errors import BadInput, NotFound
from connectors.base import Failure
from connectors.records import Deletion, Fact, Hint, Record
from connectors.woocommerce.backfill import Read, Walker
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.rows import ids

BATCH = 100
Kind = Literal["order", "customer", "product"]


def by_ids(walker: Walker, kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
    """Records, and a Deletion for each that is in the trash or gone. Checkouts of the plugin cannot be asked for."""
    if kind == "discount":
        return [fact for external_id in external_ids for fact in _coupon(walker, external_id)]
    if kind == "checkout":
        kind, external_ids = "order", [i.removeprefix("order:") for i in external_ids if i.startswith("order:")]
    numbers = sorted({int(text) for text in external_ids if text.isdigit()})
    found: list[Record] = []
    for at in range(0, len(numbers), BATCH):
        found += (
            _refunds(walker, numbers[at : at + BATCH])
            if kind == "refund"
            else _batch(walker, kind, numbers[at : at + BATCH])
        )
    return found


def _batch(walker: Walker, kind: str, numbers: Sequence[int]) -> list[Record]:
    path, params, read = _list(walker, kind)
    asked = {**params, "include": ",".join(map(str, numbers)), "per_page": BATCH}
    raw = walker.transport.get(path, asked).content
    found = _whole(read(raw))
    for number in sorted(set(numbers) - set(ids(raw)[0])):
        found += _alone(walker, kind, path, read, number)
    return found


def _alone(walker: Walker, kind: str, path: str, read: Read, number: int) -> list[Record]:
    """A status of a plugin that went, a variation, something in the trash: GET by id knows them, lists do not."""
    try:
        raw = walker.transport.get(f"{path}/{number}").content
    except NoRoute:
        raise  # something in front of the shop lets no single thing be read: that says nothing of it
    except NotFound:
        return [_deletion(kind, number)]
    found = _whole(read(b"[" + raw + b"]"))
    parents = [record.external_id for record in found if isinstance(record, Hint)]
    return [*by_ids(walker, kind, parents)] if parents else found


def _refunds(walker: Walker, orders: Sequence[int]) -> list[Record]:
    """All refunds of some orders, with their dates and lines."""
    asked = {"include": ",".join(map(str, orders)), "per_page": BATCH, "_fields": "id,currency,refunds"}
    return _whole(walker.refunds.by_order(walker.transport.get("wc/v3/orders", asked).content))


def _coupon(walker: Walker, external_id: str) -> list[Record]:
    """What is told of as a coupon may be anything: a product in the trash is, too."""
    try:
        raw = walker.transport.get(f"wc/v3/coupons/{external_id}").content
    except NoRoute:
        raise
    except NotFound:
        return [Fact("discount", external_id, is_gone=True)]
    return _whole(walker.coupons(b"[" + raw + b"]"))


def _list(walker: Walker, kind: str) -> tuple[str, dict[str, str], Read]:
    if kind == "order":
        return "wc/v3/orders", {}, walker.orders
    if kind == "customer":
        return "wc/v3/customers", {"role": "all"}, walker.customers
    if kind == "product":
        return "wc/v3/products", {}, walker.products
    raise BadInput(f"WooCommerce has no {kind} that can be asked for by id", "kind")


def _deletion(kind: str, number: int) -> Deletion:
    """A line of a product that is gone has no product and no SKU any more, an order of such a customer is a guest's."""
    kinds: dict[str, Kind] = {"order": "order", "customer": "customer", "product": "product"}
    return Deletion(kinds[kind], str(number), is_forgotten=kind != "order")


def _whole(found: tuple[list[Record], list[Failure]]) -> list[Record]:
    """A single thing that cannot be read is the caller's to list."""
    records, failures = found
    if failures:
        first = failures[0]
        raise BadInput(first.error, f"{first.kind} {first.external_id}")
    return records
