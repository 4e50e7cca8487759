"""How many records one transaction takes in: many where nobody waits, few while deliveries come in between."""

import time

from sqlalchemy import Engine

from app.db import turn

_MOST, _FEWEST = 500, 20
_HELD = 0.03  # seconds that a transaction may take while somebody waits for SQLite's one write lock
_REMEMBERED = 30.0  # seconds after which nobody who waited once is expected any more


class Pace:
    """Of one database; measured by the transactions themselves."""

    def __init__(self) -> None:
        self.records = _MOST
        self._awaited_at = -_REMEMBERED

    def note(self, engine: Engine, records: int, seconds: float) -> None:
        """A transaction of so many records has taken so long."""
        now = time.monotonic()
        if turn.is_awaited(engine):
            self._awaited_at = now
        if now > self._awaited_at + _REMEMBERED:
            self.records = _MOST
        elif records:
            self.records = min(_MOST, max(_FEWEST, int(records * _HELD / max(seconds, 0.001))))
