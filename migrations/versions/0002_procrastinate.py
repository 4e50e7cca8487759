"""Procrastinate's tables and functions, on PostgreSQL"""

from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A newer procrastinate brings what it changes as statements (`SchemaManager.get_migrations_path()`): they become a
    # migration of their own, for databases whose tables were made by an older one.
    _run(SchemaManager.get_schema())


def downgrade() -> None:
    _run(_DROP)


def _run(statements: str) -> None:
    """By the driver itself: to SQLAlchemy, the colons and percents of functions would be parameters."""
    connection: Connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        with connection.connection.cursor() as cursor:
            cursor.execute(statements)


_DROP = r"""
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$
DECLARE made text;
BEGIN
  FOR made IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\_%' LOOP
    EXECUTE 'DROP FUNCTION ' || made || ' CASCADE';
  END LOOP;
  FOR made IN SELECT oid::regtype FROM pg_type WHERE typname LIKE 'procrastinate\_%' AND typtype IN ('e', 'c') LOOP
    EXECUTE 'DROP TYPE ' || made || ' CASCADE';
  END LOOP;
END $$;
"""
