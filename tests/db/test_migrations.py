"""Migrations build the schema, agree with the models, and leave rows alone."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from app.db.engine import open_engine
from app.db.migrate import is_ours, migrate
from app.db.scope import shop_scope
from tests.conftest import import_models, make_shop
from tests.factory import customer, order


def test_migrations_and_models_agree(engine: Engine) -> None:
    import_models()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_second_migration_changes_nothing_and_keeps_every_row(engine: Engine) -> None:
    shop = make_shop(engine)
    with shop_scope(engine, shop.id, write=True) as scope:
        order(scope, customer(scope))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders")).scalar() == 1


def test_a_table_copied_on_sqlite_keeps_its_children(tmp_path: Path) -> None:
    """Alembic's batch mode drops the old table: with foreign keys on, every child would go with it, silently."""
    from alembic import command  # noqa: PLC0415

    from app.db.migrate import config  # noqa: PLC0415

    engine = open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    migrate(engine)
    shop = make_shop(engine)
    with shop_scope(engine, shop.id, write=True) as scope:
        order(scope, customer(scope))
    made = config(engine)
    versions = tmp_path / "versions"
    versions.mkdir()
    for path in (Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"):
        (versions / path.name).write_text(path.read_text())
    (versions / "9999_copy.py").write_text(_COPY)
    made.set_main_option("path_separator", "newline")
    made.set_main_option("version_locations", str(versions))
    command.upgrade(made, "head")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM orders WHERE customer_id IS NOT NULL")).scalar() == 1
        assert connection.execute(text("SELECT nickname FROM customers")).scalar() == "none"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


_COPY = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "0002"


def upgrade():
    with op.batch_alter_table("customers", recreate="always") as table:
        table.add_column(sa.Column("nickname", sa.String(), nullable=False, server_default="none"))
"""
