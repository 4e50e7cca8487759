"""What a shop lets us ask: its bucket of points, counted along between answers, for all threads that talk to it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import msgspec

HIGHEST = 1000.0  # no document may cost more, so one that was never asked is taken to cost this much
_SOON = 0.05


class Bucket(msgspec.Struct, rename="camel"):
    """Points, and how many come back each second."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(msgspec.Struct, rename="camel"):
    """requested is reserved when a document is asked; actual is what is kept of it, None where it was not answered."""

    requested_query_cost: float = 0
    actual_query_cost: float | None = None
    throttle_status: Bucket | None = None


class Turn:
    """One request on its way. points: what is set aside for it; beside: what is set aside for others that were under
    way at some time while it was; cost: what the answer says, None where none came."""

    def __init__(self, name: str, size: int) -> None:
        self.name, self.size = name, size
        self.points, self.beside = 0.0, 0.0
        self.cost: Cost | None = None


class Pace:
    """The bucket of one shop. A request is sent once the bucket holds what it will cost, first come, first served: a
    dear one would never have its turn among cheap ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bucket: Bucket | None = None
        self._left, self._at = 0.0, 0.0
        self._prices: dict[str, dict[int, float]] = {}
        self._line: list[Turn] = []
        self._under_way: set[Turn] = set()

    @contextmanager
    def turn(self, name: str, size: int, wait: Callable[[float], None]) -> Iterator[Turn]:
        """size: of the page or of the list of ids, which decides the price. `wait` may raise: the turn is given up."""
        turn = Turn(name, size)
        with self._lock:
            self._line.append(turn)
        try:
            while (seconds := self._take(turn)) > 0:
                wait(seconds)
        except BaseException:
            with self._lock:
                self._line.remove(turn)
            raise
        try:
            yield turn
        finally:
            with self._lock:
                self._settle(turn)

    def _take(self, turn: Turn) -> float:
        """0: it may be sent now; else the seconds after which to ask again."""
        with self._lock:
            seconds = self._wait_for(turn)
            if self._line[0] is not turn:
                return max(seconds, _SOON)
            if seconds == 0:
                self._line.remove(turn)
                self._left -= turn.points
                turn.beside = sum(other.points for other in self._under_way)
                for other in self._under_way:
                    other.beside += turn.points
                self._under_way.add(turn)
            return seconds

    def _wait_for(self, turn: Turn) -> float:
        if self._bucket is None:
            return _SOON if self._under_way else 0.0  # the first answer tells how much there is
        self._restore(self._bucket)
        turn.points = min(self._price(turn), self._bucket.maximum_available)
        return max(0.0, turn.points - self._left) / max(self._bucket.restore_rate, 1.0)

    def _settle(self, turn: Turn) -> None:
        self._under_way.remove(turn)
        if turn.cost is None:
            return  # perhaps it was paid for, perhaps not
        self._prices.setdefault(turn.name, {})[turn.size] = turn.cost.requested_query_cost
        status = turn.cost.throttle_status
        if status is None:
            return
        self._restore(self._bucket or status)
        counted = self._left + turn.points - (turn.cost.actual_query_cost or 0)
        # what was under way beside it may not be in what the answer says: at worst none of it is
        self._left = max(status.currently_available - turn.beside, min(counted, status.currently_available))
        self._bucket = status

    def _price(self, turn: Turn) -> float:
        """What it cost the last time; for a size that was not asked yet no more than in proportion to another."""
        known = self._prices.get(turn.name, {})
        if turn.size in known:
            return known[turn.size]
        guesses = [points * max(1.0, turn.size / max(size, 1)) for size, points in known.items()]
        return min([HIGHEST, *guesses])

    def _restore(self, bucket: Bucket) -> None:
        now = monotonic()
        self._left = min(bucket.maximum_available, self._left + (now - self._at) * bucket.restore_rate)
        self._at = now
