"""Reading ahead: a thread asks the platform for pages while the ingest lane writes: a slow shop blocks nothing.

Where pages are there as soon as they are asked for, reading and writing take turns: each statement of a writer lets go
of the interpreter's lock, and a reader that waits for it made an import a tenth dearer."""

import queue
import threading
import time
from collections.abc import Iterator

from app.lib.clock import utc_now
from connectors.base import Page, Wait

_AHEAD = 2  # pages kept in memory
_ENOUGH = 400  # records: with fewer, a page waits for the next one
_PROMPT = 1.0  # seconds after which it waits no longer: a slow shop's pages are written as they come
_PATIENCE = 0.2
_FORSAKEN = 60.0  # seconds in which nobody asked for a page: another worker went on, or the shop is called no more

Item = Page | Wait


class Finished(Exception):
    """There is nothing more to read."""


class Feeder:
    """Pages of one run, read by a thread of its own. `get` raises Finished at the end, or what the reading raised.
    at: the cursor after the last page that was taken."""

    def __init__(self, items: Iterator[Item], name: str, at: str | None = None) -> None:
        self._items, self.at = items, at
        self.began_at = utc_now()
        self._queue: queue.Queue[Item | Exception] = queue.Queue(maxsize=_AHEAD)
        self._stop, self._go_on = threading.Event(), threading.Event()
        self._asked_at = time.monotonic()
        self._thread = threading.Thread(target=self._read, name=name, daemon=True)
        self._thread.start()

    @property
    def is_forsaken(self) -> bool:
        """Nobody asked for a page for long, so the reading ends; whoever wants to go on begins afresh."""
        if time.monotonic() > self._asked_at + _FORSAKEN:
            self._stop.set()
        return self._stop.is_set()

    def get(self) -> Item | None:
        """The next page; None if none is there yet: then the one after it is read while this one is written. To ask
        while the platform is waited for is to ask the platform."""
        self._asked_at = time.monotonic()
        if self._queue.empty():
            self._go_on.set()
        try:
            item = self._queue.get(timeout=_PATIENCE)
        except queue.Empty:
            self._go_on.set()
            return None
        if isinstance(item, Exception):
            self._put(item)  # whoever asks again hears the same
            raise item
        self.at = item.cursor if isinstance(item, Page) else item.cursor or self.at
        return item

    def stop(self) -> None:
        self._stop.set()
        self._go_on.set()

    def _read(self) -> None:
        try:
            self._is_asked(_FORSAKEN)
            for item in together(self._items):
                if isinstance(item, Wait):
                    self._go_on.clear()  # whoever asked did not know of it
                if not (self._put(item) and self._is_asked(item.seconds if isinstance(item, Wait) else _FORSAKEN)):
                    return
            self._put(Finished())
        except Exception as error:  # handed over to whoever asks for the next page
            self._put(error)

    def _is_asked(self, seconds: float) -> bool:
        """Rest until somebody asks, so many seconds at most; False where nobody will any more."""
        self._go_on.wait(seconds)
        self._go_on.clear()
        return not self.is_forsaken

    def _put(self, item: Item | Exception) -> bool:
        while not self.is_forsaken:
            try:
                self._queue.put(item, timeout=0.2)
                return True
            except queue.Full:
                time.sleep(0)
        return False


def together(items: Iterator[Item]) -> Iterator[Item]:
    """Small pages joined: a transaction costs nearly as much for one record as for many."""
    held: Page | None = None
    began = 0.0
    try:
        for item in items:
            if isinstance(item, Page):
                began = began if held else time.monotonic()
                held = _joined(held, item) if held else item
                is_late = time.monotonic() > began + _PROMPT
                if len(held.records) < _ENOUGH and held.cursor is not None and not is_late:
                    continue
            if held is not None:
                yield held
                held = None
            if not isinstance(item, Page):
                yield item
    except Exception:
        if held is not None:
            yield held  # what was read before the fault is kept, and the next try goes on after it
        raise
    if held is not None:
        yield held


def _joined(first: Page, then: Page) -> Page:
    """Pages may overlap by a record."""
    is_repeated = bool(first.records and then.records and first.records[-1] == then.records[0])
    records = [*first.records, *then.records[1 if is_repeated else 0 :]]
    failures, doubts = [*first.failures, *then.failures], [*first.doubts, *then.doubts]
    return Page(records, then.cursor, failures, then.total or first.total, doubts)
