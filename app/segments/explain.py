"""Why is she in this segment, or not: every condition with her own value, true or false."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case
from sqlmodel import select

from app.commerce.models import Customer, CustomerStats
from app.db.scope import ShopScope
from app.segments.audience import registry, where
from app.segments.conditions._compare import column
from app.segments.language import Condition, conditions, parse, write
from app.segments.queries import in_words


@dataclass(frozen=True)
class Reason:
    condition: str  # as text
    words: str  # as a sentence
    kind: str  # of value, as conditions/__init__.py has it
    value: Any  # the customer's own, as the store has it
    holds: bool


def explain(scope: ShopScope, text: str, customer_id: int) -> list[Reason]:
    """Each condition of a text for one customer, asked of the database by the very clauses that make the segment."""
    leaves = conditions(parse(text))
    asked = [_asked(leaf, scope.shop.currency) for leaf in leaves]
    joined = column(CustomerStats.customer_id) == column(Customer.id)
    statement = select(*(part for pair in asked for part in pair)).select_from(Customer)
    row = scope.rows(statement.join(CustomerStats, joined).where(Customer.id == customer_id))[0]
    said = [in_words(write(leaf), scope.shop.currency) for leaf in leaves]
    return [
        Reason(write(leaf), said[i], registry()[leaf.name].kind, row[2 * i], bool(row[2 * i + 1]))
        for i, leaf in enumerate(leaves)
    ]


def _asked(leaf: Condition, currency: str) -> tuple[ColumnElement[Any], ColumnElement[int]]:
    clause = where(leaf, currency)
    return column(registry()[leaf.name].shown), case((clause, 1), else_=0)
