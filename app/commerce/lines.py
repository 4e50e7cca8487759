"""The lines of orders: always all of an order's at once."""

from collections.abc import Sequence
from typing import Any

from app.commerce.currency import Rate
from app.commerce.known import Incoming
from app.commerce.models import LineItem
from app.commerce.parts import text
from app.commerce.work import Work
from connectors.records import Line

_COLUMNS = (
    "order_id", "external_id", "place", "title", "quantity", "current_quantity", "unit_minor", "total_minor",
    "tax_minor", "discount_minor", "present_total_minor", "product_external_id", "variant_external_id", "sku",
    "variant_title", "vendor", "is_gift_card", "selling_plan", "attributes",
)  # fmt: skip


def replace(work: Work, orders: Sequence[Incoming]) -> None:
    """Write the lines of those orders that bring other ones than are stored."""
    bringing = [order for order in orders if order.record.lines is not None and "lines" in order.write]
    old = [(work.shop.id, order.id) for order in bringing if order.known]
    work.batch.executemany("DELETE FROM line_items WHERE shop_id = ? AND order_id = ?", old)
    rows = [_row(order.id, place, line, order.rate) for order in bringing
            for place, line in enumerate(order.record.lines or ())]  # fmt: skip
    work.batch.insert(LineItem, _COLUMNS, rows)


def _row(order_id: int, place: int, line: Line, rate: Rate | None) -> tuple[Any, ...]:
    money: tuple[int | None, ...] = (line.unit, line.total, line.tax, line.discount)
    if rate is None:
        money = (None, None, None, None)
    elif rate.rate is not None:
        money = tuple(map(rate.shop, money))
    return (
        order_id, line.external_id, place, line.title, line.quantity, line.current_quantity, *money,
        line.total if line.present_total is None else line.present_total, line.product_external_id,
        line.variant_external_id, line.sku, line.variant_title, line.vendor, line.is_gift_card, line.selling_plan,
        text(line.attributes),
    )  # fmt: skip
