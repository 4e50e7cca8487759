"""Does an order's own ledger explain its total? An order whose sales do not add up is taken as it is, and listed."""

from collections.abc import Iterable

from app.lib.money import Money
from connectors.base import Failure
from connectors.records import OrderRecord, Record


def gap(order: OrderRecord) -> str | None:
    """What is wrong, with the amounts; None where all is well or nothing is told."""
    if order.agreements is None or order.head is None or order.head.shop_sums is None:
        return None
    sums = order.head.shop_sums
    sold = sum([sale.total for agreement in order.agreements for sale in agreement.sales])
    off = sold - sums.net
    if off == 0 or (order.head.sums.currency != sums.currency and abs(off) <= _parts(order)):
        return None
    sales, net = Money(sold, sums.currency), Money(sums.net, sums.currency)
    return f"its sales add up to {sales}, its current total is {net}"


def doubt(order: OrderRecord, words: str) -> Failure:
    return Failure("order", order.external_id, words)


def doubts(records: Iterable[Record]) -> list[Failure]:
    """Of those orders among the records that do not add up."""
    orders = (record for record in records if type(record) is OrderRecord)
    return [doubt(order, words) for order in orders if (words := gap(order)) is not None]


def _parts(order: OrderRecord) -> int:
    """Each sale of an order in another currency was rounded by itself when it was converted."""
    return sum(len(agreement.sales) for agreement in order.agreements or ())
