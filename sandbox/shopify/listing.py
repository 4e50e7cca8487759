"""The top-level lists: sorted, searched, and paged by the place a cursor stands at."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sandbox.shopify.compiler import Arguments, Call, Read, WithArguments
from sandbox.shopify.paging import Page, Window, cursor_of, read_cursor, window
from sandbox.shopify.search import Filter, Test, search
from sandbox.shopify.values import ApiError

Key = Callable[[Any], Any]
Row = tuple[Any, int, Any]  # sort value, id, object
COUNT_LIMIT = 10_000


@dataclass(slots=True)
class Listing:
    """Objects under sort keys and filters. `version` tells when a sorted list is out of date."""

    objects: Callable[[], Iterable[Any]]
    version: Callable[[], int]
    sorts: dict[str, Key]
    default_sort: str
    filters: dict[str, Filter]
    ignored: frozenset[str] = frozenset()  # filters that the count does not know
    _sorted: dict[str, tuple[int, list[Row]]] = field(default_factory=dict)

    def pages(self, args: Arguments, call: Call) -> Read:
        wanted = window(args, call)
        rows, test = self._rows(args), search(args.get("query"), self.filters, call)
        place = None if wanted.cursor is None else read_cursor(wanted.cursor, call)
        if place and rows and type(place[0]) is not type(rows[0][0]):
            raise ApiError("Invalid cursor for current pagination sort.", "BAD_REQUEST", call.path)
        page = _page(rows, test, wanted, place, bool(args.get("reverse")))
        return lambda _: page

    def every(self, args: Arguments, call: Call) -> Callable[[Any], Sequence[Any]]:
        rows, test = self._rows(args), search(args.get("query"), self.filters, call)
        found = [thing for _, _, thing in rows if test(thing)]
        if args.get("reverse"):
            found.reverse()
        return lambda _: found

    def count(self) -> WithArguments:
        """A `...Count` field: exact up to its limit."""

        def make(args: Arguments, call: Call) -> Read:
            known = {name: each for name, each in self.filters.items() if name not in self.ignored}
            test = search(args.get("query"), known, call)
            limit = args.get("limit", COUNT_LIMIT)  # null: no limit
            found = sum(1 for _ in islice(filter(test, self.objects()), None if limit is None else limit + 1))
            return lambda _: (found, "EXACT") if limit is None or found <= limit else (limit, "AT_LEAST")

        return WithArguments(make)

    def _rows(self, args: Arguments) -> list[Row]:
        name = args.get("sortKey") or self.default_sort
        name = name if name in self.sorts else self.default_sort
        version = self.version()
        kept = self._sorted.get(name)
        if kept is None or kept[0] != version:
            key = self.sorts[name]
            rows = sorted(((sortable(key(each)), each.id, each) for each in self.objects()), key=lambda row: row[:2])
            kept = self._sorted[name] = (version, rows)
        return kept[1]


def sortable(value: Any) -> Any:
    """Times as milliseconds, so that they fit into a cursor."""
    return int(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _page(rows: list[Row], test: Test, wanted: Window, place: tuple[Any, int] | None, turned: bool) -> Page:
    """Walks from the cursor towards the asked end until the page is full and one more is seen."""
    falling = turned is not wanted.backwards
    steps = _steps(rows, place, falling)
    found = list(islice((rows[index] for index in steps if test(rows[index][2])), wanted.size + 1))
    more, found = len(found) > wanted.size, found[: wanted.size]
    if wanted.backwards:
        found.reverse()
    before, after = (more, place is not None) if wanted.backwards else (place is not None, more)
    cursors = [cursor_of(value, number) for value, number, _ in found]
    return Page([thing for _, _, thing in found], cursors, after, before)


def _steps(rows: list[Row], place: tuple[Any, int] | None, falling: bool) -> range:
    if falling:
        end = len(rows) if place is None else bisect_left(rows, place, key=lambda row: row[:2])
        return range(end - 1, -1, -1)
    start = 0 if place is None else bisect_right(rows, place, key=lambda row: row[:2])
    return range(start, len(rows))
