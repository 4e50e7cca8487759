"""Care of the database itself."""

from sqlalchemy import Engine

from app.db.scope import every_shop


def analyze(engine: Engine) -> None:
    """Let the planner look at the tables as they are now: on tables that just filled it plans by old sizes."""
    with every_shop(engine, write=True) as db:
        if engine.dialect.name == "sqlite":
            db.batch().execute("PRAGMA analysis_limit = 400")  # a sample of each index: a moment, however large it is
        db.batch().execute("ANALYZE")
