"""What the bodies of deliveries have in common: how they are read, and by what they name things."""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import msgspec

from app.errors import BadInput
from connectors.base import ShopFacts, Topic
from connectors.records import Deletion, Hint, Record
from connectors.shopify.reading import number

T = TypeVar("T")


def hint(kind: Literal["order", "customer", "product", "segment"], field: str = "id") -> Topic:
    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        return [Hint(kind, identity(fields(body), field))]

    return read


def deletion(kind: Literal["order", "customer", "product", "checkout"]) -> Topic:
    """Said to be gone, which is asked before anything is done."""

    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        return [Deletion(kind, identity(fields(body), "id"))]

    return read


def identity(said: dict[str, Any], field: str) -> str:
    """A thing's number; its own from the global id where there is one, which nothing on the way can round."""
    found = said.get(field)
    if field == "id":
        found = said.get("admin_graphql_api_id") or found
    if isinstance(found, bool) or not isinstance(found, int | str) or not found:
        raise BadInput(f"{found!r} is not an id", f"$.{field}")
    return number(str(found))


def fields(body: bytes) -> dict[str, Any]:
    """Raises BadInput where it is no JSON object."""
    return decode(body, dict[str, Any])


def decode(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        raise BadInput(str(error), "the delivery's body") from error


def part(said: dict[str, Any], field: str, kind: type[T]) -> T:
    """What stands under a field; as if it were empty where it is missing."""
    try:
        return msgspec.convert(said.get(field) or {}, kind)
    except msgspec.ValidationError as error:
        raise BadInput(str(error), f"$.{field}") from error
