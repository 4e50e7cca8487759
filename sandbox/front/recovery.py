"""Coming back by a recovery link, on whatever device: a new cart with the old basket, and the checkout filled."""

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.front.house import House
from sandbox.front.links import SHOP_NUMBER, order_status
from sandbox.shop import Checkout


def routes(house: House) -> None:
    if house.face == "shopify":

        @house.blueprint.get(f"/{SHOP_NUMBER}/checkouts/ac/<token>/recover")
        def recover(token: str) -> ResponseReturnValue:
            checkout = house.box.find_checkout(request.args.get("key", ""))
            return restored(house, checkout if checkout and checkout.token == token else None)

    else:

        @house.blueprint.before_request
        def restore() -> ResponseReturnValue | None:
            """As the plugin does: any page of the shop takes the parameter."""
            if "regulars-cart" not in request.args:
                return None
            session, _, key = request.args["regulars-cart"].rpartition(".")
            checkout = house.box.find_checkout(key)
            return restored(house, checkout if checkout and checkout.session == session else None)


def restored(house: House, checkout: Checkout | None) -> ResponseReturnValue:
    if checkout is None:
        abort(404)
    if checkout.order_id is not None:  # bought meanwhile
        return redirect(order_status("", house.box.order(checkout.order_id)))
    house.keep(house.carts.restore(checkout))
    return redirect("/checkout")
