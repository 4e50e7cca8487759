"""A clock that tests of jobs may set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.lib import clock


@pytest.fixture
def demo_clock(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "clock"
    clock.follow(path)
    yield path
    clock.follow(None)
