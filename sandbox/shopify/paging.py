"""Connections: windows over lists by first, last, after, before, with the platform's own refusals."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.shopify.compiler import Arguments, Call, Field, Read
from sandbox.shopify.values import ApiError

LIMIT = 250


@dataclass(frozen=True, slots=True)
class Page:
    items: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Window:
    """How many, from which end, beyond which cursor."""

    size: int
    backwards: bool
    cursor: str | None


def window(args: Arguments, call: Call) -> Window:
    """Reads first/last and after/before; refuses what the platform refuses."""
    first, last = args.get("first"), args.get("last")
    if first is None and last is None:
        raise ApiError("you must provide one of first or last", "BAD_REQUEST", call.path)
    if first is not None and last is not None:
        raise ApiError("providing both first and last is not supported", "BAD_REQUEST", call.path)
    size: int = last if first is None else first  # type: ignore[assignment]
    if not 0 <= size <= LIMIT:
        raise ApiError(f"{'first' if last is None else 'last'} must be between 0 and {LIMIT}", "BAD_REQUEST", call.path)
    backwards = first is None
    return Window(size, backwards, args.get("before" if backwards else "after"))


def cursor_of(value: Any, number: int) -> str:
    text = json.dumps({"last_id": number, "last_value": value}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def read_cursor(text: str, call: Call) -> tuple[Any, int]:
    """The sort value and id a cursor stands at."""
    try:
        found = json.loads(base64.b64decode(text, validate=True))
        return found["last_value"], int(found["last_id"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise ApiError(f"Invalid cursor for current pagination sort: {text}", "BAD_REQUEST", call.path) from error


@dataclass(frozen=True, slots=True)
class Within:
    """A connection inside an object: a short list, paged by place."""

    read: Callable[[Any], Sequence[Any]]

    def pages(self, args: Arguments, call: Call) -> Read:
        wanted = window(args, call)
        place = None if wanted.cursor is None else read_cursor(wanted.cursor, call)[1]
        turned = bool(args.get("reverse"))

        def page(source: Any) -> Page:
            items = self.read(source)
            return _cut(items[::-1] if turned else items, wanted, place)

        return page

    def every(self, args: Arguments, call: Call) -> Callable[[Any], Sequence[Any]]:
        return self.read


def _cut(items: Sequence[Any], wanted: Window, place: int | None) -> Page:
    if wanted.backwards:
        end = len(items) if place is None else min(place, len(items))
        start = max(0, end - wanted.size)
    else:
        start = 0 if place is None else place + 1
        end = min(start + wanted.size, len(items))
    cursors = [cursor_of(None, index) for index in range(start, end)]
    return Page(items[start:end], cursors, end < len(items), start > 0)


FIELDS: dict[str, dict[str, Field]] = {
    "Connection": {
        "nodes": lambda page: page.items,
        "edges": lambda page: list(zip(page.items, page.cursors, strict=True)),
        "pageInfo": lambda page: page,
    },
    "Edge": {"node": lambda edge: edge[0], "cursor": lambda edge: edge[1]},
    "PageInfo": {
        "hasNextPage": lambda page: page.has_next,
        "hasPreviousPage": lambda page: page.has_previous,
        "startCursor": lambda page: page.cursors[0] if page.cursors else None,
        "endCursor": lambda page: page.cursors[-1] if page.cursors else None,
    },
}
