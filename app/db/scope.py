"""Transactions: shop_scope sees one shop and nothing else; every_shop is the only door across tenants."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Engine, Executable, event
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlmodel import SQLModel

from app.db import wall
from app.db.batch import Batch
from app.db.engine import reading
from app.errors import NotFound

if TYPE_CHECKING:  # the one look upwards: Shop is the tenant itself
    from app.shops.models import Shop

M = TypeVar("M", bound=SQLModel)
T = TypeVar("T")


class _ShopSession(Session):
    """A session behind the wall."""


event.listen(_ShopSession, "do_orm_execute", wall.hold)
event.listen(_ShopSession, "before_flush", wall.check_flush)


class EveryShop:
    """A transaction over all shops. Its session is never handed out."""

    _shop_id: int | None = None

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, statement: TypedReturnsRows[T]) -> Sequence[T]:
        """Every row of a select of one class or column."""
        return self._session.scalars(statement, execution_options=self._options()).all()

    def first(self, statement: TypedReturnsRows[T]) -> T | None:
        """The first row of a select of one class or column, or None."""
        return self._session.scalars(statement, execution_options=self._options()).first()

    def rows(self, statement: Executable) -> Sequence[Any]:
        """Every row of a select of several columns."""
        return self._session.execute(statement, execution_options=self._options()).all()

    def scalar(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return self._session.scalar(statement)

    def execute(self, statement: Executable) -> int:
        """An update or a delete; how many rows it touched."""
        return int(getattr(self._session.execute(statement), "rowcount", 0))

    def add(self, row: M) -> M:
        self._session.add(row)
        return row

    def delete(self, row: SQLModel) -> None:
        self._session.delete(row)

    def flush(self) -> None:
        """Write now what was added, where a unique key should speak up here rather than at the end."""
        self._session.flush()

    def lock(self, row: SQLModel) -> None:
        """Keep others from changing the row until the end, and read it afresh. On SQLite a writer is alone anyway."""
        if self._session.get_bind().dialect.name != "sqlite":
            self._session.flush()
            self._session.refresh(row, with_for_update=True)

    def at_end(self, act: Callable[[Batch, Sequence[Any]], None], about: Any) -> None:
        """Have `act` done once, as the transaction's last, with all that was named for it, sorted: what it locks is
        held for the commit only."""
        self._session.info.setdefault("at_end", {}).setdefault(act, set()).add(about)

    def _finish(self) -> None:
        for act, named in self._session.info.get("at_end", {}).items():
            act(self.batch(), sorted(named))

    def _options(self) -> dict[str, bool]:
        # After a batch wrote past it, the session's own rows are no longer believed.
        return {"populate_existing": True} if self._session.info.get("read_afresh") else {}

    def batch(self) -> Batch:
        """The door for batched SQL."""
        return Batch(self._session, self._shop_id, self._session.info["reading"])


class ShopScope(EveryShop):
    """One shop's transaction: every statement is held to the shop, and what cannot be held is refused."""

    _shop_id: int

    def __init__(self, session: Session, shop_id: int) -> None:
        super().__init__(session)
        self._shop_id = shop_id
        self._shop: Shop | None = None

    @property
    def shop_id(self) -> int:
        return self._shop_id

    @property
    def shop(self) -> "Shop":
        """The shop's own row; the session remembers it. Raises NotFound where there is none."""
        # no cached_property: before Python 3.12 it holds one lock for all instances, while we wait for the database's
        if self._shop is None:
            self._shop = self.get(_shop_class(), self._shop_id)
        return self._shop

    def get(self, model: type[M], *place: Any) -> M:
        """The shop's row by its key (less shop_id). Raises NotFound."""
        row = self.find(model, *place)
        if row is None:
            raise NotFound(f"There is no such {model.__name__.lower()} here.")
        return row

    def find(self, model: type[M], *place: Any) -> M | None:
        """The shop's row by its key (less shop_id), or None."""
        column = wall.shop_column(model)
        key = place if column.key == "id" else (self._shop_id, *place)
        return self._session.get(model, key, populate_existing=bool(self._options()))

    def add(self, row: M) -> M:
        """A new row of this shop, written at the end or before the next question."""
        if "shop_id" in type(row).model_fields and getattr(row, "shop_id", None) is None:
            row.shop_id = self._shop_id
        self._session.add(row)
        return row


@contextmanager
def shop_scope(engine: Engine, shop_id: int, *, write: bool = False) -> Iterator[ShopScope]:
    """One transaction of one shop: committed at the end, rolled back where an exception leaves it."""
    with _session(_ShopSession, engine, write) as session:
        session.info["shop_id"] = shop_id
        scope = ShopScope(session, shop_id)
        yield scope
        scope._finish()


@contextmanager
def every_shop(engine: Engine, *, write: bool = False) -> Iterator[EveryShop]:
    """One transaction over all shops: for installing, signing in, and the machinery that serves all shops."""
    with _session(Session, engine, write) as session:
        db = EveryShop(session)
        yield db
        db._finish()


@contextmanager
def _session(kind: type[Session], engine: Engine, write: bool) -> Iterator[Session]:
    bind = engine if write else reading(engine)
    with kind(bind, expire_on_commit=False, info={"reading": not write}) as session, session.begin():
        yield session


def _shop_class() -> Any:
    registry: Any = SQLModel._sa_registry
    return next(mapper.class_ for mapper in registry.mappers if mapper.class_.__tablename__ == "shops")
