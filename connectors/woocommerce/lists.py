"""Walks a list by id in pages that overlap by a row, so that rows that leave it meanwhile hide no others.

A page must begin at or before the last row that was seen: where it begins later, something before it has left the list
and the next rows have moved up, so we step back and look again. That holds whichever of two pages was read first.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from app.errors import BadInput, PlatformDown, RateLimited
from app.reasons import Reason
from connectors.base import Wait
from connectors.woocommerce import rows
from connectors.woocommerce.ahead import Ahead, Ask, Sheet
from connectors.woocommerce.transport import Transport

LARGEST, SMALLEST = 100, 10  # rows a page; WooCommerce allows no more than 100
SLOW, QUICK = 20.0, 5.0  # seconds a page
_SHORT_WAIT = 30.0  # seconds; a longer one is the job's
_sizes: dict[tuple[str, str], int] = {}  # (host, path) -> what the latest page took in good time, in this process


class Place(NamedTuple):
    """Where a walk stands: how many rows to pass over, the last id seen, how many were, rows to ask for."""

    offset: int = 0
    last: int = 0
    seen: int = 0
    size: int = LARGEST

    @classmethod
    def read(cls, cursor: str) -> "Place":
        try:
            offset, last, seen, size = map(int, cursor.split(","))
            return cls(offset, last, seen, size)
        except ValueError as error:
            raise BadInput(f"{cursor!r} is no place in a list", "cursor") from error

    def __str__(self) -> str:
        return ",".join(map(str, self))

    def back(self) -> "Place":
        return self._replace(offset=max(0, self.offset - self.size))

    def smaller(self) -> "Place":
        return self._replace(size=max(SMALLEST, self.size // 2))


class Slice(NamedTuple):
    """One page as it came. place: where to go on, None at the end. shortfall: why the list is not whole, in words."""

    raw: bytes
    place: Place | None
    total: int | None
    shortfall: str = ""
    seconds: float = 0.0


class Walk:
    """One list, from a place on. then: what is asked for after it, which may be on its way already."""

    def __init__(
        self, transport: Transport, path: str, params: Mapping[str, str], start: Place | None = None,
        ahead: Ahead | None = None, then: Sequence[Ask] = (),
    ) -> None:  # fmt: skip
        self._transport, self._path, self._params = transport, path, params
        self._ahead, self._then = ahead or Ahead(transport), then
        self._place = start or Place(size=size_of(transport, path))
        # a walk that is resumed does not know what it saw
        self._seen: set[int] | None = set() if start is None else None
        self._was_empty = False

    def parts(self) -> Iterator[Slice | Wait]:
        """All rows, each at least once. A page that takes too long is asked for again with fewer rows."""
        while True:
            try:
                sheet = self._ahead.get(self._ask(self._place))
            except (PlatformDown, RateLimited) as error:
                yield self._wait(error)
                continue
            ids, count = rows.ids(sheet.raw)
            if self._place.offset and (not count or (ids and min(ids) > self._place.last)):
                self._was_empty, self._place = not count, self._place.back()
                continue
            if self._step(sheet, ids, count):
                yield from self._end(sheet)
                return
            self._ahead.expect(self._following(sheet.total))
            yield Slice(sheet.raw, self._place, sheet.total, seconds=sheet.seconds)

    def _ask(self, place: Place) -> Ask:
        return Ask(self._path, self._params, place.offset, place.size)

    def _wait(self, error: PlatformDown | RateLimited) -> Wait:
        """For a moment, where that may help: for a shop that asks for it, or that may manage fewer rows."""
        if isinstance(error, RateLimited):
            if error.seconds > _SHORT_WAIT:
                raise error
            return Wait(error.seconds, Reason.of(error), str(self._place))
        if self._place.size <= SMALLEST:
            raise error
        self._place = self._place.smaller()
        self._keep_size()
        return Wait(2.0, Reason.of(error), str(self._place))

    def _step(self, sheet: Sheet, ids: list[int], count: int) -> bool:
        """Take note of a page and go on; was it the last one?"""
        if self._seen is not None:
            self._seen.update(ids)
        place, total = self._place, sheet.total
        is_end = not count or (place.offset + count >= total if total is not None else count < sheet.size)
        self._place = _next(place, ids, count, sheet.seconds)
        self._keep_size()
        is_stuck = self._was_empty and self._place.seen == place.seen  # a list that claims more rows than it gives
        self._was_empty = False
        return is_end or is_stuck

    def _following(self, total: int | None) -> list[Ask]:
        """The pages that come next, as far as anybody can tell now."""
        place, asks = self._place, [self._ask(self._place)]
        if total is not None and place.offset + place.size < total:
            asks.append(self._ask(place._replace(offset=place.offset + place.size - 1)))
        else:
            asks += self._then
        return asks

    def _end(self, sheet: Sheet) -> Iterator[Slice | Wait]:
        if sheet.total is None or self._place.seen >= sheet.total:
            self._ahead.expect(self._then)
            yield Slice(sheet.raw, None, sheet.total, seconds=sheet.seconds)
            return
        yield Slice(sheet.raw, self._place, sheet.total, seconds=sheet.seconds)
        if self._seen is None:  # what is missing can only be told by one who saw it all
            yield from Walk(self._transport, self._path, self._params, None, self._ahead, self._then).parts()
        else:
            yield from self._repair(self._seen, sheet.total)

    def _repair(self, seen: set[int], total: int) -> Iterator[Slice]:
        """The list is longer than what came: its ids are gone through once more, and what is missing is fetched."""
        missing = sorted(self._all_ids() - seen)
        for at in range(0, len(missing), LARGEST):
            chosen = ",".join(map(str, missing[at : at + LARGEST]))
            sheet = self._ahead.get(Ask(self._path, {**self._params, "include": chosen}, 0, LARGEST))
            seen.update(rows.ids(sheet.raw)[0])
            yield Slice(sheet.raw, Place(), total, seconds=sheet.seconds)
        said = f"{self._transport.host} says that {self._path} has {total} rows, but its pages held {len(seen)}."
        yield Slice(b"[]", None, total, said if len(seen) < total else "")

    def _all_ids(self) -> set[int]:
        found: set[int] = set()
        while True:
            params = {**self._params, "_fields": "id"}
            sheet = self._ahead.get(Ask(self._path, params, max(0, len(found) - 1), LARGEST))
            ids, _ = rows.ids(sheet.raw)
            if set(ids) <= found:
                return found
            found.update(ids)
            if sheet.total is not None and len(found) >= sheet.total:
                return found

    def _keep_size(self) -> None:
        _sizes[self._transport.host, self._path] = self._place.size


def walk(
    transport: Transport, path: str, params: Mapping[str, str], start: Place | None = None,
    ahead: Ahead | None = None, then: Sequence[Ask] = (),
) -> Iterator[Slice | Wait]:  # fmt: skip
    """All rows of a list, each at least once."""
    return Walk(transport, path, params, start, ahead, then).parts()


def size_of(transport: Transport, path: str) -> int:
    """How many rows a page of this list has: a shop that was slow the last time is not asked for a hundred again."""
    return _sizes.get((transport.host, path), LARGEST)


def _next(place: Place, ids: list[int], count: int, seconds: float) -> Place:
    fresh = len({number for number in ids if number > place.last})
    size = max(SMALLEST, place.size // 2) if seconds > SLOW else place.size
    if seconds < QUICK:
        size = min(LARGEST, size * 2)
    offset = place.offset + count - (1 if fresh else 0)  # the next page begins with the last row of this one
    return Place(offset, max([place.last, *ids]), place.seen + fresh, size)
