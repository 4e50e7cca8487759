"""Keyset paging: a page ends with the key of its last row, and the next begins after it."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from app.db.columns import from_micros
from app.errors import BadInput
from app.lib.i18n import _
from app.web.forms import whole_number

T = TypeVar("T")


@dataclass(frozen=True)
class Slice(Generic[T]):
    rows: Sequence[T]
    after: str | None  # where the next one begins; None: this is the last


def cut(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Any]]) -> Slice[T]:
    """One page of what was asked for with a row too many."""
    shown = rows[:limit]
    return Slice(shown, write(key(shown[-1])) if len(rows) > limit else None)


def write(key: Sequence[Any]) -> str:
    return urlsafe_b64encode(json.dumps(list(key), separators=(",", ":")).encode()).decode().rstrip("=")


def read(text: str | None) -> list[Any] | None:
    """The key of a page's end, or None at the start. Raises BadInput for one that we did not write."""
    if not text:
        return None
    try:
        key = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError) as error:
        raise BadInput(_("This address is not complete.")) from error
    if not isinstance(key, list) or not key or not all(_is_sound(part) for part in key):
        raise BadInput(_("This address is not complete."))
    return key


def _is_sound(part: object) -> bool:
    """A number, or a text that a database can be asked for."""
    if isinstance(part, str):
        return "\0" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)
    return isinstance(part, int)


def number(key: list[Any] | None) -> int | None:
    """A key that is one id."""
    if key is None:
        return None
    found = whole_number(key[0], 19) if len(key) == 1 else None
    if found is None or found >= 2**63:
        raise BadInput(_("This address is not complete."))
    return found


def moment(key: list[Any]) -> datetime:
    """A key that is one moment."""
    try:
        return from_micros(int(key[0]))
    except (ValueError, IndexError, OverflowError) as error:
        raise BadInput(_("This address is not complete.")) from error
