"""What conditions share: comparing columns and figures, reading values."""

import operator
import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from app.errors import BadInput

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip


def column(name: Any) -> ColumnElement[Any]:
    """A model's attribute as the column that it is (SQLModel types it as the value)."""
    return name  # type: ignore[no-any-return]


def figure(of: Any, symbol: str, value: int) -> ColumnElement[bool]:
    """A comparison with a figure of the statistics."""
    compared: ColumnElement[bool] = OPERATORS[symbol](column(of), value)
    return compared


def equality(symbol: str, name: str) -> str:
    """The operator, where only = and != make sense."""
    if symbol not in ("=", "!="):
        raise BadInput(f"can only be = or !=, not {symbol}", name)
    return symbol


def whole_number(value: str, name: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,15}", value):
        raise BadInput(f"{value!r} is not a whole number", name)
    return int(value)


def day(value: str, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadInput(f"{value!r} is not a date such as 2026-11-30", name) from None
