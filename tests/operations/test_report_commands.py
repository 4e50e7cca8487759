"""The report of the proof as an operator writes and checks it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from app.cli import regulars
from app.shops.models import Shop
from tests.conftest import make_shop

Type = Callable[..., Result]


@pytest.fixture
def shop(sqlite_engine: Engine) -> Shop:
    return make_shop(sqlite_engine)


@pytest.fixture
def typed(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))
    return lambda *words: CliRunner().invoke(regulars, ["report", *words])


def test_a_report_is_written_and_known_again(typed: Type, shop: Shop, tmp_path: Path) -> None:
    told = typed("write", shop.domain)
    assert told.exit_code == 0
    assert "Regulars: proof of the sync" in told.output
    (tmp_path / "report.txt").write_text(told.output)
    checked = typed("check", shop.domain, str(tmp_path / "report.txt"))
    assert (checked.exit_code, checked.output) == (0, "its hash fits its text; signed here for this shop\n")


def test_one_that_was_changed_is_refused(typed: Type, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(typed("write", shop.domain).output.replace("0 of 0", "9 of 9"))
    checked = typed("check", shop.domain, str(tmp_path / "report.txt"))
    assert (checked.exit_code, "not signed here" in checked.output) == (1, True)
