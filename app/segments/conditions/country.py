"""The country of a customer's address, as two letters."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_

from app.commerce.models import Customer
from app.errors import BadInput
from app.lib.i18n import noted
from app.segments.conditions._compare import column, equality

label = noted("Country")
shown = Customer.country_code
kind = "country"


@dataclass(frozen=True)
class Params:
    operator: str
    code: str


def read(operator: str, value: str, currency: str) -> Params:
    if len(value) != 2 or not value.isascii() or not value.isalpha():
        raise BadInput(f"{value!r} is not a country of two letters such as DE", "country")
    return Params(equality(operator, "country"), value.upper())


def where(params: Params) -> ColumnElement[bool]:
    code = column(Customer.country_code)
    if params.operator == "=":
        return code == params.code
    return or_(code != params.code, code.is_(None))
