"""Pages stay quick however long the history is: each of their questions is answered by an index."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.panel.conftest import House
from tests.panel.seed_proof import RED
from tests.panel.test_proof import PAGE, day_of

GROW = ("orders", "journal", "deliveries", "events", "findings", "proved_days", "failed_records", "platform_writes")
PATHS = (
    "/panel/", "/panel/connections", "/panel/connections/health", "/panel/connections/writes", PAGE,
    f"{PAGE}/findings", f"{PAGE}/findings?filter=open", f"{PAGE}/report.txt",
)  # fmt: skip


def plans(house: House, path: str) -> dict[str, list[str]]:
    """How SQLite answers each statement of a page."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(house.engine, "before_cursor_execute", note)
    try:
        assert house.client.get(path).status_code == 200
    finally:
        event.remove(house.engine, "before_cursor_execute", note)
    with house.engine.connect() as connection:
        return {
            statement: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked
            if statement.startswith("SELECT")
        }


@pytest.mark.parametrize("path", PATHS)
def test_a_page_walks_no_table_that_grows(house: House, path: str) -> None:
    walked = [(step, statement) for statement, steps in plans(house, path).items() for step in steps]
    assert len(walked) > 3
    assert [each for each in walked if each[0].startswith(tuple(f"SCAN {table}" for table in GROW))] == []


def test_a_day_of_the_proof_walks_nothing_either(house: House) -> None:
    test_a_page_walks_no_table_that_grows(house, day_of(house, RED))


def test_the_few_orders_that_are_not_converted_are_not_looked_for_among_all(house: House) -> None:
    steps = [step for found in plans(house, "/panel/").values() for step in found]
    assert any("orders_apart" in step for step in steps)
