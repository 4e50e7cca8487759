"""What did not verify: counted by day, address and reason, a few digests as samples."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col

from app.db.batch import Batch
from app.db.engine import encode_json
from app.db.scope import EveryShop
from app.journal.models import Rejected

_KEPT = timedelta(days=90)
_SAMPLES = 5  # a day, address and reason
_EVERY = 1.0  # seconds: however many come, they cost one small transaction


@dataclass
class _Count:
    number: int = 0
    samples: list[str] = field(default_factory=list)

    def take_in(self, other: "_Count") -> None:
        self.number += other.number
        self.samples = list(dict.fromkeys([*self.samples, *other.samples]))[:_SAMPLES]


Counts = dict[tuple[str, str, str], _Count]


class Rejections:
    """Counts in memory that are written once a second; a crash may lose the last second's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counts = {}
        self._written_at = 0.0

    def count(self, day: str, address: str, reason: str, digest: str) -> None:
        with self._lock:
            self._counts.setdefault((day, address, reason), _Count()).take_in(_Count(1, [digest]))

    def are_due(self, at_once: bool = False) -> bool:
        return bool(self._counts) and (at_once or time.monotonic() > self._written_at + _EVERY)

    def take(self) -> Counts:
        """What was counted since the last time; to be given back where it could not be written."""
        with self._lock:
            counts, self._counts = self._counts, {}
            self._written_at = time.monotonic()
        return counts

    def give_back(self, counts: Counts) -> None:
        with self._lock:
            for place, count in counts.items():
                self._counts.setdefault(place, _Count()).take_in(count)


def forget(db: EveryShop, now: datetime) -> None:
    db.execute(delete(Rejected).where(col(Rejected.day) < (now - _KEPT).date().isoformat()))


def write(batch: Batch, counts: Counts) -> None:
    for (day, address, reason), count in sorted(counts.items()):
        _add(batch, {"day": day, "address": address, "reason": reason}, count)


def _add(batch: Batch, place: dict[str, str], count: _Count) -> None:
    known = batch.rows(f"SELECT samples FROM rejected_deliveries {_PLACE}", place, jsons=[0])
    merged = _Count(0, (known[0][0] if known else None) or [])
    merged.take_in(count)
    batch.execute(_ADD, {**place, "count": count.number, "samples": encode_json(merged.samples)})


_PLACE = "WHERE day = :day AND address = :address AND reason = :reason"
_ADD = """
INSERT INTO rejected_deliveries (day, address, reason, count, samples)
VALUES (:day, :address, :reason, :count, :samples)
ON CONFLICT (day, address, reason) DO UPDATE SET
  count = rejected_deliveries.count + excluded.count, samples = excluded.samples
"""
