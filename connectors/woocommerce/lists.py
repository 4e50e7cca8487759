"""Walks a list by id in pages that overlap by a row, so that rows that leave it meanwhile hide no others.

A page must begin at or before the last row that was seen: where it begins later, something before it has left the list
and the next rows have moved up, so we step back and look again.
"""

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.errors import BadInput, PlatformDown
from connectors.base import Wait
from connectors.woocommerce import rows
from connectors.woocommerce.transport import Transport

LARGEST, SMALLEST = 100, 10  # rows a page; WooCommerce allows no more than 100
SLOW, QUICK = 20.0, 5.0  # seconds a page


class Place(NamedTuple):
    """Where a walk stands: how many rows to pass over, the last id seen, how many were, rows to ask for."""

    offset: int = 0
    last: int = 0
    seen: int = 0
    size: int = LARGEST

    @classmethod
    def read(cls, cursor: str | None) -> "Place":
        try:
            offset, last, seen, size = map(int, cursor.split(",")) if cursor else cls()
            return cls(offset, last, seen, size)
        except ValueError as error:
            raise BadInput(f"{cursor!r} is no place in a list", "cursor") from error

    def __str__(self) -> str:
        return ",".join(map(str, self))

    def back(self) -> "Place":
        return self._replace(offset=max(0, self.offset - self.size))


class Slice(NamedTuple):
    """One page as it came. place: where to go on, None at the end. shortfall: why the list is not whole, in words."""

    raw: bytes
    place: Place | None
    total: int | None
    shortfall: str = ""


def walk(
    transport: Transport, path: str, params: Mapping[str, str], start: Place | None = None
) -> Iterator[Slice | Wait]:
    """All rows of a list, each at least once. A page that takes too long is asked for again with fewer rows."""
    place = start or Place()
    seen: set[int] | None = set() if place == Place() else None  # a walk that is resumed does not know what it saw
    was_empty = False
    while True:
        began = time.monotonic()
        try:
            raw, total = page(transport, path, params, place.offset, place.size)
        except PlatformDown as error:
            if place.size <= SMALLEST:
                raise
            place = place._replace(size=max(SMALLEST, place.size // 2))
            yield Wait(2.0, str(error), str(place))
            continue
        ids, count = rows.ids(raw)
        if place.offset and (not count or (ids and min(ids) > place.last)):
            was_empty, place = not count, place.back()
            continue
        if seen is not None:
            seen.update(ids)
        is_end = not count or (place.offset + count >= total if total is not None else count < place.size)
        before, place = place, _next(place, ids, count, time.monotonic() - began)
        is_end |= was_empty and place.seen == before.seen  # a list that claims more rows than it gives
        was_empty = False
        if not is_end:
            yield Slice(raw, place, total)
        elif total is None or place.seen >= total:
            yield Slice(raw, None, total)
            return
        else:
            yield Slice(raw, place, total)
            yield from _repair(transport, path, params, seen, place.seen, total)
            return


def page(
    transport: Transport, path: str, params: Mapping[str, str], offset: int, size: int
) -> tuple[bytes, int | None]:
    """One page by id, and how long the list says it is. An empty page says nothing about that."""
    asked = {**params, "orderby": "id", "order": "asc", "per_page": size, "offset": offset}
    answer = transport.get(path, asked)
    total = answer.headers.get("X-WP-Total", "")
    return answer.content, int(total) if total.isdigit() else None


def _next(place: Place, ids: list[int], count: int, seconds: float) -> Place:
    fresh = len({number for number in ids if number > place.last})
    size = max(SMALLEST, place.size // 2) if seconds > SLOW else place.size
    if seconds < QUICK:
        size = min(LARGEST, size * 2)
    offset = place.offset + count - (1 if fresh else 0)  # the next page begins with the last row of this one
    return Place(offset, max([place.last, *ids]), place.seen + fresh, size)


def _repair(
    transport: Transport, path: str, params: Mapping[str, str], seen: set[int] | None, count: int, total: int
) -> Iterator[Slice]:
    """The list is longer than what came: its ids are gone through once more, and what is missing is fetched."""
    if seen is not None:
        missing = sorted(_all_ids(transport, path, params) - seen)
        for at in range(0, len(missing), LARGEST):
            chosen = ",".join(map(str, missing[at : at + LARGEST]))
            raw, _ = page(transport, path, {**params, "include": chosen}, 0, LARGEST)
            seen.update(rows.ids(raw)[0])
            yield Slice(raw, Place(), total)
        count = len(seen)
    short = f"{transport.host} says that {path} has {total} rows, but its pages held {count}." if count < total else ""
    yield Slice(b"[]", None, total, short)


def _all_ids(transport: Transport, path: str, params: Mapping[str, str]) -> set[int]:
    found: set[int] = set()
    while True:
        raw, total = page(transport, path, {**params, "_fields": "id"}, max(0, len(found) - 1), LARGEST)
        ids, _ = rows.ids(raw)
        if set(ids) <= found:
            return found
        found.update(ids)
        if total is not None and len(found) >= total:
            return found
