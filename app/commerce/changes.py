"""Live changes become events: one a subject, written beside what changed, for others to react to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import jobs
from app.commerce.parts import text
from app.db.scope import ShopScope
from app.journal.models import Event
from app.lib.ids import new_ids

_COLUMNS = ("id", "kind", "subject_id", "customer_id", "at", "changes", "state", "attempts", "due_at")


@dataclass
class Change:
    kind: str
    customer_id: int | None
    changes: dict[str, Any]


class Changes:
    """What changed, by subject. A value that changed stands as [before, after]."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Change] = {}

    def note(self, kind: str, subject_id: int, customer_id: int | None, changes: dict[str, Any]) -> None:
        """Several changes of one subject are one: the first `before`, the last `after`, and placed stays placed."""
        place = (kind.partition(".")[0], subject_id)
        known = self._found.get(place)
        if known is None:
            self._found[place] = Change(kind, customer_id, dict(changes))
            return
        known.kind = known.kind if kind.endswith(".changed") else kind
        known.customer_id = customer_id or known.customer_id
        known.changes = {**known.changes, **_joined(known.changes, changes)}

    def absorb(self, other: "Changes") -> None:
        for (_, subject_id), change in other._found.items():
            self.note(change.kind, subject_id, change.customer_id, change.changes)

    def write(self, scope: ShopScope, now: datetime) -> None:
        """The events, and one job that has them worked off."""
        if not self._found:
            return
        rows = [
            (event_id, change.kind, subject_id, change.customer_id, now, text(change.changes), "pending", 0, now)
            for event_id, ((_, subject_id), change) in zip(new_ids(len(self._found)), self._found.items(), strict=True)
        ]
        scope.batch().upsert(Event, _COLUMNS, rows, key=("id",))
        jobs.defer(scope, "react", lane="react", dedupe="react")


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What differs between two states, as [before, after]."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def _joined(first: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    joined = dict(then)
    for name in first.keys() & then.keys():
        if name == "parts":
            joined[name] = [*first[name], *(part for part in then[name] if part not in first[name])]
        elif isinstance(then[name], list):
            joined[name] = [first[name][0], then[name][1]]
    return joined
