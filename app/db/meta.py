"""What the database says of itself: whether it is a demo, and which keys are its own."""

from sqlalchemy import Engine
from sqlmodel import Field, select

from app.db.columns import Table
from app.db.scope import every_shop


class Meta(Table, table=True):
    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


def is_demo(engine: Engine) -> bool:
    with every_shop(engine) as db:
        return db.first(select(Meta).where(Meta.key == "demo")) is not None


def mark_as_demo(engine: Engine) -> None:
    """From now on stand-ins for the platforms and the clock are honoured: never for a database with real shops."""
    with every_shop(engine, write=True) as db:
        if db.first(select(Meta).where(Meta.key == "demo")) is None:
            db.add(Meta(key="demo", value="yes"))


def known(engine: Engine, key: str) -> str | None:
    with every_shop(engine) as db:
        return db.first(select(Meta.value).where(Meta.key == key))


def settle(engine: Engine, key: str, value: str) -> str:
    """The value that stands: this one where there was none, for all processes that begin at once."""
    with every_shop(engine, write=True) as db:
        db.batch().execute(_SETTLE, {"key": key, "value": value})
    return known(engine, key) or value


_SETTLE = 'INSERT INTO meta ("key", value) VALUES (:key, :value) ON CONFLICT ("key") DO NOTHING'
