"""Doctor says in words what is well and what is not, and its exit code says whether anything is broken."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app import cli, jobs
from app.db.scope import every_shop, shop_scope
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.lib.encryption import Keyring, new_key
from app.operations.checks.secrets import encrypted
from app.operations.doctor import examine
from app.settings import read
from app.shops import credentials
from app.shops.models import Shop
from sync.models import Cursor

Doctor = Callable[..., dict[str, list[str]]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    keys = tmp_path / "keys"
    keys.write_text(f"{new_key()}\n")
    keys.chmod(0o600)
    return tmp_path


@pytest.fixture
def doctor(engine: Engine, home: Path) -> Doctor:
    def said(**environ: str) -> dict[str, list[str]]:
        url = engine.url.render_as_string(hide_password=False)
        lines = list(examine(read({"REGULARS_HOME": str(home), "DATABASE_URL": url, **environ})))
        return {level: [str(line) for line in lines if line.level == level] for level in ("ok", "warn", "fail")}

    return said


def test_a_house_that_is_well_has_nothing_broken(doctor: Doctor, engine: Engine, shop: Shop) -> None:
    now = utc_now()
    with every_shop(engine, write=True) as db:
        jobs.fire(db, "minute", now)
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.add(Cursor(shop_id=shop.id, resource="orders", since=now, pulled_at=now))
    said = doctor()
    assert said["fail"] == []
    for words in ("newest form", "none was given up", "1 are up to date", "at work", "GB free", "they open"):
        assert any(words in line for line in said["ok"]), words


def test_what_is_broken_is_named(doctor: Doctor, engine: Engine, shop: Shop, home: Path) -> None:
    now = utc_now()
    (home / "keys").chmod(0o644)
    with every_shop(engine, write=True) as db:
        jobs.fire(db, "minute", now - timedelta(hours=1))
        db.add(JobRow(shop_id=shop.id, name="pull", lane="ingest", state="dead", error="KeyError: 'ana@example.com'",
                      due_at=now, created_at=now))  # fmt: skip
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.add(Cursor(shop_id=shop.id, resource="orders", since=now, pulled_at=now - timedelta(hours=7)))
        scope.shop.state, scope.shop.state_reason = "active", None
    said = doctor(SMTP_URL="smtp://127.0.0.1:9", PUBLIC_URL="http://127.0.0.1:9")
    broken = "\n".join(said["fail"])
    for words in ("others may read", "start `regulars worker`", "orders of shopify shop", "does not answer"):
        assert words in broken, words
    warned = "\n".join(said["warn"])
    for words in ("not https", "ports 443, 80 and 8080", "is not reached from here", "pull of shop", "KeyError"):
        assert words in warned, words
    assert "ana@" not in broken + warned


def test_a_lost_key_is_found_before_it_is_missed(doctor: Doctor, engine: Engine, shop: Shop, home: Path) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        credentials.keep(scope, Keyring([new_key()]), "consumer_key", "ck", utc_now())
    assert any("credentials.value" in line for line in doctor()["fail"])


def test_a_database_of_an_older_form_is_broken(doctor: Doctor, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert any("regulars migrate" in line for line in doctor()["fail"])


def test_no_database_is_said_so_and_none_is_made(tmp_path: Path) -> None:
    (line,) = examine(read({"REGULARS_HOME": str(tmp_path / "none")}))
    assert (line.level, "is not there" in line.said) == ("fail", True)
    assert not (tmp_path / "none").exists()


def test_the_exit_code_tells_scripts(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["regulars", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1


@pytest.mark.parametrize(("uuid", "is_below", "found"), [
    ("CRYPT-LUKS2-abc", False, True), ("CRYPT-LUKS2-abc", True, True), ("LVM-abc", False, False), (None, False, None),
])  # fmt: skip
def test_disk_encryption_is_seen_through_what_lies_above_it(
    tmp_path: Path, uuid: str | None, is_below: bool, found: bool | None
) -> None:
    number = os.stat(tmp_path).st_dev
    device = tmp_path / f"{os.major(number)}:{os.minor(number)}"
    place = device / "slaves" / "dm-0" if is_below else device
    if uuid:
        (place / "dm").mkdir(parents=True)
        (place / "dm" / "uuid").write_text(uuid)
    assert encrypted(tmp_path, tmp_path) is found
