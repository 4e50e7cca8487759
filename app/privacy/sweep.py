"""Looking through kept bodies for whom they name: webhooks of the last 14 days, records that could not be read."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import col, select

from app.consent.tombstones import CUSTOMER, ORDER, Name, are_any, erased
from app.db.scope import ShopScope
from app.errors import RegularsError
from app.journal.models import Delivery, FailedRecord
from app.lib.encryption import Keyring
from app.privacy import bodies

_SLICE = 0.4  # seconds
_AT_ONCE = 200
_KINDS = {"customer": CUSTOMER, "order": ORDER, "refund": ORDER}

Row = TypeVar("Row", Delivery, FailedRecord)
Pick = Callable[[set[Name]], set[Name]]  # those among the names that are looked for


@dataclass
class Swept:
    """found: deliveries that name one of those looked for; up_to: the last one looked through."""

    up_to: int
    found: list[int] = field(default_factory=list)
    is_over: bool = False


def deliveries(scope: ShopScope, keyring: Keyring, after: int, pick: Pick) -> Swept:
    """As many as a slice of time allows, in the order in which they came."""
    swept, until = Swept(after), time.monotonic() + _SLICE
    while not swept.is_over and time.monotonic() < until:
        following = select(Delivery).where(col(Delivery.id) > swept.up_to).order_by(col(Delivery.id))
        rows = scope.all(following.limit(_AT_ONCE))
        swept.found += [row.id for row in _naming(keyring, rows, pick)]
        swept.up_to = rows[-1].id if rows else swept.up_to
        swept.is_over = len(rows) < _AT_ONCE
    return swept


def failures(scope: ShopScope, keyring: Keyring, pick: Pick) -> list[FailedRecord]:
    """Records that could not be read, and speak of one of those looked for."""
    found, last = [], 0
    while rows := scope.all(
        select(FailedRecord).where(col(FailedRecord.id) > last).order_by(col(FailedRecord.id)).limit(_AT_ONCE)
    ):
        found += _naming(keyring, rows, pick)
        last = rows[-1].id
    return found


def forget(scope: ShopScope, keyring: Keyring, worked: Sequence[Delivery]) -> None:
    """Deliveries just worked through that name somebody who was erased keep no body. Costs one question where nobody
    was."""
    batch = scope.batch()
    if are_any(batch):
        for row in _naming(keyring, worked, lambda names: erased(batch, keyring, scope.shop_id, names)):
            row.body = None


def _naming(keyring: Keyring, rows: Sequence[Row], pick: Pick) -> list[Row]:
    named = [_names(keyring, row) for row in rows]
    picked = pick(set().union(*named))
    return [row for row, names in zip(rows, named, strict=True) if not picked.isdisjoint(names)]


def _names(keyring: Keyring, row: Delivery | FailedRecord) -> set[Name]:
    about, found = (row.topic, set[Name]()) if isinstance(row, Delivery) else (row.kind, set[Name]())
    if isinstance(row, FailedRecord) and row.kind in _KINDS:
        found.add((_KINDS[row.kind], row.external_id))
    if row.body:
        try:
            found |= bodies.names(bodies.opened(keyring, row.body), about)
        except RegularsError:
            return found  # sealed with a key that is lost: nobody can read it any more
    return found
