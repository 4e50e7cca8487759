"""Reading what people and addresses give."""

import re

from app.errors import BadInput


def whole_number(text: object, digits: int = 18) -> int | None:
    """A whole number of at most so many ASCII digits, or None where it is none."""
    found = re.fullmatch(rf"[0-9]{{1,{digits}}}", str(text).strip())
    return int(found[0]) if found else None


def words(error: BadInput) -> str:
    """What is wrong, without the name of the field: it is shown next to it."""
    return str(error).removeprefix(f"{error.where}: ")
