"""How many records one transaction takes in: many where nobody waits, few while deliveries come in between."""

import time

from sqlalchemy import Engine

from app.db import turn

_FEWEST = 5
_HELD = 0.03  # seconds that a transaction may take while somebody waits for SQLite's one write lock
_REMEMBERED = 30.0  # seconds after which nobody who waited once is expected any more


class Pace:
    """Of one database; measured by the transactions themselves. most: where nobody waits."""

    def __init__(self, most: int = 500) -> None:
        self.records = self._most = most
        self._awaited_at = -_REMEMBERED

    def note(self, engine: Engine, records: int, seconds: float) -> None:
        """A transaction of so many records has taken so long."""
        now = time.monotonic()
        if turn.is_awaited(engine):
            self._awaited_at = now
        if now > self._awaited_at + _REMEMBERED:
            self.records = self._most
        elif records:
            self.records = min(self._most, max(_FEWEST, int(records * _HELD / max(seconds, 0.001))))
