"""The database looked after: the planner knows how large the tables are, and SQLite's log does not grow for ever."""

from pathlib import Path

from sqlalchemy import Engine, text

from app.db.care import analyze, checkpoint
from app.db.engine import reading
from app.db.scope import shop_scope
from app.shops.models import Shop
from tests.conftest import make_shop
from tests.factory import customer, order


def test_the_planner_is_told_of_tables_that_filled(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        for number in range(30):
            order(scope, customer(scope, f"c{number}"), external_id=str(number))
    analyze(engine)
    asked = {
        "sqlite": "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'orders'",
        "postgresql": "SELECT reltuples::int FROM pg_class WHERE relname = 'orders'",
    }
    with engine.connect() as connection:
        assert connection.execute(text(asked[engine.dialect.name])).scalar() == 30


def test_a_log_that_grew_is_folded_into_the_file(sqlite_engine: Engine) -> None:
    shop = make_shop(sqlite_engine)
    log = Path(f"{sqlite_engine.url.database}-wal")
    with reading(sqlite_engine).connect() as reader:
        reader.execute(text("SELECT count(*) FROM orders"))
        with shop_scope(sqlite_engine, shop.id, write=True) as scope:
            customer(scope)
        checkpoint(sqlite_engine)  # somebody reads what the log holds: it has to stay, and nobody waits
        assert log.stat().st_size > 0
    checkpoint(sqlite_engine)
    assert log.stat().st_size == 0


def test_postgresql_looks_after_its_log_itself(postgres_engine: Engine) -> None:
    checkpoint(postgres_engine)
