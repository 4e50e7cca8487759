"""A subscription's filter and its choice of fields, over a webhook body."""

import operator
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

Body = dict[str, Any]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
TERM = re.compile(r"""(?P<not>-|NOT\s+)?(?P<path>[\w.]+):(?P<op><=|>=|<|>)?(?P<value>"[^"]*"|'[^']*'|[^\s()]+)""")


def passes(body: Body, text: str | None) -> bool:
    """All terms hold, or those on one side of an OR."""
    if not text:
        return True
    return any(all(_holds(body, term) for term in TERM.finditer(side)) for side in re.split(r"\sOR\s", text))


def reduced(body: Body, fields: list[str]) -> Body:
    """Only what was asked for, dotted paths included; everything without a wish."""
    if not fields:
        return body
    kept: Body = {}
    for path in fields:
        _copy(body, kept, path.split("."))
    return kept


def _holds(body: Body, term: "re.Match[str]") -> bool:
    wanted = term["value"].strip("\"'")
    found = any(_matches(value, term["op"] or "=", wanted) for value in _at(body, term["path"].split(".")))
    return found is not bool(term["not"])


def _matches(value: Any, op: str, wanted: str) -> bool:
    """Numbers as numbers, everything else as text; a star asks for anything."""
    if wanted == "*":
        return value is not None
    try:
        return COMPARISONS[op](Decimal(str(value)), Decimal(wanted))
    except InvalidOperation:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return COMPARISONS[op](text, wanted)


def _at(value: Any, path: list[str]) -> list[Any]:
    """Every value at a path, through lists."""
    if isinstance(value, list):
        return [found for each in value for found in _at(each, path)]
    if not path:
        return [value]
    return _at(value[path[0]], path[1:]) if isinstance(value, dict) and path[0] in value else []


def _copy(source: Any, target: Body, path: list[str]) -> None:
    if not isinstance(source, dict) or path[0] not in source:
        return
    if len(path) == 1 or not isinstance(source[path[0]], dict):
        target[path[0]] = source[path[0]]
    else:
        _copy(source[path[0]], target.setdefault(path[0], {}), path[1:])
