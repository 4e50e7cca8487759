"""Bringing a database to the newest form."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_FOLDER = Path(__file__).parents[2] / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations up to `revision`, in one transaction."""
    command.upgrade(config(engine), revision)


def config(engine: Engine) -> Config:
    """Alembic's configuration for an engine at hand."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["engine"] = engine
    return made
