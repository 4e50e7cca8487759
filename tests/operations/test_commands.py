"""An operator's commands about the journal, as they are typed."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from app.cli import regulars
from app.lib.encryption import new_key
from tests.conftest import make_shop
from tests.journal.conftest import NOON, Journal

Type = Callable[..., Result]


@pytest.fixture
def journal(sqlite_engine: Engine) -> Journal:
    found = Journal(sqlite_engine, make_shop(sqlite_engine), new_key())
    found.days(2)
    return found


@pytest.fixture
def typed(journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))
    monkeypatch.setenv("REGULARS_KEYS", journal.key)

    def run(*words: str) -> Result:
        return CliRunner().invoke(regulars, ["journal", *words])

    return run


def test_a_journal_that_was_not_touched_verifies(typed: Type, journal: Journal) -> None:
    told = typed("verify", journal.shop.domain)
    assert told.exit_code == 0
    assert told.output.startswith("10 entries, 0 findings, 0 not sealed yet; head ")


def test_a_changed_entry_is_named_and_ends_with_one(typed: Type, journal: Journal) -> None:
    with journal.engine.begin() as db:
        db.execute(text("UPDATE journal SET counts = '{\"created\": 9}' WHERE place = 6"))
    told = typed("verify", journal.shop.domain)
    assert told.exit_code == 1
    assert told.output.startswith("place 6 (entry ")


def test_a_head_that_was_printed_is_found_again(typed: Type, journal: Journal) -> None:
    day, place, link = typed("head", journal.shop.domain, "--day", str(NOON.date())).output.split()
    assert (day, place) == (str(NOON.date()), "5")
    assert typed("head", journal.shop.domain).output.split()[:2] == [str((NOON + timedelta(days=1)).date()), "10"]
    assert typed("verify", journal.shop.domain, "--head", link).exit_code == 0
    with journal.engine.begin() as db:  # all of it thrown away
        for table in ("journal", "journal_days"):
            db.execute(text(f"DELETE FROM {table}"))
    assert typed("verify", journal.shop.domain).exit_code == 0
    told = typed("verify", journal.shop.domain, "--head", link)
    assert (told.exit_code, told.output.splitlines()[0]) == (1, f"place 0: the head {link} is not in the chain")


def test_what_is_no_head_is_said_so(typed: Type, journal: Journal) -> None:
    assert "64 hexadecimal digits" in str(typed("verify", journal.shop.domain, "--head", "zz").exception)


def test_a_day_before_the_first_has_no_head(typed: Type, journal: Journal) -> None:
    assert "nothing was sealed" in str(typed("head", journal.shop.domain, "--day", "2020-01-01").exception)
