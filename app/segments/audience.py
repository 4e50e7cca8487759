"""From a tree to SQL: who is in a segment. One statement over maintained figures."""

import difflib
from functools import cache
from types import ModuleType

from sqlalchemy import ColumnElement, and_, func, not_, or_
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from app.commerce.models import Customer, CustomerStats
from app.db.scope import ShopScope
from app.errors import BadInput
from app.lib import folder
from app.segments import conditions
from app.segments.conditions._compare import column
from app.segments.language import All, Any, Condition, Node, Not, parse
from app.segments.language import conditions as conditions_of


@cache
def registry() -> dict[str, ModuleType]:
    """Every condition that there is, by name: the folder is the list."""
    return folder.modules(conditions)


def audience(node: Node, currency: str) -> SelectOfScalar[int]:
    """The ids of the customers whom a tree describes. Raises BadInput for an unknown condition or an odd value."""
    described = where(node, currency)
    gone = select(Customer.id).where(column(Customer.deleted_at).is_not(None))
    person = column(
        CustomerStats.customer_id
    )  # everybody has a row of figures, and their indexes answer most questions
    statement = select(CustomerStats.customer_id).where(described, person.not_in(gone))
    if any(registry()[leaf.name].shown.class_ is Customer for leaf in conditions_of(node)):
        statement = statement.join(Customer, column(Customer.id) == person)
    return statement


def where(node: Node, currency: str) -> ColumnElement[bool]:
    """A tree as one boolean over Customer and CustomerStats."""
    match node:
        case Condition():
            return _leaf(node, currency)
        case Not(part):
            # a comparison with an unknown value is neither true nor false in SQL: for a merchant it is "not so"
            return not_(func.coalesce(where(part, currency), False))
        case All(parts):
            return and_(*(where(part, currency) for part in parts))
        case Any(parts):
            return or_(*(where(part, currency) for part in parts))


def count(scope: ShopScope, text: str) -> int:
    """How many customers a text describes."""
    inner = audience(parse(text), scope.shop.currency).subquery()
    return int(scope.scalar(select(func.count()).select_from(inner)) or 0)


def _leaf(node: Condition, currency: str) -> ColumnElement[bool]:
    module = registry().get(node.name)
    at = f"position {node.position}"
    if module is None:
        close = difflib.get_close_matches(node.name, registry(), 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(registry())}"
        raise BadInput(f"{node.name!r} is not a condition: {hint}", at)
    try:
        clause: ColumnElement[bool] = module.where(module.read(node.operator, node.value, currency))
    except BadInput as error:
        raise BadInput(str(error), at) from None
    return clause
