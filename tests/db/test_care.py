"""The database looked after: the planner knows how large the tables are."""

from sqlalchemy import Engine, text

from app.db.care import analyze
from app.db.scope import shop_scope
from app.shops.models import Shop
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
