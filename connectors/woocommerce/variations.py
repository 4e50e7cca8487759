"""The variations of variable products: in batches of ids over all products, or product by product on older shops."""

from collections.abc import Sequence

from app.errors import NotFound
from connectors.woocommerce import types
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.rows import bodies
from connectors.woocommerce.transport import Transport

BATCH = 100


class Variations:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._has_list = True  # WooCommerce 11 lists the variations of all products

    def of(self, products: Sequence[types.Product]) -> dict[int, list[types.Variation]]:
        """By product, in the product's own order; a product that went meanwhile has none."""
        wanted = [product for product in products if product.variations]
        found = self._by_ids([number for product in wanted for number in product.variations])
        for product in wanted:
            if not found.keys() >= set(product.variations):
                found |= self._by_product(product.id)
        return {product.id: [found[n] for n in product.variations if n in found] for product in wanted}

    def _by_ids(self, numbers: Sequence[int]) -> dict[int, types.Variation]:
        found: dict[int, types.Variation] = {}
        for at in range(0, len(numbers) if self._has_list else 0, BATCH):
            chosen = ",".join(map(str, numbers[at : at + BATCH]))
            try:
                answer = self._transport.get("wc/v3/variations", {"include": chosen, "per_page": BATCH})
            except NoRoute:
                self._has_list = False
                return {}
            found |= _by_id(answer.content)
        return found

    def _by_product(self, product_id: int) -> dict[int, types.Variation]:
        found: dict[int, types.Variation] = {}
        while True:
            params = {"per_page": BATCH, "offset": len(found), "orderby": "id", "order": "asc"}
            try:
                raw = self._transport.get(f"wc/v3/products/{product_id}/variations", params).content
            except NotFound:
                return found
            page = _by_id(raw)
            found |= page
            if len(page) < BATCH:
                return found


def _by_id(raw: bytes) -> dict[int, types.Variation]:
    return {body.id: body for body in bodies(raw, types.Variation)[0]}
