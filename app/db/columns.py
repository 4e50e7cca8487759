"""The columns that tables are made of: aware UTC times, JSON, and the keys that say which shop a row belongs to."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.lib.ids import new_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970: how SQLite keeps a time. Refuses a naive one (TypeError)."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class UtcTime(TypeDecorator[datetime]):
    """An aware time. PostgreSQL: timestamptz. SQLite: microseconds since 1970, which sort, compare and stay small."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} is a naive time: say which zone")
        return value if dialect.name == "postgresql" else to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_micros(value)


JsonText = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Table(SQLModel):
    """The base of every table."""


class ShopOwned(Table):
    """A row of one shop that others may point at: its key is (shop_id, id)."""

    shop_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    id: int = Field(
        default_factory=new_id, primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )


class ShopPart(Table):
    """A row that lives inside a parent: its key is the parent's and its place in it, declared by the class."""

    shop_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


def of_shop() -> ForeignKeyConstraint:
    """The foreign key to the shop itself."""
    return ForeignKeyConstraint(["shop_id"], ["shops.id"], ondelete="CASCADE")


def belongs(column: str, table: str, cascade: bool = True) -> ForeignKeyConstraint:
    """A foreign key within the shop: (shop_id, column) to (shop_id, id) of a table."""
    return ForeignKeyConstraint(
        ["shop_id", column], [f"{table}.shop_id", f"{table}.id"], ondelete="CASCADE" if cascade else None
    )


def big(primary_key: bool = False, default: Any = ...) -> Any:
    """A 64-bit whole number."""
    if primary_key:
        return Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    return Field(sa_type=BigInteger) if default is ... else Field(default=default, sa_type=BigInteger)


def moment(default: Any = ...) -> Any:
    """An aware UTC time."""
    return Field(sa_type=UtcTime) if default is ... else Field(default=default, sa_type=UtcTime)


def json(default: Any = None) -> Any:
    """A JSON value; None is SQL's NULL."""
    return Field(default=default, sa_type=JsonText)
