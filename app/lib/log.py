"""One line of JSON for each thing worth saying: with the shop, the delivery or the job, never a person's data."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any


class Log:
    """`log.info("what happened", shop=…, job=…)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, said: str, **facts: Any) -> None:
        self._logger.info(said, extra={"facts": facts})

    def warning(self, said: str, **facts: Any) -> None:
        self._logger.warning(said, extra={"facts": facts})

    def exception(self, said: str, **facts: Any) -> None:
        """With the traceback of the exception at hand."""
        self._logger.error(said, extra={"facts": facts}, exc_info=True)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "said": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def write_json(level: int = logging.INFO) -> None:
    """Let this process log to standard error as JSON lines."""
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(_Json())
    logging.basicConfig(level=level, handlers=[stream], force=True)
    for name, quiet in (
        ("urllib3", logging.WARNING),
        ("alembic", logging.WARNING),
        ("apscheduler", logging.ERROR),
        ("procrastinate", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(quiet)


log = Log("regulars")
