"""Alembic's environment: every room's models, on the database that settings name or that a caller hands over."""

import importlib
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from app import settings
from app.db.engine import open_engine

ROOT = Path(__file__).parents[1]
for path in sorted([*ROOT.glob("app/*/models.py"), ROOT / "app/db/meta.py", ROOT / "sync/models.py"]):
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def run(connection: Connection) -> None:
    """Migrate in one transaction. SQLite's table copies would delete children by cascade, so keys are off meanwhile."""
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")


def main() -> None:
    engine = context.config.attributes.get("engine") or open_engine(settings.read().database_url)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:  # outside a transaction, where the pragma is heard
            driver = connection.connection.driver_connection
            driver.execute("ROLLBACK")
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("BEGIN IMMEDIATE")
            try:
                run(connection)
                connection.commit()
            finally:
                connection.rollback()
                driver.execute("PRAGMA foreign_keys = ON")
    else:
        with engine.begin() as connection:
            run(connection)


main()
