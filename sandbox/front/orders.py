"""A buyer's order: what was bought, what was paid back, and sending things back."""

import hmac

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from sandbox.front.house import House
from sandbox.front.links import order_status
from sandbox.orders import units_left
from sandbox.shop import Order


def routes(house: House) -> None:
    bp = house.blueprint

    @bp.get("/orders/<int:order_id>")
    def order(order_id: int) -> ResponseReturnValue:
        order = _mine(house, order_id)
        left = {line.id: units_left(order, line) for line in order.lines}
        return house.show("order", order=order, left=left)

    @bp.post("/orders/<int:order_id>/returns")
    def send_back(order_id: int) -> ResponseReturnValue:
        """One unit or more of a `line`, or all that is left; this shop pays back at once."""
        order = _mine(house, order_id)
        line_id, quantity = request.form.get("line", type=int), request.form.get("quantity", 1, type=int)
        lines = None if line_id is None else [(line_id, quantity)]
        try:
            house.box.refund(order.id, lines, note=request.form.get("reason", "").strip())
        except (ValueError, StopIteration) as impossible:
            return house.show("order", 422, order=order, left={}, error=str(impossible) or "No such line.")
        return redirect(order_status("", order), 303)


def _mine(house: House, order_id: int) -> Order:
    """The key in the address is the checkout's token: only who bought (or got the link) has it."""
    order = house.box.shop.orders.get(order_id)
    token = order.checkout_token if order else None
    if order is None or token is None or not hmac.compare_digest(token.encode(), request.args.get("key", "").encode()):
        abort(404)
    return order
