"""A language is a folder with a catalogue."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date

from app.lib import i18n

CATALOGUE = """
msgid ""
msgstr ""
"Language: pt_BR\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Saved."
msgstr "Salvo."

msgid "%(num)s order"
msgid_plural "%(num)s orders"
msgstr[0] "%(num)s pedido"
msgstr[1] "%(num)s pedidos"

#, fuzzy
msgid "Home"
msgstr "Casa"
"""


@pytest.fixture(autouse=True)
def portuguese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(i18n, "FOLDER", tmp_path)
    _forget()
    yield
    _forget()


def _forget() -> None:
    i18n.languages.cache_clear()
    i18n._catalogue.cache_clear()


@pytest.mark.parametrize(
    ("wanted", "chosen"), [(["pt-BR"], "pt-BR"), (["fr", "pt-br"], "pt-BR"), (["fr"], "en"), ([], "en")]
)
def test_a_language_with_a_catalogue_can_be_chosen(wanted: list[str], chosen: str) -> None:
    assert i18n.choose(wanted) == chosen


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [(["en-GB"], "22 Nov 2026"), (["en-US"], "Nov 22, 2026"), (["xx-YY", "not a tag", "de-AT"], "Nov 22, 2026"),
     (["fr", "en-IE"], "22 Nov 2026"), ([], "Nov 22, 2026")],
)  # fmt: skip
def test_dates_are_written_as_in_the_reader_s_part_of_the_world(wanted: list[str], shown: str) -> None:
    with i18n.speaking("en", i18n.formats_of(wanted, "en")):
        assert format_date(date(2026, 11, 22), locale=i18n.locale()) == shown
    assert str(i18n.locale()) == "en"


def test_its_sentences_and_plurals_are_said() -> None:
    with i18n.speaking("pt-BR"):
        assert i18n.gettext("Saved.") == "Salvo."
        said = [i18n.ngettext("%(num)s order", "%(num)s orders", n) for n in (0, 1, 2)]
    assert said == ["0 pedido", "1 pedido", "2 pedidos"]


def test_what_is_not_translated_or_not_surely_is_said_in_english() -> None:
    with i18n.speaking("pt-BR"):
        assert (i18n.gettext("Home"), i18n.gettext("Never met.")) == ("Home", "Never met.")
    assert i18n.gettext("Saved.") == "Saved."
