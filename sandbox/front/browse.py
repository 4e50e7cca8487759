"""Home, product pages, the cart."""

from urllib.parse import urlencode

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.front.house import House

A_PAGE = 24


def routes(house: House) -> None:
    bp = house.blueprint

    @bp.get("/")
    def home() -> ResponseReturnValue:
        wanted = request.args.get("q", "").strip()
        page = max(1, request.args.get("page", 1, type=int))
        found = [product for product in house.products() if wanted.lower() in product.title.lower()]
        here = found[(page - 1) * A_PAGE : page * A_PAGE]
        more = f"/?{urlencode({'q': wanted, 'page': page + 1})}" if len(found) > page * A_PAGE else None
        return house.show("home", products=here, found=len(found), q=wanted, more=more)

    @bp.get("/products/<handle>")
    @bp.get("/product/<handle>/")  # as WooCommerce writes it
    def product(handle: str) -> ResponseReturnValue:
        found = next((product for product in house.products() if product.handle == handle), None)
        return house.show("product", product=found or abort(404))

    @bp.get("/cart")
    def cart() -> ResponseReturnValue:
        variants = house.box.shop.variants
        rows = [(variants[variant_id], quantity) for variant_id, quantity in house.cart().pairs]
        total = sum(variant.price_minor * quantity for variant, quantity in rows)
        return house.show("cart", rows=rows, total=total)

    @bp.post("/cart")
    def change_cart() -> ResponseReturnValue:
        """Adds `quantity` of a variant, or with `set` makes it that many."""
        variant_id, quantity = request.form.get("variant", 0, type=int), request.form.get("quantity", 1, type=int)
        if variant_id not in house.box.shop.variants:
            abort(404)
        cart = house.cart()
        before = 0 if "set" in request.form else cart.items.get(variant_id, 0)
        house.carts.change(cart, variant_id, before + max(0, quantity))
        house.keep(cart)
        return redirect("/cart", 303)
