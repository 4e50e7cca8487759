"""One line of JSON for each thing worth saying: with the shop, the delivery or the job, never a person's data."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from app.errors import RegularsError

# Whose words are about the machine or the code. Others' quote what they were given: a value, a row, an address.
_PLAIN = (RegularsError, OSError, AttributeError, TypeError, NameError, ImportError, RecursionError, MemoryError)
_ADDRESS = re.compile(r"[^\s\"'<>(),;:=/\\]+@[^\s\"'<>(),;:=/\\]+")
_NUMBER = re.compile(r"\+\d[\d\s()./-]{6,}\d")  # a phone's

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Log:
    """`log.info("what happened", shop=…, job=…)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, said: str, **facts: Any) -> None:
        self._logger.info(said, extra={"facts": facts})

    def warning(self, said: str, **facts: Any) -> None:
        self._logger.warning(said, extra={"facts": facts})

    def exception(self, said: str, **facts: Any) -> None:
        """With where the exception at hand was raised, and its words where they cannot be about a person."""
        self._logger.error(said, extra={"facts": facts}, exc_info=True)


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "said": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = _told(record.exc_info)
        return json.dumps({name: _veiled(value) for name, value in line.items()}, default=_plain, ensure_ascii=False)


def write_json(level: int = logging.INFO) -> None:
    """Let this process log to standard error as JSON lines."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(Json())
    logging.basicConfig(level=level, handlers=[stream], force=True)
    for name, quiet in (("urllib3", logging.WARNING), ("alembic", logging.WARNING), ("apscheduler", logging.ERROR)):
        logging.getLogger(name).setLevel(quiet)


def _told(raised: Raised) -> list[str]:
    """An exception, what it came of, and where; the line of code is not quoted, its place is enough."""
    told, error = [], raised[1]
    while error is not None:
        told.append(f"{type(error).__name__}: {error}" if isinstance(error, _PLAIN) else type(error).__name__)
        told += [
            f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def _veiled(value: Any) -> Any:
    """Without the addresses and phone numbers that somebody else's words may bring along."""
    if isinstance(value, str):
        return _NUMBER.sub("…", _ADDRESS.sub("…@…", value))
    return [_veiled(one) for one in value] if isinstance(value, list | tuple) else value


def _plain(value: Any) -> str:
    return str(_veiled(str(value)))


log = Log("regulars")
