"""What is stored of orders, asked once a batch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.commerce.currency import Rate, ShopMoney, stored_rate
from app.commerce.parts import Digests, Stored, Texts, Verdict
from app.commerce.work import Work
from connectors.records import OrderRecord

_KNOWN = """
    SELECT external_id, id, updated_at, digests, deleted_at, customer_id, status, fulfilment, is_counted, placed_minor,
           refunded_minor, net_minor, currency, rate, rate_on
    FROM orders WHERE shop_id = :shop_id AND external_id = ANY(:keys)"""


class KnownOrder(NamedTuple):
    """An order's row as far as its next state needs to know. figures: what events tell the change of."""

    row: Stored
    customer_id: int | None
    figures: dict[str, Any]
    rate: Rate | None


class Incoming(NamedTuple):
    """An order on its way into its row. rate: how its amounts become shop money, None where nobody knows. money: its
    sums in shop money, None where its head did not come."""

    id: int
    record: OrderRecord
    texts: Texts
    verdict: Verdict
    digests: Digests
    write: Sequence[str]
    known: KnownOrder | None
    rate: Rate | None
    money: ShopMoney | None


def known_orders(work: Work, external_ids: Sequence[str]) -> dict[str, KnownOrder]:
    """Those of the orders that are stored, by external id."""
    rows = work.batch.rows(_KNOWN, {"keys": external_ids}, times=(2,), jsons=(3,))
    return {row[0]: _known(row, work.shop.currency) for row in rows}


def _known(row: Any, shop_currency: str) -> KnownOrder:
    _, order_id, updated_at, digests, deleted_at, customer_id, status, fulfilment, is_counted, *rest = row
    placed, refunded, net, currency, rate, rate_on = rest
    figures = {
        "status": status, "fulfilment": fulfilment, "is_counted": bool(is_counted), "placed_minor": placed,
        "refunded_minor": refunded, "net_minor": net, "customer_id": customer_id,
    }  # fmt: skip
    return KnownOrder(
        Stored(order_id, updated_at, digests or {}, deleted_at is not None),
        customer_id,
        figures,
        stored_rate(currency, shop_currency, placed, rate, rate_on),
    )
