"""What a customer's counted orders are worth after refunds, in the shop's currency."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from app.commerce.models import CustomerStats
from app.errors import BadInput
from app.lib.i18n import noted
from app.lib.money import parse_minor
from app.segments.conditions._compare import figure

label = noted("Net spend")
shown = CustomerStats.net_minor
kind = "money"


@dataclass(frozen=True)
class Params:
    operator: str
    minor: int


def read(operator: str, value: str, currency: str) -> Params:
    minor, is_rounded = parse_minor(value, currency)
    if is_rounded:
        raise BadInput(f"{value!r} is finer than {currency} can be", "net_spent")
    return Params(operator, minor)


def where(params: Params) -> ColumnElement[bool]:
    return figure(CustomerStats.net_minor, params.operator, params.minor)
