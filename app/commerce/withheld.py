"""What a platform keeps back stays as it was known: records are given what is stored for what they may not say."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from app.commerce.work import Work
from connectors.records import CustomerRecord, OrderRecord, Part, Record

_Lacking = OrderRecord | CustomerRecord
_Known = Mapping[str, Any]


class _Kept(NamedTuple):
    """Where the fields of a kind's records stand: its table, the columns of the head, those of addresses."""

    table: str
    head: Sequence[str]
    addresses: Sequence[str]


_KEPT: Mapping[type, _Kept] = {
    OrderRecord: _Kept(
        "orders",
        ("email", "phone", "customer_external_id", "locale", "note", "company", "location", "source", "cart_token",
         "checkout_token"),
        ("billing", "shipping"),
    ),
    CustomerRecord: _Kept(
        "customers", ("email", "phone", "first_name", "last_name", "locale", "note", "state"), ("address",)
    ),
}  # fmt: skip
_LINES = """
    SELECT o.external_id, l.external_id, l.product_external_id, l.variant_external_id, l.selling_plan
    FROM orders o JOIN line_items l ON l.shop_id = o.shop_id AND l.order_id = o.id
    WHERE o.shop_id = :shop_id AND o.external_id = ANY(:keys)"""
_OF_LINES = ("product_external_id", "variant_external_id", "selling_plan")


def complete(work: Work, records: Sequence[Record]) -> Sequence[Record]:
    """Costs nothing where nothing was kept back."""
    lacking = [one for one in records if isinstance(one, OrderRecord | CustomerRecord) and one.withheld]
    if not lacking:
        return records
    stored = {kind: _stored(work, kept, _keys(lacking, kind)) for kind, kept in _KEPT.items()}
    lines = _lines(work, _keys(lacking, OrderRecord))
    whole = {id(one): _completed(one, stored[type(one)].get(one.external_id, {}), lines) for one in lacking}
    return [whole.get(id(one), one) for one in records]


def _keys(records: Sequence[_Lacking], kind: type) -> list[str]:
    return [record.external_id for record in records if type(record) is kind]


def _stored(work: Work, kept: _Kept, keys: Sequence[str]) -> dict[str, _Known]:
    if not keys:
        return {}
    names = (*kept.head, *kept.addresses)
    sql = f"SELECT external_id, {', '.join(names)} FROM {kept.table} WHERE shop_id = :shop_id AND external_id = ANY(:k)"
    jsons = range(len(kept.head) + 1, len(names) + 1)
    return {key: dict(zip(names, row, strict=True)) for key, *row in work.batch.rows(sql, {"k": keys}, jsons=jsons)}


def _lines(work: Work, keys: Sequence[str]) -> dict[tuple[str, str], _Known]:
    rows = work.batch.rows(_LINES, {"keys": keys}) if keys else ()
    return {(order, line): dict(zip(_OF_LINES, row, strict=True)) for order, line, *row in rows}


def _completed(record: _Lacking, stored: _Known, lines: Mapping[tuple[str, str], _Known]) -> _Lacking:
    whole: dict[str, Any] = {}
    for part, fields in _by_part(record.withheld).items():
        said = getattr(record, part)
        if said is None:
            continue
        if part == "lines":
            known = (lines.get((record.external_id, line.external_id), {}) for line in said)
            whole[part] = tuple(_filled(line, fields, each) for line, each in zip(said, known, strict=True))
        else:
            whole[part] = _filled(said, fields, stored if part == "head" else stored.get(part) or {})
    return replace(record, withheld=(), **whole)


def _by_part(names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        part, _, field = name.partition(".")
        found.setdefault(part, []).append(field)
    return found


def _filled(part: Part, fields: Sequence[str], known: _Known) -> Part:
    return replace(part, **{field: known[field] for field in fields if not getattr(part, field) and known.get(field)})
