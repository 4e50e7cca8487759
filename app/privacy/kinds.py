"""What a column may hold of a person, and what erasure does to each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sqlmodel import SQLModel


class Fate(Enum):
    """What erasure does with a value."""

    KEEP = "stays"
    BLANK = "is emptied"
    HASH = "becomes a keyed hash, so that an address can still be checked against it"
    PSEUDONYM = "becomes a pseudonym, the same wherever it stood"
    COUNTRY = "is cut to the country"
    WAY = "loses the addresses that were visited"


@dataclass(frozen=True)
class Kind:
    """what: in words. is_exported: is it told to the person? What is of no meaning outside is not."""

    what: str
    fate: Fate
    is_exported: bool = True


NAME = Kind("a name", Fate.BLANK)
CONTACT = Kind("where a person is reached", Fate.BLANK)
CONTACT_KEY = Kind("where a person is reached, as it is compared", Fate.BLANK, is_exported=False)
PROOF = Kind("where a person is reached, beside what was agreed", Fate.HASH)
PLACE = Kind("a postal address", Fate.COUNTRY)
HOME = Kind("a postal address", Fate.BLANK)
WORDS = Kind("free words, which may speak of anybody", Fate.BLANK)
LINK = Kind("an address or text made for one person", Fate.BLANK)
WAY = Kind("how a person came to the shop", Fate.WAY)
TRAIT = Kind("what the shop says of a person", Fate.BLANK)
WHO = Kind("the shop's id of a person", Fate.PSEUDONYM)
SEAL = Kind("a hash of what the platform said", Fate.BLANK, is_exported=False)
COUNTRY = Kind("the country, which taxes and figures go by", Fate.KEEP)
TRADE = Kind("a fact of the trade, which the books need", Fate.KEEP)
AGREED = Kind("what was agreed, when and how", Fate.KEEP)
COURSE = Kind("what became of it, and when", Fate.KEEP)
OURS = Kind("our own key", Fate.KEEP, is_exported=False)
NUMBER = Kind("our own number of it", Fate.KEEP)


@dataclass(frozen=True)
class Held:
    """A table that holds something of people. by: column -> the set of `Person` that it is found by. only: the kinds of
    row that may be a person's. goes: erasure removes the whole row. within: the table whose rows these are parts of,
    and by which column."""

    model: type[SQLModel]
    why: str
    by: Mapping[str, str]
    columns: Mapping[str, Kind]
    only: Sequence[str] = ()
    goes: bool = False
    within: tuple[str, str] | None = None

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)


def columns(*pairs: tuple[Kind, str]) -> dict[str, Kind]:
    """{column: kind} of (kind, names with blanks between)."""
    return {name: kind for kind, names in pairs for name in names.split()}
