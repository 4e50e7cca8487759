"""The wall between shops: adds `shop_id = ?` for the classes that a statement names, refuses what it cannot scope."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Update, inspect
from sqlalchemy.orm import ORMExecuteState, Session, attributes, with_loader_criteria
from sqlalchemy.sql.dml import UpdateBase, ValuesBase
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.selectable import Alias, SelectBase, TableClause, TextualSelect

_HARMLESS_TEXT = ("*", "1")  # what EXISTS and COUNT put there themselves


class ScopeError(Exception):
    """Code of ours tried to reach past its shop: a fault to mend, never something to show or to retry."""


def is_tenant(entity: type[Any]) -> bool:
    """Is it the class of the shops themselves?"""
    return bool(inspect(entity).local_table.name == "shops")


def shop_column(entity: type[Any]) -> Any:
    """The column of a class that says whose row it is. The table of shops says it by its own id."""
    if is_tenant(entity):
        return entity.id
    column = getattr(entity, "shop_id", None)
    if column is None:
        raise ScopeError(f"{entity.__name__} belongs to no shop: every_shop() is the door to it")
    return column


def hold(state: ORMExecuteState) -> None:
    """Hold one statement of a session to the shop of the session."""
    shop_id = state.session.info["shop_id"]
    statement = state.statement
    if isinstance(statement, UpdateBase):
        _check_write(state, statement)
    named = entities(statement)
    joined = {model: True for entity in named for model in _reach(entity)}
    options = [criterion(entity, has_alias, shop_id) for entity, has_alias in {**named, **joined}.items()]
    state.statement = statement.options(*options)


@lru_cache(maxsize=4096)
def criterion(entity: Any, has_alias: bool, shop_id: int) -> Any:
    """The option that holds a class to the shop."""
    if not has_alias:
        return with_loader_criteria(entity, shop_column(entity) == shop_id)
    if shop_column(entity).key == "id":  # only a function is asked again for each alias
        return with_loader_criteria(entity, lambda each: each.id == shop_id, include_aliases=True)
    return with_loader_criteria(entity, lambda each: each.shop_id == shop_id, include_aliases=True)


@lru_cache(maxsize=1024)
def _reach(entity: Any) -> frozenset[Any]:
    """The classes that a joined relationship may bring along, which no statement names."""
    reached: set[Any] = set()
    mappers = [inspect(entity)]
    for mapper in mappers:
        for target in (relationship.mapper for relationship in mapper.relationships):
            if target.class_ not in reached:
                reached.add(target.class_)
                mappers.append(target)
    return frozenset(reached)


def entities(statement: Executable) -> dict[Any, bool]:
    """The classes that a statement names, subqueries and all, and whether by an alias. Raises ScopeError for what it
    cannot tell."""
    found: dict[Any, bool] = {}
    frames: list[Any] = [statement]
    for frame in frames:  # grows: each subquery is a frame of its own, with froms of its own
        named: set[Any] = set()
        bare: set[Any] = set()
        for element in _within(frame, frames):
            # SQLAlchemy keeps the class that an element came from here; there is no public way to ask (2.1).
            entity = element._annotations.get("parententity")
            if entity is None:
                bare.update(_source(element))
            else:
                model = entity.mapper.class_
                found[model] = entity.is_aliased_class or found.get(model, False)
                named.add(entity.selectable)
        if not bare <= named:
            raise ScopeError("name the classes, not their tables")
    if not found:
        raise ScopeError("the statement names no class of ours")
    return found


def _within(frame: Any, frames: list[Any]) -> Iterator[Any]:
    """The elements of one select, less those of its subqueries, which become frames."""
    stack = [frame]
    while stack:
        element = stack.pop()
        yield element
        if _is_alias_of_table(element):
            continue  # stands for its table
        for child in element.get_children():
            (frames if isinstance(child, SelectBase) else stack).append(child)


def _source(element: Any) -> tuple[Any, ...]:
    """The table, or alias of one, that an element without a class reads from."""
    if isinstance(element, TextClause | TextualSelect):
        raise ScopeError("text cannot be scoped")
    if isinstance(element, ColumnClause):
        if element.is_literal and element.name not in _HARMLESS_TEXT:
            raise ScopeError("literal text cannot be scoped")
        return _source(element.table) if element.table is not None else ()
    return (element,) if isinstance(element, TableClause) or _is_alias_of_table(element) else ()


def _is_alias_of_table(element: Any) -> bool:
    return isinstance(element, Alias) and isinstance(element.element, TableClause)


def _check_write(state: ORMExecuteState, statement: UpdateBase) -> None:
    if state.session.info["reading"]:
        raise ScopeError("this scope was opened to read")
    if not isinstance(statement, Update) and isinstance(statement, ValuesBase):
        raise ScopeError("an insert cannot be scoped: add() the row")
    if isinstance(state.parameters, list | tuple) or getattr(statement, "_multi_values", None):
        raise ScopeError("a bulk update by primary key cannot be scoped")
    if isinstance(statement, Update):
        _refuse_key(statement, state.parameters or {})


def _refuse_key(statement: Update, parameters: Any) -> None:
    for column in (*dict(statement._values or {}), *parameters):
        if (column if isinstance(column, str) else getattr(column, "key", None)) == "shop_id":
            raise ScopeError("a row's shop is never changed")


def check_flush(session: Session, _context: Any, _instances: Any) -> None:
    """Before a flush: every row that is written is this shop's."""
    shop_id = session.info["shop_id"]
    changed = [row for row in session.dirty if session.is_modified(row)]
    if session.info["reading"] and (session.new or changed or session.deleted):
        raise ScopeError("this scope was opened to read")
    for row in session.new:
        if is_tenant(type(row)):
            raise ScopeError("a shop is made through every_shop()")
    for row in (*session.new, *changed, *session.deleted):
        _check_row(row, shop_id)


def _check_row(row: Any, shop_id: int) -> None:
    key = shop_column(type(row)).key
    history = attributes.get_history(row, key)
    if any(value != shop_id for value in (*history.added, *history.unchanged, *history.deleted)):
        raise ScopeError(f"{type(row).__name__} is another shop's row")
