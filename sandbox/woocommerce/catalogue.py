"""The routes that read what is sold: products, variations, categories."""

from collections import Counter

from flask import Response, request

from sandbox.woocommerce import lists, params, products
from sandbox.woocommerce.answers import Body, links
from sandbox.woocommerce.errors import not_found
from sandbox.woocommerce.house import House
from sandbox.woocommerce.reading import one, page

ITEM = "GET, POST, PUT, PATCH, DELETE"


class Catalogue:
    def __init__(self, house: House) -> None:
        self.house, self.box, self.writing = house, house.box, house.writing
        house.get("products", self.product_list, "GET, POST")
        house.get("products/<int:number>", self.product, ITEM)
        house.get("products/<int:number>/variations", self.variations, "GET, POST")
        house.get("products/<int:number>/variations/<int:variation>", self.variation, ITEM)
        house.get("products/categories", self.categories, "GET, POST")
        if house.options.since(11):
            house.get("variations", self.all_variations)

    def product_list(self) -> Response:
        paging = params.paging(request.args, lists.PRODUCT_SORTS)
        with self.box.lock:
            found = lists.product_list(self.box.shop, request.args, self.writing)
            found = lists.sort(found, paging, params.ids(request.args, "include"), self.house.options.since(11))
            return page(self.house, found, paging, lambda product: products.product_body(self.writing, product))

    def product(self, number: int) -> Response:
        with self.box.lock:
            return one(self.house.product_body(number))

    def variations(self, number: int) -> Response:
        paging = params.paging(request.args, lists.PRODUCT_SORTS)
        with self.box.lock:
            product = self.house.product(number)
            rows = product.variants if product.option_names else []
            rows = rows if paging.order == "asc" else rows[::-1]
            return page(self.house, rows, paging, lambda v: products.variation_body(self.writing, product, v))

    def all_variations(self) -> Response:
        """Those of every product: since 11.0."""
        paging, included = params.paging(request.args, lists.PRODUCT_SORTS), params.ids(request.args, "include")
        with self.box.lock:
            shop = self.box.shop
            rows = [v for v in shop.variants.values() if shop.products[v.product_id].option_names]
            rows = [v for v in rows if not included or v.id in included]
            rows.sort(key=lambda v: v.id, reverse=paging.order == "desc")
            return page(self.house, rows, paging, lambda v: self.house.product_body(v.id))

    def variation(self, number: int, variation: int) -> Response:
        with self.box.lock:
            variant = self.box.shop.variants.get(variation)
            if variant is None or variant.product_id != number:
                raise not_found("products")
            return one(self.house.product_body(variation))

    def categories(self) -> Response:
        """By name, the empty one that every shop has among them."""
        paging = params.paging(request.args, ("id", "include", "name", "slug", "count"), "name", "asc")
        with self.box.lock:
            counts = Counter(product.category or "Uncategorized" for product in self.box.shop.products.values())
            counts.setdefault("Uncategorized", 0)
            rows = [self._category(name, count) for name, count in sorted(counts.items())]
        rows.sort(key=lambda row: row["id"] if paging.orderby == "id" else row["name"], reverse=paging.order == "desc")
        return page(self.house, rows, paging, lambda row: row)

    def _category(self, name: str, count: int) -> Body:
        term = self.writing.term("category", name)
        rest = {"parent": 0, "description": "", "display": "default", "image": None, "menu_order": 0, "count": count}
        return {**term, **rest, "_links": links(self.house.options.home_url, f"products/categories/{term['id']}")}
