"""Delivers later: a thread that runs what is due, each thing once however often it was ordered meanwhile."""

import heapq
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable
from itertools import count

Run = Callable[[], bool]
LONGEST = 60.0  # seconds of one wait; a shop whose clockwork sleeps may have an endless delay


class Courier:
    """`send(key, run)`: `run` is called `delay` seconds later, or later still, and says whether it arrived."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self._waiting: dict[Hashable, Run] = {}
        self._due: list[tuple[float, int, Hashable]] = []
        self._order = count()
        self._changed = threading.Condition()
        self._is_busy = self._is_urgent = False
        self._counts: Counter[str] = Counter()
        self._thread: threading.Thread | None = None

    def send(self, key: Hashable, run: Run, late: float = 0.0) -> None:
        with self._changed:
            if key not in self._waiting:
                self._waiting[key] = run
                heapq.heappush(self._due, (time.monotonic() + self.delay + late, next(self._order), key))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True, name="courier")
                self._thread.start()
            self._changed.notify_all()

    def flush(self, timeout: float = 60.0) -> bool:
        """Runs what waits without its delay; True when all of it was tried."""
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()
            is_done = self._changed.wait_for(lambda: not self._waiting and not self._is_busy, timeout)
            self._is_urgent = False
            return is_done

    def counts(self) -> dict[str, int]:
        with self._changed:
            queued = len(self._waiting) + self._is_busy
            return {"queued": queued, "sent": self._counts["sent"], "failed": self._counts["failed"]}

    def _work(self) -> None:
        while True:
            run = self._next()
            arrived = run()
            with self._changed:
                self._counts["sent" if arrived else "failed"] += 1
                self._is_busy = False
                self._changed.notify_all()

    def _next(self) -> Run:
        with self._changed:
            while not self._due or not (self._is_urgent or self._due[0][0] <= time.monotonic()):
                self._changed.wait(min(self._due[0][0] - time.monotonic(), LONGEST) if self._due else None)
            self._is_busy = True
            return self._waiting.pop(heapq.heappop(self._due)[2])
