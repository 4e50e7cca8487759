"""Windows: some days of the shop that are read at once, so few that what they hold is small."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
LONGEST = timedelta(days=365)


@dataclass(frozen=True)
class Window:
    """Local days of the shop, both included; None: from the first, or to the last."""

    first_on: date | None
    last_on: date | None

    def bounds(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when, and before when."""
        since = None if self.first_on is None else _start(self.first_on, zone)
        return since, None if self.last_on is None else _start(self.last_on + _DAY, zone)

    def __contains__(self, day: date) -> bool:
        return (self.first_on is None or self.first_on <= day) and (self.last_on is None or day <= self.last_on)

    def days(self) -> Sequence[date]:
        """None of one without an end."""
        if self.first_on is None or self.last_on is None:
            return ()
        return [self.first_on + timedelta(days=number) for number in range((self.last_on - self.first_on).days + 1)]

    def halves(self) -> tuple["Window", "Window"] | None:
        """None of a single day, and of one without an end."""
        if self.first_on is None or self.last_on is None or self.first_on == self.last_on:
            return None
        middle = self.first_on + (self.last_on - self.first_on) // 2
        return Window(self.first_on, middle), Window(middle + _DAY, self.last_on)


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def cut(days: Iterable[tuple[date, int]], at_once: int) -> Iterator[date]:
    """The days with which another window begins, so that none has more orders than are read at once; a day is whole."""
    held = 0
    for day, orders in days:
        if held and held + orders > at_once:
            yield day
            held = 0
        held += orders


def all_windows(days: Iterable[tuple[date, int]], at_once: int, first_on: date | None = None) -> Iterator[Window]:
    """The whole history, and whatever the platform has after it and, without a first day, before it."""
    for day in cut(days, at_once):
        yield Window(first_on, day - _DAY)
        first_on = day
    yield Window(first_on, None)


def first_window(days: Iterable[tuple[date, int]], first_on: date, last_on: date, at_once: int) -> Window:
    """As many days from the first on as are read at once."""
    end = next(cut(days, at_once), None)
    return Window(first_on, end - _DAY if end else last_on)
