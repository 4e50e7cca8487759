"""The search syntax of `query:` arguments: fields, comparisons, quotes, AND, OR, NOT, brackets."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from sandbox.shopify.compiler import Call
from sandbox.shopify.values import ApiError, split_gid

Test = Callable[[Any], bool]
Read = Callable[[Any], Any]

# a field may be followed by a comparison; an unquoted value ends at a colon, which is why times must be quoted
TOKEN = re.compile(
    r"""\s*(?:(?P<mark>[()])|(?P<minus>-)(?=[^\s])|(?P<field>[a-z_]+):(?P<op><=|>=|<|>|=)?\s*
    |(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<word>[^\s():]+))""",
    re.VERBOSE,
)
RANGES = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}


class Filter(Protocol):
    """What a field of a listing can be asked for."""

    def test(self, name: str, op: str, value: str) -> Test: ...


class Refused(Exception):
    """A value that the field does not know: nothing matches, and a warning says so."""


@dataclass(frozen=True, slots=True)
class Number:
    """An id, as a number or as the end of a global id."""

    read: Read

    def test(self, name: str, op: str, value: str) -> Test:
        found = split_gid(value)
        if not found and not value.isdecimal():
            raise Refused(f"Input `{value}` is not an accepted value.")
        return _compare(self.read, op, found[1] if found else int(value))


@dataclass(frozen=True, slots=True)
class Time:
    read: Read

    def test(self, name: str, op: str, value: str) -> Test:
        return _compare(self.read, op, _time(name, value))


@dataclass(frozen=True, slots=True)
class Text:
    """Compared whole and ignoring case, or by its beginning when the value ends in a star."""

    read: Read  # a text, a list of texts or None

    def test(self, name: str, op: str, value: str) -> Test:
        wanted = value.lower()
        if wanted == "*":
            return lambda thing: bool(self.read(thing))
        if wanted.endswith("*"):
            return lambda thing: any(text.startswith(wanted[:-1]) for text in _texts(self.read(thing)))
        return lambda thing: wanted in _texts(self.read(thing))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    options: frozenset[str]
    matches: Callable[[Any, str], bool]

    def test(self, name: str, op: str, value: str) -> Test:
        wanted = value.lower()
        if wanted not in self.options:
            raise Refused(f"Input `{value}` is not an accepted value.")
        return lambda thing: self.matches(thing, wanted)


@dataclass(slots=True)
class Found:
    """A query made into a test, with what is to be warned of."""

    test: Test
    parsed: Any = None
    warnings: list[dict[str, str]] = field(default_factory=list)


def search(text: str | None, filters: dict[str, Filter], call: Call) -> Test:
    """The test of a query; its warnings go beside the data, since the platform answers in spite of them."""
    if not text or not text.strip():
        return lambda _: True
    parser = _Parser(text, filters, call)
    found = parser.parse()
    if found.warnings:
        call.search.append({"path": list(call.path), "query": text, "parsed": found.parsed, "warnings": found.warnings})
    return found.test


class _Parser:
    def __init__(self, text: str, filters: dict[str, Filter], call: Call) -> None:
        self.tokens = list(TOKEN.finditer(text.strip()))
        self.at = 0
        self.filters = filters
        self.call = call
        self.warnings: list[dict[str, str]] = []

    def parse(self) -> Found:
        test, parsed = self._either()
        return Found(test, parsed, self.warnings)

    def _either(self) -> tuple[Test, Any]:
        parts = [self._both()]
        while self._word() == "OR":
            self.at += 1
            parts.append(self._both())
        if len(parts) == 1:
            return parts[0]
        tests = [test for test, _ in parts]
        return (lambda thing: any(test(thing) for test in tests)), {"or": [parsed for _, parsed in parts]}

    def _both(self) -> tuple[Test, Any]:
        parts: list[tuple[Test, Any]] = []
        while self.at < len(self.tokens) and self._word() not in ("OR", ")"):
            if self._word() == "AND":
                self.at += 1
                continue
            parts.append(self._part())
        if len(parts) == 1:
            return parts[0]
        tests = [test for test, _ in parts]
        return (lambda thing: all(test(thing) for test in tests)), {"and": [parsed for _, parsed in parts]}

    def _part(self) -> tuple[Test, Any]:
        token = self.tokens[self.at]
        self.at += 1
        if token["minus"] or token["word"] == "NOT":
            test, parsed = self._part()
            return (lambda thing: not test(thing)), {"not": parsed}
        if token["mark"] == "(":
            inside = self._either()
            self.at += 1  # the closing bracket
            return inside
        if token["field"]:
            return self._field(token["field"], token["op"] or "=", self._value())
        return self._free(_plain(token))

    def _field(self, name: str, op: str, value: str) -> tuple[Test, Any]:
        parsed = {"field": name, **({"range": {RANGES[op]: value}} if op in RANGES else {"match_all": value})}
        if name not in self.filters:
            self._warn(name, "Invalid search field for this query.", "invalid_field")
            return (lambda _: True), parsed
        try:
            return self.filters[name].test(name, op, value), parsed
        except Refused as refused:
            self._warn(name, str(refused), "invalid_value")
            return (lambda _: False), parsed
        except ValueError as error:
            message = f"Invalid timestamp for query filter `{name}`."
            raise ApiError(message, "BAD_REQUEST", self.call.path) from error

    def _free(self, value: str) -> tuple[Test, Any]:
        """Words without a field are looked for in the listing's default field."""
        if "default" not in self.filters:
            return (lambda _: False), {"field": "default", "match_all": value}
        return self.filters["default"].test("default", "=", value), {"field": "default", "match_all": value}

    def _value(self) -> str:
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        self.at += 1
        return _plain(token)

    def _word(self) -> str:
        if self.at >= len(self.tokens):
            return ""
        token = self.tokens[self.at]
        return token["mark"] or token["word"] or ""

    def _warn(self, name: str, message: str, code: str) -> None:
        self.warnings.append({"field": name, "message": message, "code": code})


def _plain(token: "re.Match[str]") -> str:
    if token["quoted"]:
        return re.sub(r"\\(.)", r"\1", token["quoted"][1:-1])
    return token["word"] or token["field"] or token["mark"] or ""


def _time(name: str, value: str) -> datetime:
    if name and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", value):
        raise ValueError(value)
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _compare(read: Read, op: str, wanted: Any) -> Test:
    tests: dict[str, Test] = {
        "=": lambda thing: read(thing) == wanted,
        ">": lambda thing: (value := read(thing)) is not None and value > wanted,
        ">=": lambda thing: (value := read(thing)) is not None and value >= wanted,
        "<": lambda thing: (value := read(thing)) is not None and value < wanted,
        "<=": lambda thing: (value := read(thing)) is not None and value <= wanted,
    }
    return tests[op]


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [value.lower()] if isinstance(value, str) else [text.lower() for text in value]
