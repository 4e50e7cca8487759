"""Our own echoes are not news: a customer's tags or consent that changed because we wrote them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from app.commerce.parts import Verdict
from app.commerce.work import Work
from app.consent.addresses import address_key
from app.consent.told import own_words
from connectors.records import ConsentRecord, CustomerRecord

_OURS = frozenset({"tags", "consents"})
_RINGS = timedelta(hours=1)  # after which nothing is taken for an echo any more


class Person(Protocol):
    """A customer on the way into the row, as `customers` has them."""

    @property
    def id(self) -> int: ...

    @property
    def record(self) -> CustomerRecord: ...

    @property
    def verdict(self) -> Verdict: ...


class Tagging(NamedTuple):
    """A write of tags that has not come back yet."""

    id: int
    kind: str
    tags: frozenset[str]

    def shows_in(self, tags: frozenset[str]) -> bool:
        return self.tags <= tags if self.kind == "tags_added" else self.tags.isdisjoint(tags)


def echoes(work: Work, people: Sequence[Person]) -> set[int]:
    """The ids of those in whom nothing changed but what we wrote. Asked before the rows are written."""
    suspects = [one for one in people if one.verdict.outcome == "updated" and _OURS.issuperset(one.verdict.changed)]
    if not suspects:
        return set()
    writes, tags = _tag_writes(work, suspects), _stored_tags(work, suspects)
    said = [consent for one in suspects if "consents" in one.verdict.changed for consent in one.record.consents or ()]
    known = own_words(work.batch, said) | _known_words(work, said)
    found, heard = set(), []
    for one in suspects:
        ours = writes.get(one.record.external_id, [])
        if _explains(one, ours, tags.get(one.id, frozenset()), known):
            found.add(one.id)
            heard += [write.id for write in ours if write.shows_in(_folded(one.record.tags or ()))]
    _confirm(work, heard)
    return found


def _explains(one: Person, ours: Sequence[Tagging], before: frozenset[str], known: set[ConsentRecord]) -> bool:
    if "consents" in one.verdict.changed and not known.issuperset(one.record.consents or ()):
        return False
    if "tags" not in one.verdict.changed:
        return True
    after = _folded(one.record.tags or ())
    added = frozenset[str]().union(*(write.tags for write in ours if write.kind == "tags_added"))
    removed = frozenset[str]().union(*(write.tags for write in ours if write.kind == "tags_removed"))
    return after - before <= added and before - after <= removed


def _tag_writes(work: Work, suspects: Sequence[Person]) -> Mapping[str, list[Tagging]]:
    subjects = [one.record.external_id for one in suspects if "tags" in one.verdict.changed]
    found: dict[str, list[Tagging]] = {}
    rows = work.batch.rows(_UNHEARD, {"subjects": subjects, "since": work.now - _RINGS}, jsons=[3])
    for write_id, subject, kind, payload in rows:
        found.setdefault(subject, []).append(Tagging(write_id, kind, _folded(payload["tags"])))
    return found


def _stored_tags(work: Work, suspects: Sequence[Person]) -> Mapping[int, frozenset[str]]:
    sql = "SELECT id, tags FROM customers WHERE shop_id = :shop_id AND id = ANY(:ids)"
    rows = work.batch.rows(sql, {"ids": [one.id for one in suspects]}, jsons=[1])
    return {customer_id: _folded(tags or ()) for customer_id, tags in rows}


def _known_words(work: Work, said: Sequence[ConsentRecord]) -> set[ConsentRecord]:
    """Statements that we have had before, and what says nothing."""
    keys = [address_key(one.address) for one in said]
    rows: list[Any] = work.batch.rows(_HAD, {"keys": keys}, times=[3]) if keys else []
    had = {tuple(row) for row in rows}
    return {
        one
        for one in said
        if one.state == "unknown" or (one.channel, address_key(one.address), one.state, one.at) in had
    }


def _confirm(work: Work, heard: Sequence[int]) -> None:
    if heard:
        work.batch.execute(_HEARD, {"now": work.now, "ids": list(heard)})


def _folded(tags: Sequence[str]) -> frozenset[str]:
    """Tags as platforms compare them."""
    return frozenset(tag.strip().lower() for tag in tags)


_UNHEARD = """
    SELECT id, subject, kind, payload FROM platform_writes
    WHERE shop_id = :shop_id AND subject = ANY(:subjects) AND kind IN ('tags_added', 'tags_removed')
      AND echoed_at IS NULL AND (state IN ('sending', 'uncertain') OR state = 'done' AND done_at > :since)"""
_HEARD = "UPDATE platform_writes SET echoed_at = :now WHERE shop_id = :shop_id AND id = ANY(:ids)"
_HAD = """
    SELECT channel, address_key, state, at FROM consent_entries
    WHERE shop_id = :shop_id AND channel IN ('email', 'sms', 'whatsapp') AND address_key = ANY(:keys)"""
