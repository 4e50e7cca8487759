"""Asking for a change: what Shopify does not grant is Refused in its own words."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from app.errors import RateLimited, Refused
from connectors.shopify import types
from connectors.shopify.transport import Transport

T = TypeVar("T")
_OUR_CLOCK = 60.0  # seconds after which a moment that Shopify takes to be in the future has passed


class UserError(types.Part):
    message: str
    field: Sequence[str] | None = None
    code: str | None = None

    @property
    def words(self) -> str:
        """What is said of a field often does not name it."""
        return f"{self.field[-1]}: {self.message}" if self.field else self.message


def look(transport: Transport, name: str, variables: Mapping[str, Any], kind: type[T]) -> T | None:
    """What a query with one root finds."""
    found = _root(transport, name, variables)
    return None if bytes(found) == b"null" else msgspec.json.decode(found, type=kind)


def ask(transport: Transport, name: str, variables: Mapping[str, Any], kind: type[T]) -> T:
    """What a mutation answers."""
    return msgspec.json.decode(_root(transport, name, variables), type=kind)


def _root(transport: Transport, name: str, variables: Mapping[str, Any]) -> msgspec.Raw:
    """What our scopes do not cover is this change's trouble alone: nobody has to connect the shop again for it."""
    answer = transport.ask(name, variables)
    if answer.refused:
        raise Refused(f"Shopify refuses {name}: {'; '.join(answer.refusals)}")
    (found,) = answer.read(dict[str, msgspec.Raw]).values()
    return found


def check(errors: Sequence[UserError]) -> None:
    """Raises Refused where Shopify says no."""
    if any("consentUpdatedAt" in (error.field or ()) for error in errors):
        raise RateLimited(f"Shopify's clock is behind ours: {errors[0].words}", _OUR_CLOCK)
    if errors:
        raise Refused("Shopify says: " + "; ".join(error.words for error in errors))
