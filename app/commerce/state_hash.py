"""One hash over what is stored of a shop: two ways to the same state of the platform have the same.

Only what the platform said goes in: platform ids and fields of records, none of our ids, times or readings. Guests
and stubs stay out, since they only repeat what orders say; so do rows that the platform has deleted, and of a
checkout what became of it, which follows from its order. A basket of nobody stays out too: deliveries alone tell of
it. Rows are read in any order: their hashes are added up.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlmodel import SQLModel, col, select

from app.commerce.models import Checkout, Customer, LineItem, Order, Product, Refund, Variant
from app.consent.models import ConsentEntry
from app.consent.rules import standing
from app.db.scope import ShopScope

_PAGE = 500
_OURS = {
    "shop_id", "id", "customer_id", "order_id", "product_id", "digests", "deleted_at", "placed_on", "created_on",
    "email_key", "name_key", "is_guest", "is_known", "rate_on",
}  # fmt: skip
_OUTCOME = {"state", "abandoned_at", "completed_at", "order_external_id"}


def state_hash(scope: ShopScope) -> str:
    """SHA-256, in hexadecimal, over the counts and sums of all row hashes."""
    return hashlib.sha256(_encoded({kind: _sum(rows) for kind, rows in state(scope).items()})).hexdigest()


def state(scope: ShopScope) -> dict[str, Iterator[Any]]:
    """What goes into the hash, in no order: to see in what two states differ."""
    return {
        "orders": _with_parts(scope, Order, (LineItem, "order_id"), (Refund, "order_id")),
        "products": _with_parts(scope, Product, (Variant, "product_id")),
        "customers": (_said(row) for row in _rows(scope, Customer) if row.is_known and not row.is_guest),
        "checkouts": (_said(row, _OUTCOME) for row in _rows(scope, Checkout) if row.email or row.customer_id),
        "consents": _consents(scope),
    }


def _sum(rows: Iterator[Any]) -> tuple[int, str]:
    """How many, and their hashes added up: the same in every order, and nothing has to be sorted or held."""
    count = total = 0
    for row in rows:
        count += 1
        total += int.from_bytes(hashlib.sha256(_encoded(row)).digest(), "big")
    return count, f"{total % 2**256:064x}"


def _encoded(said: Any) -> bytes:
    return msgspec.json.encode(said, order="sorted")  # PostgreSQL keeps JSON's keys in an order of its own


def _rows(scope: ShopScope, model: Any) -> Iterator[Any]:
    """All of a table but what the platform deleted, by pages."""
    last = 0
    there = [col(model.deleted_at).is_(None)] if "deleted_at" in model.model_fields else []
    while rows := scope.all(select(model).where(model.id > last, *there).order_by(model.id).limit(_PAGE)):
        yield from rows
        last = rows[-1].id


def _with_parts(scope: ShopScope, model: Any, *parts: tuple[Any, str]) -> Iterator[Any]:
    rows = list[Any]()
    for row in _rows(scope, model):
        rows.append(row)
        if len(rows) == _PAGE:
            yield from _joined(scope, rows, parts)
            rows = []
    yield from _joined(scope, rows, parts)


def _joined(scope: ShopScope, rows: Sequence[Any], parts: Sequence[tuple[Any, str]]) -> Iterator[Any]:
    ids = [row.id for row in rows]
    found = []
    for part, parent in parts:
        by_parent: dict[int, list[Any]] = defaultdict(list)
        for child in scope.all(select(part).where(getattr(part, parent).in_(ids))):
            by_parent[getattr(child, parent)].append(_said(child))
        found.append(by_parent)
    for row in rows:
        yield _said(row), [sorted(by_parent[row.id], key=lambda said: str(said["external_id"])) for by_parent in found]


def _said(row: SQLModel, less: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    return {name: value for name, value in row.model_dump().items() if name not in _OURS and name not in less}


def _consents(scope: ShopScope) -> Iterator[Any]:
    """What counts for each address: a shop read once has no history of statements."""
    by_address: dict[tuple[str, str], list[ConsentEntry]] = defaultdict(list)
    for entry in _rows(scope, ConsentEntry):
        by_address[entry.channel, entry.address_key].append(entry)
    for place, entries in by_address.items():
        now = standing(entries)
        if now.entry is not None:
            yield *place, now.state, now.entry.at if now.entry.is_dated else None
