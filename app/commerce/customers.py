"""Customers whose own record comes: rows from records, in batches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.commerce import stats
from app.commerce.echoes import echoes
from app.commerce.identity import email_key, name_key
from app.commerce.models import Customer
from app.commerce.parts import Digests, Stored, Verdict, digests_of, judge, text
from app.commerce.work import Work
from app.journal.keep import Note
from app.lib.ids import new_ids
from connectors.records import CustomerRecord

_PARTS = ("country_code", "address", "tags")
_COLUMNS = (
    "id", "external_id", "is_guest", "is_known", "email", "email_key", "phone", "first_name", "last_name", "name_key",
    "locale", "note", "state", "is_email_verified", "created_at", "updated_at", "deleted_at", "digests", *_PARTS,
)  # fmt: skip
_NAMES = ("head", "address", "consents", "tags")
_KNOWN = """
    SELECT external_id, id, updated_at, digests, deleted_at, is_known FROM customers
    WHERE shop_id = :shop_id AND external_id = ANY(:keys)"""
_UPDATE_PARTS = f"""
    UPDATE customers SET updated_at = ?, digests = ?, {", ".join(f"{name} = COALESCE(?, {name})" for name in _PARTS)}
    WHERE shop_id = ? AND id = ?"""


class Person(NamedTuple):
    """A customer on the way into the row. is_new: not even an order has named them before."""

    id: int
    record: CustomerRecord
    verdict: Verdict
    digests: Digests
    is_new: bool


def write(work: Work, records: Sequence[CustomerRecord]) -> None:
    """Bring the customers up to date; each external id stands once among the records."""
    people = _people(work, records)
    ours = echoes(work, people)
    with_head = [one for one in people if "head" in one.verdict.write]
    work.batch.upsert(Customer, _COLUMNS, [_row(one) for one in with_head], key=("external_id",), keep=_PARTS)
    work.batch.executemany(_UPDATE_PARTS, [_parts(work, one) for one in people if "head" not in one.verdict.write])
    stats.begin(work, {one.id: () for one in people if one.is_new})
    for one in people:
        if one.id in ours:
            work.counts.update(echo=1, updated=-1)
            work.notes.append(Note("echo", "customer", one.record.external_id))
        elif one.verdict.outcome in ("created", "updated"):
            work.changes.note("customer.changed", one.id, one.id, {"parts": list(one.verdict.changed)})


def delete(work: Work, external_ids: Sequence[str]) -> None:
    """The platform no longer has these, and that was checked; their orders stay."""
    sql = """UPDATE customers SET deleted_at = :now, is_known = TRUE
             WHERE shop_id = :shop_id AND external_id = ANY(:keys) AND (deleted_at IS NULL OR NOT is_known)"""
    rows = work.batch.rows(_KNOWN, {"keys": external_ids})
    work.counts["deleted"] += work.batch.execute(sql, {"now": work.now, "keys": external_ids})
    for row in rows:
        work.changes.note("customer.changed", row[1], row[1], {"parts": ["deleted"]})


def _people(work: Work, records: Sequence[CustomerRecord]) -> list[Person]:
    rows = work.batch.rows(_KNOWN, {"keys": [record.external_id for record in records]}, times=(2,), jsons=(3,))
    known = {row[0]: row[1:] for row in rows}
    found = []
    for record, new_id in zip(records, new_ids(len(records)), strict=True):
        customer_id, *stored = known.get(record.external_id, (None, None, None, None, False))
        carried = digests_of(_NAMES, (record.head, record.address, record.consents, record.tags))
        verdict = _judge(work, record, carried, customer_id, *stored)
        _state_consents(work, record, carried, customer_id or new_id, verdict)
        work.settle("customer", record.external_id, record.updated_at, carried, verdict)
        if verdict.digests is not None:
            found.append(Person(customer_id or new_id, record, verdict, verdict.digests, customer_id is None))
    return found


def _judge(
    work: Work, record: CustomerRecord, carried: Digests, customer_id: int | None,
    updated_at: Any, digests: Digests | None, deleted_at: Any, is_known: bool,
) -> Verdict:  # fmt: skip
    stored = (
        Stored(customer_id, updated_at, digests or {}, deleted_at is not None) if customer_id and is_known else None
    )
    if record.head is None and stored is None:
        work.ask("customer", record.external_id)
        return Verdict("deferred")
    return judge(stored, record.updated_at, carried, work.fresh, work.is_again)


def _state_consents(work: Work, record: CustomerRecord, carried: Digests, customer_id: int, verdict: Verdict) -> None:
    """What is said of consent is kept in any case, with its own time: an older state may bring the news."""
    if "consents" in verdict.write or verdict.outcome in ("superseded", "conflict", "deferred"):
        known = None if verdict.outcome == "deferred" else customer_id
        work.consents += [(known, consent, record.updated_at) for consent in record.consents or ()]


def _row(one: Person) -> tuple[Any, ...]:
    record, head = one.record, one.record.head
    assert head is not None
    key = email_key(head.email)
    return (
        one.id, record.external_id, False, True, head.email, key, head.phone, head.first_name, head.last_name,
        name_key(head.first_name, head.last_name), head.locale, head.note, head.state, head.is_email_verified,
        head.created_at, record.updated_at, None, text(one.digests), *_part_values(one),
    )  # fmt: skip


def _part_values(one: Person) -> tuple[str | None, str | None, str | None]:
    address = one.record.address
    return (address.country_code if address else None, text(address), text(one.record.tags))


def _parts(work: Work, one: Person) -> tuple[Any, ...]:
    return (one.record.updated_at, text(one.digests), *_part_values(one), work.shop.id, one.id)
