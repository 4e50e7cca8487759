"""The platform's own report beside the proof: where it says otherwise that is a question, and no fault yet."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.commerce.models import Order, Refund
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.lib.money import exponent
from app.proof.models import ProvedDay
from app.reasons import Kept, Reason
from connectors.auditing import Auditor, ReportDay

_NOTHING = ReportDay(0, "0")


def hold_against_report(
    context: Context, shop_id: int, auditor: Auditor, first_on: date, last_on: date
) -> Reason | None:
    """Keep with each day what the report says otherwise of it. Why there is no report."""
    report = auditor.report(first_on, last_on)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        ours = figures(scope, first_on, last_on)
        for row in scope.all(_days(first_on, last_on)):
            theirs = report.days.get(row.day)
            row.question = theirs and _question(theirs, ours.get(row.day, _NOTHING), scope.shop.decimals)
    return report.why_not


def figures(scope: ShopScope, first_on: date, last_on: date) -> dict[date, ReportDay]:
    """As WooCommerce Analytics counts: totals of counted orders, less refunds by the day on which they were made,
    amounts of all currencies added as they are."""
    orders: dict[date, int] = {}
    sales: dict[date, Decimal] = {}
    for day, currency, count, minor in scope.rows(_placed(first_on, last_on)):
        orders[day] = orders.get(day, 0) + int(count)
        sales[day] = sales.get(day, Decimal(0)) + _amount(minor, currency)
    for day, currency, minor in scope.rows(_refunded(first_on, last_on)):
        sales[day] = sales.get(day, Decimal(0)) - _amount(minor, currency)
    return {day: ReportDay(orders.get(day, 0), str(sales[day])) for day in sales}


def _question(theirs: ReportDay, ours: ReportDay, decimals: int) -> Kept | None:
    """The API rounds each amount to the shop's decimals, the report adds them as they are kept: that is no question."""
    rounding = Decimal(ours.orders).scaleb(-decimals) / 2
    if theirs.orders == ours.orders and abs(Decimal(theirs.sales) - Decimal(ours.sales)) <= rounding:
        return None
    values: dict[str, str | int] = {
        "their_orders": theirs.orders, "their_sales": f"{Decimal(theirs.sales):f}",
        "our_orders": ours.orders, "our_sales": f"{Decimal(ours.sales):f}",
    }  # fmt: skip
    return Reason("report_differs", values).kept()


def _days(first_on: date, last_on: date) -> Any:
    return select(ProvedDay).where(ProvedDay.kind == "orders", col(ProvedDay.day).between(first_on, last_on))  # type: ignore[arg-type]


def _placed(first_on: date, last_on: date) -> Any:
    day, currency = col(Order.placed_on), col(Order.currency)
    counted: Sequence[Any] = (col(Order.is_counted), col(Order.deleted_at).is_(None), day.between(first_on, last_on))
    sums = select(day, currency, func.count(), func.sum(col(Order.present_placed_minor)))
    return sums.where(*counted).group_by(day, currency)


def _refunded(first_on: date, last_on: date) -> Any:
    day, currency = col(Refund.created_on), col(Order.currency)
    counted: Sequence[Any] = (col(Order.is_counted), col(Order.deleted_at).is_(None), day.between(first_on, last_on))
    sums = select(day, currency, func.sum(col(Refund.present_total_minor)))
    return sums.join(Order, col(Order.id) == col(Refund.order_id)).where(*counted).group_by(day, currency)


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(int(minor)).scaleb(-exponent(currency))
