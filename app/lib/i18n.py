"""The language of a sentence: gettext over the catalogues in locales/, one language at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parents[2] / "locales"
SOURCE = "en"
PSEUDO = "en-XA"  # CLDR's name for English with marks: a sentence without them never met gettext
_ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
_current: ContextVar[str] = ContextVar("language", default=SOURCE)
_formats: ContextVar[str] = ContextVar("formats", default="")


class _Pseudo(NullTranslations):
    def gettext(self, message: str) -> str:
        return mark(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return mark(msgid1 if n == 1 else msgid2)


def mark(message: str) -> str:
    """A sentence in the pseudo-language; what is to be filled in stays as it is."""
    parts = message.replace("%(", "\0%(").replace(")s", ")s\0").split("\0")
    return "⟦" + "".join(p if p.startswith("%(") else p.translate(_ACCENTS) for p in parts) + "⟧"


@lru_cache
def languages() -> tuple[str, ...]:
    """The languages that there is a catalogue for, English first."""
    found = sorted(path.parents[1].name.replace("_", "-") for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))
    return (SOURCE, *(name for name in found if name != SOURCE))


def choose(wanted: list[str]) -> str:
    """The best of our languages for what a browser or a customer prefers."""
    ours = {name.lower(): name for name in languages()}  # what is found comes back in the spelling of who asked
    return ours.get((negotiate_locale(wanted, languages(), sep="-") or SOURCE).lower(), SOURCE)


def formats_of(wanted: list[str], language: str) -> str:
    """How a browser's owner writes dates and numbers: in our language, as it is done in their part of the world."""
    for tag in wanted:
        try:
            found = Locale.parse(tag, sep="-")
        except (ValueError, UnknownLocaleError):
            continue
        if found.language == language.partition("-")[0]:
            return tag
    return ""


@contextmanager
def speaking(language: str, formats: str = "") -> Iterator[None]:
    """Everything inside is said in `language`. formats: a region's dates and numbers, where they are not simply its."""
    tokens = _current.set(language), _formats.set(formats)
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _formats.reset(tokens[1])


def language() -> str:
    return _current.get()


def locale() -> Locale:
    """The current language as Babel knows it, for numbers, dates and money."""
    return Locale.parse(_formats.get() or ("en" if language() == PSEUDO else language()), sep="-")


def country(code: str) -> str:
    """A country's name; the code of one that nobody named."""
    return str(locale().territories.get(code, code))


@lru_cache
def _catalogue(name: str) -> NullTranslations:
    if name == PSEUDO:
        return _Pseudo()
    path = FOLDER / name.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    # Read as translators write it, once a process: a compiled copy is one more thing that could be old.
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes())))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(message: str, **values: Any) -> str:
    """The sentence in the current language; %(name)s is filled from `values`."""
    said = _catalogue(language()).gettext(message)
    return said % values if values else said


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """The same for a number of things: %(num)s is `n` itself."""
    return unfilled(one, many, n) % {"num": n, **values}


def unfilled(one: str, many: str, n: int) -> str:
    """The sentence for `n` things as the catalogue has it; templates fill theirs themselves."""
    return _catalogue(language()).ngettext(one, many, n)


def noted(message: str) -> str:
    """Marks a sentence for the catalogues; it is translated where it is shown."""
    return message


_ = gettext
