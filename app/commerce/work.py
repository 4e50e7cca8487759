"""One round of an ingest: where it writes, and what comes of it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.commerce.changes import Changes
from app.commerce.parts import Digests, Verdict, mark
from app.consent.entries import Said
from app.consent.tombstones import is_pseudonym
from app.db.batch import Batch
from app.journal.keep import Note
from app.shops.models import Shop

_ASIDE = frozenset({"superseded", "conflict"})


@dataclass
class Work:
    """Everything that one set of records changes; thrown away where it has to be tried again in smaller pieces.
    is_history: customers' figures, and what orders tell of them, are left to be counted once all orders are here."""

    batch: Batch
    shop: Shop
    zone: ZoneInfo
    now: datetime
    live: bool
    fresh: bool
    is_history: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    refetch: dict[tuple[str, str], None] = field(default_factory=dict)  # a set that keeps its order
    marks: list[bytes] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    consents: list[Said] = field(default_factory=list)

    @property
    def is_again(self) -> bool:
        """Is a history read once more? It tells what was kept back before of things that did not change since."""
        return self.is_history and self.shop.backfilled_at is not None

    def local_day(self, moment: datetime) -> date:
        """The shop's day of a moment."""
        return moment.astimezone(self.zone).date()

    def settle(
        self, kind: str, external_id: str, updated_at: datetime | None, carried: Digests, verdict: Verdict
    ) -> None:
        """Count a record; ask for a fresh read where it cannot decide."""
        self.counts[verdict.outcome] += 1
        self.marks.append(mark(kind, external_id, updated_at, carried))
        if verdict.outcome in _ASIDE:
            self.notes.append(Note(verdict.outcome, kind, external_id, self.marks[-1]))
        if verdict.outcome == "conflict":
            self.ask(kind, external_id)

    def ask(self, kind: str, external_id: str) -> None:
        """Have this read afresh; the platform knows nobody by a pseudonym."""
        if not is_pseudonym(external_id):
            self.refetch[(kind, external_id)] = None

    def absorb(self, other: "Work") -> None:
        """What a smaller piece did is done."""
        self.counts.update(other.counts)
        self.refetch.update(other.refetch)
        self.marks.extend(other.marks)
        self.notes.extend(other.notes)
        self.changes.absorb(other.changes)
