"""Changes of products."""

from typing import Any

from sandbox.changes.events import Told
from sandbox.shop import Line, Product, Variant

CHANGEABLE = frozenset({"title", "status", "tags", "category", "description", "vendor"})


class ProductChanges(Told):
    def add_product(self, title: str, price_minor: int, *, category: str = "", stock: int = 100) -> Product:
        """One of a single variant. -> product.created"""
        with self.lock:
            at, number = self.now(), self.shop.next_id()
            variant = Variant(self.shop.next_id(), number, "", f"SKU-{number}", price_minor, stock=stock)
            handle = "-".join(title.lower().split())
            product = Product(number, title, handle, at, at, [variant], category=category)
            self.shop.add_product(product)
            self.tell("product.created", product, at)
            return product

    def set_stock(self, variant_id: int, stock: int) -> Product:
        """-> product.stock"""
        with self.lock:
            variant = self.shop.variants[variant_id]
            variant.stock = stock
            product = self.shop.products[variant.product_id]
            product.updated_at = self.now()
            self.tell("product.stock", product, product.updated_at, variant=variant)
            return product

    def change_product(self, product_id: int, **fields: Any) -> Product:
        """-> product.updated"""
        if unknown := fields.keys() - CHANGEABLE:
            raise ValueError(f"cannot change {sorted(unknown)}")
        with self.lock:
            product = self.shop.products[product_id]
            for name, value in fields.items():
                setattr(product, name, value)
            product.updated_at = self.now()
            self.tell("product.updated", product, product.updated_at)
            return product

    def delete_product(self, product_id: int, *, by_force: bool = False) -> Product:
        """It goes, the lines that sold it stay. -> product.deleted; by force product.erased"""
        with self.lock:
            product = self.shop.products.pop(product_id)
            for variant in product.variants:
                del self.shop.variants[variant.id]
            self.tell("product.erased" if by_force else "product.deleted", product, self.now())
            return product

    def _sell(self, lines: list[Line]) -> None:
        """Stock goes down, as it does when an order is placed. -> product.stock"""
        for line in lines:
            variant = self.shop.variants.get(line.variant_id or 0)
            if variant is None:
                continue
            variant.stock -= line.quantity
            product = self.shop.products[variant.product_id]
            product.updated_at = self.now()
            self.tell("product.stock", product, product.updated_at, variant=variant)
