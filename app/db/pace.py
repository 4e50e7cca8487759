"""How many records one transaction takes in: many where nobody waits, few while deliveries come in between."""

from sqlalchemy import Engine

from app.db import turn

_FEWEST = 3
_HELD = 0.012  # seconds that a transaction may take while somebody waits for SQLite's one write lock
_REMEMBERED = 30.0  # seconds after which nobody who waited once is expected any more


class Pace:
    """Of one kind of transaction; measured by these themselves. most: where nobody waits."""

    def __init__(self, most: int = 500) -> None:
        self._most = most
        self._a_second = 0.0  # records

    def records(self, engine: Engine) -> int:
        if not turn.was_awaited(engine, _REMEMBERED):
            return self._most
        return min(self._most, max(_FEWEST, int(self._a_second * _HELD)))

    def note(self, records: int, seconds: float) -> None:
        """A transaction of so many records has taken so long."""
        if records:
            self._a_second = records / max(seconds, 0.001)
