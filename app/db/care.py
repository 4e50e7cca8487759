"""Care of the database itself."""

from sqlalchemy import Engine

from app.db.scope import every_shop


def checkpoint(engine: Engine) -> None:
    """Fold SQLite's log into its file and give back the room: beside much writing the automatic ones never reach the
    log's end. Who reads or writes at the moment is not held up: what is left comes the next time."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    finally:
        connection.close()


def analyze(engine: Engine) -> None:
    """Let the planner look at the tables as they are now: on tables that just filled it plans by old sizes."""
    with every_shop(engine, write=True) as db:
        if engine.dialect.name == "sqlite":
            db.batch().execute("PRAGMA analysis_limit = 400")  # a sample of each index: a moment, however large it is
        db.batch().execute("ANALYZE")
