"""The export of a person: everything that is kept of them, table by table along the data map, as JSON."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

import msgspec
from sqlmodel import SQLModel, col, select

from app.db.scope import ShopScope
from app.errors import RegularsError
from app.flows.models import Flow
from app.journal.models import Delivery
from app.lib.encryption import Keyring
from app.privacy import bodies
from app.privacy.datamap import HELD
from app.privacy.kinds import Held
from app.privacy.person import Person, rows
from app.segments.models import Segment

_NAMED = {"segment_id": Segment, "flow_id": Flow}  # what a person is told the name of


def export(scope: ShopScope, keyring: Keyring, person: Person, now: datetime) -> tuple[bytes, dict[str, int]]:
    """JSON with a list for each table, lines and refunds within their order, sums in minor units; and how many rows
    each table had."""
    tables = {held.name: _table(scope, keyring, held, person) for held in HELD}
    counts = {name: len(found) for name, found in tables.items() if found}
    for held in HELD:
        if held.within:
            _put_within(tables, held)
    said = {
        "shop": {"name": scope.shop.name, "domain": scope.shop.domain, "currency": scope.shop.currency},
        "made_at": now.isoformat(),
        "about": {held.name: held.why for held in HELD if held.name in counts},
        **{name: found for name, found in tables.items() if found},
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2), counts


def _table(scope: ShopScope, keyring: Keyring, held: Held, person: Person) -> list[dict[str, Any]]:
    found = []
    for row in rows(scope, held, person):
        told = {column: _told(getattr(row, column)) for column, kind in held.columns.items() if kind.is_exported}
        if isinstance(row, Delivery) and row.body:
            told["body"] = _body(keyring, row)
        if held.within:
            told[held.within[1]] = str(getattr(row, held.within[1]))
        found.append({**told, **_names(scope, row)})
    return found


def _told(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    is_id = isinstance(value, int) and value > 2**53
    return str(value) if is_id else None if isinstance(value, bytes) else value


def _names(scope: ShopScope, row: SQLModel) -> dict[str, str]:
    """What the ids in a row are called."""
    found = {}
    for column, model in _NAMED.items():
        if column in type(row).model_fields:
            name = scope.first(select(model.name).where(col(model.id) == getattr(row, column)))  # type: ignore[attr-defined]
            found[column.removesuffix("_id")] = name or ""
    return found


def _body(keyring: Keyring, delivery: Delivery) -> Any:
    try:
        return msgspec.json.decode(bodies.opened(keyring, delivery.body or b""))
    except (RegularsError, msgspec.MsgspecError) as error:
        return f"cannot be read: {error}"


def _put_within(tables: dict[str, list[dict[str, Any]]], held: Held) -> None:
    """Move rows into those whose parts they are."""
    assert held.within is not None
    parent, column = held.within
    parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for part in tables.pop(held.name):
        parts[part.pop(column)].append(part)
    for row in tables[parent]:
        if row["id"] in parts:
            row[held.name] = parts[row["id"]]
