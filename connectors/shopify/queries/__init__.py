"""The GraphQL documents that the connector sends, one a file, and how they are loaded."""

import re
from functools import cache
from importlib.resources import files

_SPREAD = re.compile(r"\.\.\.([A-Z]\w+)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def document(name: str) -> str:
    """A document by its file's name. Fragments are written out in place, since a bulk operation is one selection."""
    text = files(__name__).joinpath(f"{name}.graphql").read_text()
    return _SPREAD.sub(lambda spread: _fields(spread[1]), text)


def _fields(fragment: str) -> str:
    """What stands between the outer braces of `fragment OrderFields on Order {…}` in order_fields.graphql."""
    text = document(_CAPITAL.sub("_", fragment).lower())
    return text[text.index("{") + 1 : text.rindex("}")].strip()
