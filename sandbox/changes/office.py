"""What only WooCommerce's office does to orders: the bin, refunds deleted, one field saved alone."""

from typing import Any

from sandbox.changes.orders import OrderChanges
from sandbox.money import minor
from sandbox.orders import refund_of
from sandbox.shop import Order, Refund

CHANGEABLE = frozenset({"email", "note", "billing", "shipping_address", "person_id", "as_guest", "gateway",
                        "held_status", "meta"})  # fmt: skip


class OfficeChanges(OrderChanges):
    def refund_rest(self, order_id: int, note: str = "Order fully refunded.") -> Refund | None:
        """All that is left, without lines, paid or not; nothing where nothing is. -> order.updated, refund.created"""
        with self.lock:
            order, at = self.order(order_id), self.now()
            if order.current_minor <= 0:  # its total was set below what was paid back
                return None
            refund = refund_of(order, self.shop.next_id(), at, amount_minor=order.current_minor, note=note)
            order.add_refund(refund)
            order.held_status = ""
            self._changed(order)
            self.tell("refund.created", refund, at, order)
            return refund

    def delete_refund(self, order_id: int, refund_id: int, by_api: bool = False) -> Refund:
        """Only WooCommerce can; a status that it brought about stays. -> refund.deleted; by the API: refund.erased"""
        with self.lock:
            order = self.order(order_id)
            refund = next((each for each in order.refunds if each.id == refund_id), None)
            if refund is None:
                raise LookupError(f"order {order_id} has no refund {refund_id}")
            if order.is_fully_refunded and not order.held_status:
                order.held_status = "refunded"
            order.drop_refund(refund)
            kind = "refund.erased" if by_api else "refund.deleted"
            self._move(order, kind)
            self.tell(kind, refund, self.now(), order)
            return refund

    def change_order(self, order_id: int, **fields: Any) -> Order:
        """Saved with the fields named, or with none. -> order.saved or, with a note, order.noted; order.updated"""
        if unknown := fields.keys() - CHANGEABLE:
            raise ValueError(f"cannot change {sorted(unknown)}")
        with self.lock:
            order = self.order(order_id)
            for name, value in fields.items():
                setattr(order, name, value)
            return self._changed(order, "order.noted" if fields.keys() & {"note", "held_status"} else "order.saved")

    def set_total(self, order_id: int, total: str) -> Order:
        """The total alone, "33.33", in whatever the shop counts; no line follows. -> order.saved, order.updated"""
        with self.lock:
            order = self.order(order_id)
            order.placed_minor, order.told_total = minor(total, order.currency) - order.adjusted_minor, total
            order.placed_shop_minor = order.to_shop(order.placed_minor)
            return self._changed(order, "order.saved")

    def set_quantity(self, order_id: int, line_id: int, quantity: int) -> Order:
        """The quantity alone: neither the line's money nor the order's total follow. -> order.saved, order.updated"""
        with self.lock:
            order = self.order(order_id)
            line = next((each for each in order.lines if each.id == line_id), None)
            if line is None:
                raise LookupError(f"order {order_id} has no line {line_id}")
            line.quantity = quantity
            return self._changed(order, "order.saved")

    def trash_order(self, order_id: int) -> Order:
        """To the bin, which only WooCommerce has. -> order.deleted"""
        with self.lock:
            order = self.order(order_id)
            order.trashed_at = order.updated_at = self.now()
            self.tell("order.deleted", order, order.updated_at)
            return order

    def restore_order(self, order_id: int) -> Order:
        """-> order.restored"""
        with self.lock:
            order = self.order(order_id)
            order.trashed_at, order.updated_at = None, self.now()
            self.tell("order.restored", order, order.updated_at)
            return order

    def untrash_order(self, order_id: int, status: str, *, keeps_refunds: bool = True) -> Order:
        """Brought back by giving it a status over REST, which is not restoring it. -> order.untrashed"""
        with self.lock:
            order = self.order(order_id)
            for refund in () if keeps_refunds else tuple(order.refunds):
                order.drop_refund(refund)  # they stay in the bin, and nobody sees them there
            order.trashed_at, order.held_status = None, status
            self._move(order, "order.untrashed")
            self.tell("order.untrashed", order, self.now())
            return order

    def delete_order(self, order_id: int) -> Order:
        """Gone for good; WooCommerce tells nobody, Shopify does. -> order.erased"""
        with self.lock:
            order = self.order(order_id)
            del self.shop.orders[order_id]
            self.tell("order.erased", order, self.now())
            return order
