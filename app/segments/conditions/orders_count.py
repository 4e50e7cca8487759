"""How many counted orders a customer has placed."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from app.commerce.models import CustomerStats
from app.lib.i18n import noted
from app.segments.conditions._compare import figure, whole_number

label = noted("Number of orders")
shown = CustomerStats.orders_count
kind = "number"


@dataclass(frozen=True)
class Params:
    operator: str
    count: int


def read(operator: str, value: str, currency: str) -> Params:
    return Params(operator, whole_number(value, "orders_count"))


def where(params: Params) -> ColumnElement[bool]:
    return figure(CustomerStats.orders_count, params.operator, params.count)
