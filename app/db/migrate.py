"""Bringing a database to the newest form."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_FOLDER = Path(__file__).parents[2] / "migrations"


def migrate(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations up to `revision`, in one transaction."""
    command.upgrade(config(engine), revision)


def lag(engine: Engine) -> str | None:
    """What a database lacks, in words; None where it is of the newest form."""
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(config(engine)).get_current_head()
    if found == newest:
        return None
    return f"the database is {'empty' if found is None else f'of form {found}, not {newest}'}: run `regulars migrate`"


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether what stands in a database is compared with the models: the job engine on PostgreSQL keeps its own."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def config(engine: Engine) -> Config:
    """Alembic's configuration for an engine at hand."""
    made = Config()
    made.set_main_option("script_location", str(_FOLDER))
    made.attributes["engine"] = engine
    return made
