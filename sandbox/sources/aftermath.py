"""What happens to a generated order after it was placed: sent, edited, refunded in part or in full, cancelled."""

from datetime import datetime, timedelta
from random import Random

from sandbox.orders import edit_of, full_refund, refund_of, shipping_left, units_left
from sandbox.shop import Line, Order, Shop

RETURNS_FROM = 20  # weeks before the end: from then on one product comes back four times as often
USUAL, FOURFOLD = 0.08, 0.42  # one in fifty comes back whole anyway


class Aftermath:
    def __init__(self, shop: Shop, random: Random, end: datetime, returned_product: int) -> None:
        self.shop, self.random, self.end = shop, random, end
        self.returned_product = returned_product

    def follow(self, order: Order, *, is_cancelled: bool) -> None:
        if is_cancelled:
            self._cancel(order)
        if not order.is_paid:
            return
        if order.source_name == "pos":
            order.fulfilled_at = order.placed_at
        elif self.random.random() < 0.03:
            self._edit(order)
        self._send(order)
        self._give_back(order)

    def _later(self, order: Order, low: float, high: float) -> datetime | None:
        """A time some days after what happened last; None if that has not come yet."""
        at = order.updated_at + timedelta(days=self.random.uniform(low, high))
        return at.replace(microsecond=0) if at < self.end else None

    def _send(self, order: Order) -> None:
        if order.fulfilled_at is None and (at := self._later(order, 0.3, 3)):
            order.fulfilled_at = order.updated_at = at

    def _cancel(self, order: Order) -> None:
        if at := self._later(order, 0.1, 2):
            order.cancelled_at = order.updated_at = at
            order.cancel_reason = self.random.choice(("customer", "inventory", "other"))

    def _edit(self, order: Order) -> None:
        """A line goes, another comes, or both."""
        at = self._later(order, 0.01, 0.3)
        if at is None:
            return
        remove, add = [], []
        if len(order.lines) > 1:
            remove = [(order.lines[0].id, 1)]
        if not remove or self.random.random() < 0.5:
            add = [(self.random.choice(list(self.shop.variants)), 1)]
        order.add_edit(edit_of(order, self.shop, at, remove=remove, add=add, note="Customer asked"))
        order.updated_at = at

    def _give_back(self, order: Order) -> None:
        if self.random.random() < 0.02:
            self._refund_all(order)
            return
        lines = [line for line in order.lines if units_left(order, line) and self._comes_back(order, line)]
        if lines and (at := self._later(order, 4, 20)):
            shipping = shipping_left(order) if self.random.random() < 0.25 else 0
            units = [(line.id, self.random.randint(1, units_left(order, line))) for line in lines]
            self._add(order, at, units, shipping)
        elif self.random.random() < 0.01 and order.current_minor > 500 and (at := self._later(order, 2, 9)):
            self._add(order, at, [], 0, amount=order.current_minor // 10)

    def _comes_back(self, order: Order, line: Line) -> bool:
        is_bad = line.product_id == self.returned_product
        since = self.end - timedelta(weeks=RETURNS_FROM)
        return self.random.random() < (FOURFOLD if is_bad and order.placed_at >= since else USUAL)

    def _refund_all(self, order: Order) -> None:
        if order.current_minor and (at := self._later(order, 1, 14)):
            order.add_refund(full_refund(order, self.shop.next_id(), at, "All of it"))
            order.updated_at = at

    def _add(self, order: Order, at: datetime, units: list[tuple[int, int]], shipping: int, amount: int = 0) -> None:
        note = "Goodwill" if amount else "Return"
        refund = refund_of(
            order, self.shop.next_id(), at, lines=units, shipping_minor=shipping, amount_minor=amount, note=note
        )
        order.add_refund(refund)
        order.updated_at = at
