"""Changes of discounts by the shop's own people; apps make them through the API."""

from sandbox.changes.events import Told
from sandbox.discounts import CodeDiscount


class DiscountChanges(Told):
    def end_discount(self, discount_id: int) -> CodeDiscount:
        """Nobody may use its codes from now on. -> discount.updated"""
        with self.lock:
            found = self._discount(discount_id)
            found.ends_at = found.updated_at = self.now()
            self._close(found)
            self.tell("discount.updated", found, found.updated_at)
            return found

    def delete_discount(self, discount_id: int) -> CodeDiscount:
        """-> discount.deleted"""
        with self.lock:
            found = self.shop.discounts.pop(self._discount(discount_id).id)
            self._close(found)
            self.tell("discount.deleted", found, self.now())
            return found

    def _discount(self, discount_id: int) -> CodeDiscount:
        if discount_id not in self.shop.discounts:
            raise LookupError(f"no discount {discount_id}")
        return self.shop.discounts[discount_id]

    def _close(self, discount: CodeDiscount) -> None:
        for code in discount.codes:
            self.shop.codes.pop(code, None)
