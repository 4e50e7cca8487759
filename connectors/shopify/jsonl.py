"""A bulk operation's file, read from its end: children come before their parents, so memory stays flat."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from connectors.shopify.types import Row

BLOCK = 1 << 20
_KIND = re.compile(rb'\{"(?:id":"gid:\\?/\\?/shopify\\?/|__typename":")(\w+)')
_ID = re.compile(rb'\A\{(?:"__typename":"\w+",)?"id":"([^"]+)"')
_PARENT = re.compile(rb'"__parentId":"([^"]+)"\}?\s*\Z')
Decode = Callable[[bytes], Row]


class Broken(Row, kw_only=True):
    """A line that cannot be read, or a row that cannot be told whole because one of its children is such a line."""

    error: str
    line: bytes


class Family(msgspec.Struct):
    """Rows that wait for their parent. end: where the last line of theirs ends in the file."""

    rows: list[Row]
    end: int


def decoder(kinds: Mapping[str, type[Row]]) -> Decode:
    """Reads a line by its kind: the gid's type, or the typename where that comes first. `*Sale` is an ending."""
    exact = {name.encode(): msgspec.json.Decoder(kind) for name, kind in kinds.items() if name[0] != "*"}
    endings = [(name[1:].encode(), msgspec.json.Decoder(kind)) for name, kind in kinds.items() if name[0] == "*"]

    def decode(line: bytes) -> Row:
        start = _KIND.match(line)
        name = start[1] if start else b""
        found = exact.get(name) or next((found for ending, found in endings if name.endswith(ending)), None)
        if found is None:
            raise msgspec.ValidationError(f"a row of an unknown kind: {name.decode() or 'no id or __typename first'}")
        exact[name] = found
        return found.decode(line)

    return decode


class Roots:
    """Iterates over the rows without a parent, the last one first, each with its children in it."""

    def __init__(self, path: Path, decode: Decode, end: int | None = None, done: int | None = None) -> None:
        """end, done: a former reader's `resume` and `offset`: rows from `done` on were handed out, those up to `end`
        are read again for the children among them."""
        self._path, self._decode, self._end, self._done = path, decode, end, done
        self._waiting: dict[str, Family] = {}
        self.offset = 0  # where the row handed out last begins

    @property
    def resume(self) -> int:
        """The end of the part that a reader starting afresh must read: all that is before, and all that waits."""
        return max([self.offset, *(family.end for family in self._waiting.values())])

    def __iter__(self) -> Iterator[Row]:
        for offset, line in reversed_lines(self._path, self._end):
            row, end = self._with_children(self._read(line), offset + len(line) + 1)
            if row.parent is not None:
                family = self._waiting.setdefault(row.parent, Family([], end))
                family.rows.append(row)
                family.end = max(family.end, end)
            elif self._done is None or offset < self._done:
                self.offset = offset
                yield row
        orphans, self._waiting = self._waiting, {}
        for parent, family in orphans.items():
            yield Broken(id=parent, error=f"{len(family.rows)} rows without their parent", line=b"")

    def _read(self, line: bytes) -> Row:
        try:
            return self._decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return Broken(id=_named(_ID, line) or "", parent=_named(_PARENT, line), error=str(error), line=line)

    def _with_children(self, row: Row, end: int) -> tuple[Row, int]:
        family = self._waiting.pop(row.id, None) if row.id else None
        if family is None:
            return row, end
        family.rows.reverse()
        row.children = family.rows
        broken = next((child for child in family.rows if type(child) is Broken), None)
        if broken is not None and type(row) is not Broken:
            row = Broken(id=row.id, parent=row.parent, error=broken.error, line=broken.line)
        return row, max(end, family.end)


def reversed_lines(path: Path, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """The lines before `end` (None: of the whole file), last one first, each with the offset where it begins."""
    with path.open("rb") as file:
        place = file.seek(0, 2) if end is None else end
        rest = b""  # the tail of a line whose beginning is in an earlier block
        while place > 0:
            size = min(BLOCK, place)
            place -= size
            file.seek(place)
            first, *lines = (file.read(size) + rest).split(b"\n")
            start = place + len(first) + 1 + sum(len(line) + 1 for line in lines)
            for line in reversed(lines):
                start -= len(line) + 1
                if line:
                    yield start, line
            rest = first
        if rest:
            yield 0, rest


def _named(pattern: re.Pattern[bytes], line: bytes) -> str | None:
    found = pattern.search(line)
    return found[1].replace(b"\\/", b"/").decode(errors="replace") if found else None
