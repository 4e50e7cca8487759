"""Is the journal what was sealed? Every day's head, every entry and its place, from the first that is still here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.db.batch import Batch
from app.db.scope import ShopScope
from app.journal.chain import JSONS, SAYS, TIMES, Day, all_days, link
from app.lib.encryption import Keyring

_PAGE = 5000


@dataclass(frozen=True)
class Finding:
    """place: in the chain; id: of the entry, where there is one."""

    place: int
    what: str
    id: int | None = None

    def __str__(self) -> str:
        return f"place {self.place}{f' (entry {self.id})' if self.id else ''}: {self.what}"


@dataclass(frozen=True)
class Verdict:
    """entries: how many were looked at; waiting: not sealed yet; head: of the chain, None where nothing was sealed."""

    entries: int
    waiting: int
    head: Day | None
    findings: Sequence[Finding]


def verify(scope: ShopScope, keyring: Keyring, limit: int = 1000, known: Sequence[str] = ()) -> Verdict:
    """Reads the whole journal of the shop, as of one moment; stops after `limit` findings. known: heads that were
    printed before, as hexadecimal digits, which have to stand in the chain."""
    batch = scope.batch()
    walk = _Walk(batch, keyring, scope.shop_id, all_days(batch), {bytes.fromhex(one) for one in known})
    findings = []
    for finding in walk.findings():
        findings.append(finding)
        if len(findings) >= limit:
            break
    waiting = batch.rows(_WAITING, {})[0][0]
    return Verdict(walk.entries, waiting, walk.days[-1] if walk.days else None, findings)


@dataclass
class _Walk:
    batch: Batch
    keyring: Keyring
    shop_id: int
    days: list[Day]
    known: set[bytes]
    entries: int = 0

    def findings(self) -> Iterator[Finding]:
        yield from self._days()
        yield from self._entries()
        for lost in self.known - {day.link for day in self.days}:
            yield Finding(0, f"the head {lost.hex()} is not in the chain")

    def _days(self) -> Iterator[Finding]:
        before: Day | None = None
        for day in self.days:
            if not day.is_ours(self.keyring, self.shop_id, before):
                yield Finding(
                    day.place, f"the head of {day.day} is not what was sealed, or the day before it is missing"
                )
            if day.is_broken:
                yield Finding(day.place, f"on {day.day} the chain had to go on from a head that was not ours")
            if day.thinned_at and before is not None and not before.thinned_at:
                yield Finding(day.place, f"{day.day} is thinned, and the day before it is not")
            before = day

    def _entries(self) -> Iterator[Finding]:
        """Each against the link before it. After one that is wrong the next may follow what stands there, what should
        stand there, or what stood there before it was put in: so a wrong one is named alone."""
        thinned = [day for day in self.days if day.thinned_at]
        expected, befores = (thinned[-1].place + 1, [thinned[-1].link]) if thinned else (1, [b""])
        heads = {day.place: day for day in self.days if not day.thinned_at}
        for place, sealed, *said in self._rows():
            if place < expected:  # of a day that is thinned, and about to go
                continue
            self.entries += 1
            self.known.discard(sealed)
            if place > expected:
                yield from _missing(expected, place - 1)
                befores = []
            fits = [link(self.keyring, before, said) for before in befores]
            if fits and sealed not in fits:
                yield Finding(place, "is not what was sealed here: changed, put in, or moved", said[_ID])
                befores = [sealed, fits[0], befores[0]]
            else:
                befores = [sealed]
            if place in heads and heads[place].link != sealed:
                yield Finding(place, f"is not the last entry of {heads[place].day} as it was sealed", said[_ID])
            expected = place + 1
        yield from self._end(expected)

    def _end(self, expected: int) -> Iterator[Finding]:
        last = self.days[-1].place if self.days else 0
        if expected <= last:
            yield from _missing(expected, last)
        if expected > last + 1:
            yield Finding(last + 1, "entries follow after the head of the chain")

    def _rows(self) -> Iterator[Any]:
        """(place, link, what the entry says …), by place."""
        after = -(2**62)
        while rows := self.batch.rows(_ENTRIES, {"after": after, "limit": _PAGE}, times=_TIMES, jsons=_JSONS):
            yield from rows
            after = rows[-1][0]


def _missing(first: int, last: int) -> Iterator[Finding]:
    yield Finding(first, f"is missing{f', up to place {last}' if last > first else ''}")


_ID = SAYS.index("id")
_TIMES, _JSONS = [each + 2 for each in TIMES], [each + 2 for each in JSONS]
_WAITING = "SELECT count(*) FROM journal WHERE shop_id = :shop_id AND place IS NULL"
_ENTRIES = f"""
    SELECT place, link, {", ".join(SAYS)} FROM journal
    WHERE shop_id = :shop_id AND place > :after ORDER BY place LIMIT :limit"""
