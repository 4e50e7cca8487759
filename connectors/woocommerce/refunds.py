"""The shop's refunds: from its own list of them, or order by order where WooCommerce is too old for one."""

from collections.abc import Sequence

import msgspec

from app.errors import NotFound
from connectors.base import Failure
from connectors.records import Record
from connectors.woocommerce import normalise, types
from connectors.woocommerce.rows import bodies, read, records
from connectors.woocommerce.transport import Transport

Rows = tuple[list[Record], list[Failure]]


class Refunds:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def listed(self, raw: bytes) -> Rows:
        """A row names its order and no currency: one more question for each page says which currencies they are in.
        Refunds of orders that are in the trash or gone stay out."""
        found, failures = bodies(raw, types.Refund)
        currencies = self._currencies(sorted({body.parent_id for body in found}))
        known = [body for body in found if body.parent_id in currencies]
        return records(known, lambda body: _refund(body, currencies[body.parent_id]), failures), failures

    def by_order(self, raw: bytes) -> Rows:
        """A page of orders that name their refunds."""
        found, failures = bodies(raw, types.RefundedOrder)
        made: list[Record] = []
        for body in found:
            if body.refunds:
                rows, odd = self._of(body)
                made, failures = made + rows, failures + odd
        return made, failures

    def _of(self, order: types.RefundedOrder) -> Rows:
        try:
            raw = self._transport.get(f"wc/v3/orders/{order.id}/refunds", {"per_page": 100}).content
        except NotFound:
            return [], []  # the order went meanwhile
        return read(raw, types.Refund, lambda body: normalise.refund(body, str(order.id), order.currency))

    def _currencies(self, order_ids: Sequence[int]) -> dict[int, str]:
        if not order_ids:
            return {}
        chosen = {"include": ",".join(map(str, order_ids)), "per_page": 100, "_fields": "id,currency"}
        found = bodies(self._transport.get("wc/v3/orders", chosen).content, types.Priced)[0]
        known = {body.id: body.currency for body in found}
        for order_id in set(order_ids) - known.keys():
            known |= self._currency(order_id)
        return known

    def _currency(self, order_id: int) -> dict[int, str]:
        """Of an order that no list names: its status may have gone with the plugin that made it."""
        try:
            raw = self._transport.get(f"wc/v3/orders/{order_id}", {"_fields": "id,status,currency"}).content
        except NotFound:
            return {}
        body = msgspec.json.decode(raw, type=types.Priced)
        return {} if body.status == "trash" else {body.id: body.currency}


def _refund(body: types.Refund, currency: str) -> Record:
    return normalise.refund(body, str(body.parent_id), currency)
