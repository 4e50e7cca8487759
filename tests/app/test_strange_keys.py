"""A machine without the house's keys does nothing in it: it would fail at every secret, and seal what nobody opens."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.context import open_context
from app.errors import Refused
from app.lib.encryption import new_key
from app.operations.doctor import examine
from app.settings import Settings, read

OLD, NEW, STRANGE = new_key(), new_key(), new_key()


def settings(engine: Engine, home: Path, *keys: str) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return replace(read({"REGULARS_HOME": str(home), "DATABASE_URL": url}), keys=keys)


def test_a_machine_with_other_keys_than_the_first_one_s_does_not_start(engine: Engine, tmp_path: Path) -> None:
    open_context(settings(engine, tmp_path / "one", OLD)).engine.dispose()
    open_context(settings(engine, tmp_path / "two", NEW, OLD)).engine.dispose()
    for keys in ([STRANGE], [OLD, NEW], []):  # without any it would make some of its own
        with pytest.raises(Refused, match="each machine needs the same"):
            open_context(settings(engine, tmp_path / "three", *keys))


def test_doctor_says_so(engine: Engine, tmp_path: Path) -> None:
    open_context(settings(engine, tmp_path, OLD)).engine.dispose()
    (said,) = [str(line) for line in examine(settings(engine, tmp_path / "two")) if line.of == "keys"]
    assert said.startswith("fail")
    assert "there are none here" in said
    said_of_strange = [str(line) for line in examine(settings(engine, tmp_path, STRANGE)) if line.of == "keys"]
    assert any(line.startswith("fail") and "each machine needs the same" in line for line in said_of_strange)
    assert not any(line.level == "fail" for line in examine(settings(engine, tmp_path, NEW, OLD)) if line.of == "keys")
