"""Every table of a shop says so in its keys: a row cannot even point at another shop's."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint
from sqlmodel import SQLModel

from tests.conftest import import_models

import_models()
TABLES = SQLModel.metadata.sorted_tables
# they have a shop_id and are still not a shop's own: jobs also work for no shop
SHARED = {"jobs"}


def owned() -> list[Table]:
    return [table for table in TABLES if "shop_id" in table.c and table.name not in SHARED]


def test_there_are_tables_of_shops() -> None:
    assert {"orders", "customers", "line_items", "deliveries", "credentials"} <= {table.name for table in owned()}


def test_a_primary_key_begins_with_the_shop() -> None:
    odd = [table.name for table in owned() if next(iter(table.primary_key.columns)).name != "shop_id"]
    assert odd == []


def test_a_unique_key_begins_with_the_shop() -> None:
    uniques: list[Any] = [each for table in owned() for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes: list[Any] = [index for table in owned() for index in table.indexes if index.unique]
    odd = [(each.table, each.name) for each in (*uniques, *indexes) if next(iter(each.columns)).name != "shop_id"]
    assert odd == []


def test_a_foreign_key_carries_the_shop() -> None:
    odd = []
    for table in owned():
        for key in (each for each in table.constraints if isinstance(each, ForeignKeyConstraint)):
            pairs = {(element.parent.name, element.column.table.name, element.column.name) for element in key.elements}
            target = next(iter(pairs))[1]
            if target in {each.name for each in owned()} and ("shop_id", target, "shop_id") not in pairs:
                odd.append((table.name, target))
    assert odd == []


def test_a_foreign_key_never_blanks_the_shop() -> None:
    keys = [key for table in owned() for key in table.foreign_key_constraints]
    assert [key.column_keys for key in keys if (key.ondelete or "").upper() in ("SET NULL", "SET DEFAULT")] == []


def test_relationships_between_classes_are_view_only() -> None:
    registry = SQLModel._sa_registry
    odd = [str(each) for mapper in registry.mappers for each in mapper.relationships if not each.viewonly]
    assert odd == []
