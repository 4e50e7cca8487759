"""The rows of a page, decoded at once; where one is odd, row by row, so that it alone is listed as a failure."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from types import GenericAlias
from typing import Any, TypeVar

import msgspec

from app.errors import BadInput, PlatformDown
from connectors.base import Failure
from connectors.records import Record
from connectors.woocommerce.types import Body, Id

T = TypeVar("T", bound=Body)

_raw_rows = msgspec.json.Decoder(list[msgspec.Raw])
_ids = msgspec.json.Decoder(list[Id])
_id = msgspec.json.Decoder(Id)


@lru_cache(maxsize=64)
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def one(raw: bytes | msgspec.Raw, kind: type[T]) -> T:
    """A body. Raises BadInput that says what is odd, and where."""
    try:
        body: T = _decoder(kind).decode(raw)
    except msgspec.MsgspecError as error:
        raise BadInput(f"what the shop wrote cannot be read: {error}", kind.__name__.lower()) from error
    return body


def bodies(raw: bytes, kind: type[T]) -> tuple[list[T], list[Failure]]:
    try:
        return _decoder(GenericAlias(list, (kind,))).decode(raw), []
    except msgspec.MsgspecError:
        return _one_by_one(raw, kind)


def _one_by_one(raw: bytes, kind: type[T]) -> tuple[list[T], list[Failure]]:
    found, failures = [], []
    for row in _rows(raw):
        try:
            found.append(one(row, kind))
        except BadInput as error:
            failures.append(Failure(kind.__name__.lower(), str(id_of(row) or ""), str(error), bytes(row)))
    return found, failures


def read(raw: bytes, kind: type[T], make: Callable[[T], Record | None]) -> tuple[list[Record], list[Failure]]:
    """The records of a page. What cannot be made into one is a failure; the others go through."""
    found, failures = bodies(raw, kind)
    return records(found, make, failures), failures


def records(found: Sequence[T], make: Callable[[T], Record | None], failures: list[Failure]) -> list[Record]:
    made: list[Record] = []
    for body in found:
        try:
            record = make(body)
        except BadInput as error:
            kind, external_id = type(body).__name__.lower(), str(getattr(body, "id", ""))
            failures.append(Failure(kind, external_id, str(error), msgspec.json.encode(body)))
            continue
        if record is not None:
            made.append(record)
    return made


def ids(raw: bytes) -> tuple[list[int], int]:
    """The ids of a page, and how many rows it has: a row may lack one."""
    try:
        found = [row.id for row in _ids.decode(raw)]
        return found, len(found)
    except msgspec.MsgspecError:
        rows = _rows(raw)
        return [number for number in map(id_of, rows) if number is not None], len(rows)


def id_of(row: msgspec.Raw) -> int | None:
    try:
        return _id.decode(row).id
    except msgspec.MsgspecError:
        return None


def _rows(raw: bytes) -> list[msgspec.Raw]:
    try:
        return _raw_rows.decode(raw)
    except msgspec.MsgspecError as error:
        raise PlatformDown(f"The shop's list breaks off: {error}") from error
