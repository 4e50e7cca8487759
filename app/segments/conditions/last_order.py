"""When a customer's latest counted order was placed; who has none is in no comparison."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_

from app.commerce.models import CustomerStats
from app.lib.i18n import noted
from app.segments.conditions._compare import column, day

label = noted("Last order (day in UTC)")
shown = CustomerStats.last_order_at
kind = "day"


@dataclass(frozen=True)
class Params:
    operator: str
    start: datetime
    end: datetime


def read(operator: str, value: str, currency: str) -> Params:
    start = datetime.combine(day(value, "last_order"), time(), UTC)
    return Params(operator, start, start + timedelta(days=1))


def where(params: Params) -> ColumnElement[bool]:
    at = column(CustomerStats.last_order_at)
    return {
        "<": at < params.start,
        "<=": at < params.end,
        ">": at >= params.end,
        ">=": at >= params.start,
        "=": and_(at >= params.start, at < params.end),
        "!=": or_(at < params.start, at >= params.end),
    }[params.operator]
