"""A line of doctor's, and what its checks are given."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from app.settings import Settings

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Line:
    level: Level
    of: str
    said: str

    def __str__(self) -> str:
        return f"{self.level:4}  {self.of}: {self.said}"


@dataclass(frozen=True)
class House:
    settings: Settings
    engine: Engine

    @property
    def file(self) -> Path | None:
        """SQLite's file."""
        path = make_url(self.settings.database_url).database if self.settings.is_sqlite else None
        return Path(path) if path else None


Check = Callable[[House], Iterator[Line]]
