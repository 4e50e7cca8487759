"""What every answer carries: built files, errors in words, and a style sheet that reads from right to left as well."""

import gzip
import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.errors import DiskRefused, NotFound, PlatformDown, RateLimited, Refused
from app.factory import create_app
from app.settings import read
from app.web import assets
from app.web.assets import FOLDER, manifest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(sqlite_engine: Engine, tmp_path: Path) -> FlaskClient:
    app = create_app(read({"REGULARS_HOME": str(tmp_path)}), sqlite_engine)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    faults = (
        NotFound("x"),
        Refused("Say it again."),
        RateLimited("x"),
        PlatformDown("x"),
        DiskRefused("x"),
        KeyError("x"),
    )
    for fault in faults:
        app.add_url_rule(f"/panel/fault/{type(fault).__name__}", type(fault).__name__, view_func=_raising(fault))
    return app.test_client()


def _raising(fault: Exception) -> Callable[[], str]:
    def view() -> str:
        raise fault

    return view


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
@pytest.mark.parametrize("name", ["app.js", "app.css", "icon.svg"])
def test_a_built_file_is_sent_compressed_and_kept_for_long(client: FlaskClient, name: str, encoding: str) -> None:
    hashed = manifest()[name]
    answer = client.get(f"/static/{hashed}", headers={"Accept-Encoding": encoding})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers.get("Content-Encoding", "identity") == encoding
    if encoding == "gzip":
        assert gzip.decompress(answer.data) == (FOLDER / hashed).read_bytes()
    answer.close()


@pytest.mark.parametrize("path", ["app.js", "manifest.json", "..%2f..%2fpyproject.toml", "app-0000000000.js"])
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_files_built_again_beside_a_running_server_are_served_by_their_new_names(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    for built, name in enumerate(("app-1.css", "app-2.css")):
        (tmp_path / name).write_text("a {}")
        (tmp_path / "manifest.json").write_text(f'{{"app.css": "{name}"}}')
        os.utime(tmp_path / "manifest.json", (built, built))
        client.get(f"/static/{name}", headers={"Accept-Encoding": "identity"}).close()
    (tmp_path / "app-1.css").unlink()
    assert client.get("/static/app-1.css", headers={"Accept-Encoding": "identity"}).status_code == 404
    with client.get("/static/app-2.css", headers={"Accept-Encoding": "identity"}) as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("NotFound", 404, "There is nothing here"),
        ("Refused", 422, "Say it again."),
        ("RateLimited", 503, "Not just now"),
        ("PlatformDown", 503, "Not just now"),
        ("DiskRefused", 503, "Not just now"),
        ("KeyError", 500, "Something went wrong here"),
    ],
)
def test_an_error_is_said_in_words(client: FlaskClient, fault: str, status: int, said: str) -> None:
    answer = client.get(f"/panel/fault/{fault}")
    assert (answer.status_code, said in answer.text) == (status, True)
    assert "Content-Security-Policy" in answer.headers
    part = client.get(f"/panel/fault/{fault}", headers={"HX-Request-Type": "partial"})
    assert (part.status_code, "<html" in part.text) == (status, False)


def test_the_styles_know_no_left_and_right() -> None:
    sided = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|width|height)\s*:"
    )
    styles = "".join(path.read_text() for path in (ROOT / "ui").glob("*.css"))
    assert sided.findall(re.sub(r"@media \([^)]*\)", "", styles)) == []
    assert sided.findall("a { margin-left: 1px; width: 2px }") != []


def test_every_sentence_can_be_taken_out_for_translators(tmp_path: Path) -> None:
    target = tmp_path / "messages.pot"
    cli = CommandLineInterface()
    cli.run(["pybabel", "-q", "extract", "-F", str(ROOT / "babel.cfg"), "-k", "noted", "-o", str(target), str(ROOT)])  # type: ignore[no-untyped-call]
    found = {str(message.id) for message in read_po(BytesIO(target.read_bytes())) if message.id}
    assert {"Home", "Saved.", "Net spend", "There is nothing here", "is %(value)s or more"} <= found
