"""Pages of lists, two at once: while one is worked on, those that will be asked for next are on their way."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from app.errors import RegularsError
from connectors.woocommerce.transport import CONNECTIONS, Transport

Start = Callable[[Callable[[], None]], None]


class Ask(NamedTuple):
    """One page of a list, by id."""

    path: str
    params: Mapping[str, str]
    offset: int
    size: int

    @property
    def key(self) -> tuple[str, str, int]:
        """Whatever its size: a page that is on its way already is not asked for again with fewer rows."""
        return self.path, str(sorted(self.params.items())), self.offset


class Sheet(NamedTuple):
    """A page as it came. total: how long the list says it is; an empty page says nothing about that."""

    raw: bytes
    total: int | None
    size: int
    seconds: float


def _in_a_thread(work: Callable[[], None]) -> None:
    # no pool: its threads would be waited for when the process ends, as long as a shop takes for a page
    threading.Thread(target=work, name="page", daemon=True).start()


class Ahead:
    """depth: how many are begun that nobody waits for yet; start: how."""

    def __init__(self, transport: Transport, depth: int = CONNECTIONS, start: Start = _in_a_thread) -> None:
        self._transport, self._depth, self._start = transport, depth, start
        self._begun: dict[tuple[str, str, int], Future[Sheet]] = {}

    def get(self, ask: Ask) -> Sheet:
        """The page. Raises what the asking raised, and then forgets what else was begun: it meets the same trouble."""
        begun = self._begun.pop(ask.key, None)
        try:
            return begun.result() if begun else _sheet(self._transport, ask)
        except RegularsError:
            self._begun.clear()
            raise

    def expect(self, asks: Sequence[Ask]) -> None:
        """These come next: the first of them are begun, and what else was is forgotten."""
        expected = {ask.key: ask for ask in asks[: self._depth]}
        self._begun = {key: page for key, page in self._begun.items() if key in expected}
        for key, ask in expected.items():
            if key not in self._begun:
                self._begun[key] = self._begin(ask)

    def _begin(self, ask: Ask) -> "Future[Sheet]":
        page: Future[Sheet] = Future()

        def work() -> None:
            try:
                page.set_result(_sheet(self._transport, ask))
            except BaseException as error:  # whoever asks for the page hears of it
                page.set_exception(error)

        self._start(work)
        return page


def _sheet(transport: Transport, ask: Ask) -> Sheet:
    asked = {**ask.params, "orderby": "id", "order": "asc", "per_page": ask.size, "offset": ask.offset}
    answer = transport.get(ask.path, asked)
    total = answer.headers.get("X-WP-Total", "")
    seconds = answer.elapsed.total_seconds()  # to its first byte: what the shop took to make it
    return Sheet(answer.content, int(total) if total.isdigit() else None, ask.size, seconds)
