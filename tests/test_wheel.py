"""The wheel: it carries all that runs, and an installed copy finds its files."""

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
CARRIED = ("app", "connectors", "sync", "webhooks", "sandbox", "migrations", "templates", "static/dist")

SERVE = """
from pathlib import Path
import app.factory, app.furnish, app.settings, app.web.assets
from app.db.engine import open_engine
from app.db.migrate import migrate
from app.lib import i18n

here = Path.cwd()
assert all(here in Path(module.__file__).parents for module in (app.factory, app.settings, app.web.assets))
settings = app.settings.read()
migrate(open_engine(settings.database_url))
client = app.factory.create_app(settings).test_client()
assert "Regulars" in client.get("/panel/").text
assert client.get(f"/static/{app.web.assets.manifest()['app.css']}").status_code == 200
assert i18n.FOLDER.parent == here and app.furnish._RECOVERY.exists()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel"))))))


def test_everything_that_runs_is_in_it(wheel: Path) -> None:
    there = set(ZipFile(wheel).namelist())
    files = [path for name in CARRIED for path in (ROOT / name).rglob("*") if path.is_file()]
    ours = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert ours - there == set()
    assert len(ours) > 300


def test_an_installed_copy_finds_its_migrations_pages_and_styles(wheel: Path, tmp_path: Path) -> None:
    ZipFile(wheel).extractall(tmp_path / "installed")
    environ = {**os.environ, "PYTHONPATH": str(tmp_path / "installed"), "REGULARS_HOME": str(tmp_path)}
    run = [sys.executable, "-W", "ignore", "-c", SERVE]
    done = subprocess.run(run, cwd=tmp_path / "installed", env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
