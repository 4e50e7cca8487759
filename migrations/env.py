"""Alembic's environment: every room's models, on the database that settings name or that a caller hands over."""

import importlib
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy import Connection, text
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from app import settings
from app.db.columns import UtcTime
from app.db.engine import open_engine
from app.db.migrate import is_ours

ROOT = Path(__file__).parents[1]
for path in sorted([*ROOT.glob("app/*/models.py"), ROOT / "app/db/meta.py", ROOT / "sync/models.py"]):
    importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def run(connection: Connection) -> None:
    """Migrate in one transaction. SQLite's table copies would delete children by cascade, so keys are off meanwhile."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        render_item=_named,
        include_name=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")


def _named(kind: str, item: Any, autogen: Any) -> str | bool:
    """Our own types by their names in new migrations."""
    if kind == "type" and isinstance(item, UtcTime):
        autogen.imports.add("from app.db.columns import UtcTime")
        return "UtcTime()"
    if kind == "type" and isinstance(item, sa.JSON):
        autogen.imports.add("from app.db.columns import JsonText")
        return "JsonText"
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def main() -> None:
    engine = context.config.attributes.get("engine") or open_engine(settings.read().database_url)
    with engine.connect() as connection:
        _heed_keys(connection, False)  # before the transaction: within one the pragma is not heard
        try:
            with connection.begin():
                run(connection)
        finally:
            _heed_keys(connection, True)


def _heed_keys(connection: Connection, heed: bool) -> None:
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys = {'ON' if heed else 'OFF'}")


main()
