"""Is what comes news? A record's parts against the digests of what the platform said before."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from connectors.records import OrderRecord, RefundRecord, digest, digest_of

Digests = dict[str, int]
Texts = dict[str, bytes]  # parts as JSON, by name: what is hashed is what is kept

_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode
_NOTHING = b"[]"
_ORDER_FIELDS = OrderRecord.__struct_fields__[2:-1]


class Stored(NamedTuple):
    """What is known of a record's row. digests: a digest of an older state than `updated_at` is kept inverted (~)."""

    id: int
    updated_at: datetime | None
    digests: Digests
    is_deleted: bool = False


class Verdict(NamedTuple):
    """outcome: created, updated, unchanged, superseded, conflict or deferred. changed: the parts whose content is new.
    write: the parts to write. digests: what to keep from now on, None where the row stays as it is."""

    outcome: str
    changed: Sequence[str] = ()
    write: Sequence[str] = ()
    digests: Digests | None = None


def judge(
    stored: Stored | None, updated_at: datetime | None, carried: Digests, fresh: bool, is_again: bool = False
) -> Verdict:
    """An older state never overwrites a newer one (R18). Two states of one moment are a conflict, settled by a fresh
    read; a row that was deleted comes back by a fresh read only. What is fresh is written without a second look.
    is_again: of two states of one moment this one is to be written; the pull that follows sees what changed since."""
    if stored is None:
        return Verdict("created", tuple(carried), tuple(carried), carried)
    if _is_older(updated_at, stored.updated_at):
        return Verdict("superseded")
    is_same_moment = updated_at == stored.updated_at
    if not fresh and (stored.is_deleted or (is_same_moment and not is_again and _disagree(stored.digests, carried))):
        return Verdict("conflict")
    changed = [name for name, now in carried.items() if stored.digests.get(name) not in (now, ~now)]
    merged = {**(stored.digests if is_same_moment else _aged(stored.digests)), **carried}
    if fresh:
        return Verdict("updated" if changed or stored.is_deleted else "unchanged", changed, tuple(carried), merged)
    if not changed:
        return Verdict("unchanged", digests=None if is_same_moment and merged == stored.digests else merged)
    return Verdict("updated", changed, changed, merged)


def _disagree(stored: Digests, carried: Digests) -> bool:
    """Do two states differ on a part that both carry?"""
    return any(stored.get(name, -1) >= 0 and stored[name] != now for name, now in carried.items())


def _is_older(incoming: datetime | None, stored: datetime | None) -> bool:
    """None is a platform that has no time for it: it was never saved since it was made."""
    return stored is not None and (incoming is None or incoming < stored)


def _aged(digests: Digests) -> Digests:
    return {name: known if known < 0 else ~known for name, known in digests.items()}


def digests_of(names: Iterable[str], parts: Iterable[Any]) -> Digests:
    """The digests of the parts that are carried."""
    return {name: digest(part) for name, part in zip(names, parts, strict=True) if part is not None}


def order_texts(record: OrderRecord) -> Texts:
    """An order's parts as JSON, those that are carried."""
    parts = zip(_ORDER_FIELDS, astuple(record)[2:-1], strict=True)
    return {name: _encode(part) if part else _NOTHING for name, part in parts if part is not None}


def order_digests(record: OrderRecord, texts: Texts) -> Digests:
    """Refunds are two parts: which there are, and what is known of each; lists that name them say only the first."""
    found = {name: digest_of(text) for name, text in texts.items()}
    if record.refunds:
        found["refunds"] = digest(tuple([f"{refund.external_id} {refund.total}" for refund in record.refunds]))
        if any(map(is_detailed, record.refunds)):
            found["refund_lines"] = digest_of(texts["refunds"])
    return found


def is_detailed(refund: RefundRecord) -> bool:
    return refund.created_at is not None or refund.lines is not None


def text(part: Any) -> str | None:
    """A part as its JSON column keeps it; None stays None."""
    if part is None:
        return None
    return "[]" if part == () else _encode(part).decode()


def mark(kind: str, external_id: str, updated_at: datetime | None, digests: Mapping[str, int]) -> bytes:
    """A record's own hash, without the record: what the digest of a page is made of."""
    said = _pack((kind, external_id, updated_at, digests))  # the parts stand in their fixed order
    return hashlib.blake2b(said, digest_size=16).digest()
