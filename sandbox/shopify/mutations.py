"""What mutations answer with: an object and the errors that the person who asked can mend."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.shopify.compiler import Arguments, Field, Fields, Read, WithArguments


@dataclass(frozen=True, slots=True)
class UserError(Exception):
    field: list[str] | None
    message: str
    code: str | None = None


def mutation(act: Callable[[Arguments], dict[str, Any]]) -> WithArguments:
    """A mutation runs when the answer is read, after the whole document was understood."""
    return WithArguments(lambda args, _: lambda _: act(args))


def payload(*names: str) -> dict[str, Field]:
    return {name: _item(name) for name in (*names, "userErrors")}


def refused(error: UserError, *names: str) -> dict[str, Any]:
    """A payload whose objects are null."""
    return {**dict.fromkeys(names), "userErrors": [error]}


def user_errors(*kinds: str) -> Fields:
    """The error types differ in name only."""
    shared: dict[str, Field] = {
        "field": lambda error: error.field,
        "message": lambda error: error.message,
        "code": lambda error: error.code,
    }
    return dict.fromkeys(kinds, shared)


def _item(name: str) -> Read:
    return lambda source: source[name]
