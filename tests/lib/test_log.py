"""Logs name shops, deliveries and jobs, and nobody who buys there."""

import json
import logging
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.errors import PlatformDown
from app.lib.log import Json, Log

ANA = "ana.quirk+hats@example.com"


@pytest.fixture
def lines() -> Any:
    """What is written, line by line."""
    written: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, logger = Handler(), logging.getLogger("tried")
    handler.setFormatter(Json())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)


def fail(error: Exception) -> None:
    try:
        raise error
    except Exception:
        Log("tried").exception("a job", job=7, shop=3)


SAYING: tuple[Callable[[], None], ...] = (
    lambda: Log("tried").info(f"mail to {ANA}"),
    lambda: Log("tried").warning("refused", error=f"550 <{ANA}>: no such user"),
    lambda: Log("tried").warning("refused", errors=[f"x={ANA}"]),
    lambda: fail(ValueError(f"invalid literal for int(): '{ANA}'")),
    lambda: fail(KeyError(ANA)),
    lambda: fail(PlatformDown(f"{ANA} was not taken")),
    lambda: fail(IntegrityError("INSERT", {"email": ANA}, sqlite3.IntegrityError(f"UNIQUE {ANA}"))),
    lambda: logging.getLogger("tried").warning("a library says %s", ANA),
)


@pytest.mark.parametrize("say", SAYING)
def test_an_address_is_in_no_line(lines: list[str], say: Callable[[], None]) -> None:
    say()
    (line,) = lines
    assert "quirk" not in line.lower()
    assert json.loads(line)["level"] in ("info", "warning", "error")


def test_a_phone_is_in_no_line(lines: list[str]) -> None:
    Log("tried").warning("refused", error="+49 170 1234567 is nobody's")
    assert "1234567" not in lines[0]


def test_a_line_says_which_job_failed_where_and_of_what(lines: list[str]) -> None:
    try:
        try:
            raise ValueError(ANA)
        except ValueError as error:
            raise PlatformDown("the platform answers odd things") from error
    except PlatformDown:
        Log("tried").exception("a job", job=7, shop=3)
    line = json.loads(lines[0])
    assert (line["job"], line["shop"]) == (7, 3)
    assert line["error"][0] == "PlatformDown: the platform answers odd things"
    assert "ValueError" in line["error"]
    assert any("test_log.py" in told for told in line["error"])
