"""What the pages of docs name is there: rooms, files, commands of make and of regulars."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import regulars

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "sandbox" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ROOMS = "app|benchmarks|connectors|docs|extensions|migrations|sandbox|sync|templates|tests|ui|webhooks"
PATH = re.compile(rf"(?<![\w/.…>-])(?:{ROOMS})/[\w./<>*{{}}-]*")
FILE = re.compile(r"`([\w.-]+\.(?:py|sh))`")
MADE_UP = re.compile(r"[<>*{}]")


def named(text: str) -> Iterator[str]:
    """Paths from the root, but for patterns such as app/panel/<page>.py."""
    return (found.rstrip("./") for found in PATH.findall(text) if not MADE_UP.search(found))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    lost = [path for path in named(text) if not any((ROOT / f"{path}{end}").exists() for end in ("", ".py"))]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_somewhere(page: Path) -> None:
    files = {path.name for room in ROOMS.split("|") for path in (ROOT / room).rglob("*.*")}
    assert sorted(set(FILE.findall(page.read_text())) - files) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert sorted(set(re.findall(r"(?:`|^    |^)make ([a-z-]+)", text, re.MULTILINE)) - targets) == []
    assert (
        sorted(
            set(re.findall(r"(?:`|^    |^)(?:\.venv/bin/)?regulars ([a-z-]+)", text, re.MULTILINE))
            - set(regulars.commands)
        )
        == []
    )
