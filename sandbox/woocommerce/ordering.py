"""Orders made over REST; one that is refused halfway stays behind."""

from typing import Any

from flask import Response, request

from sandbox.shop import Address, Order
from sandbox.woocommerce.answers import answer
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import House

Wish = dict[str, Any]


class Ordering:
    def __init__(self, house: House) -> None:
        self.house, self.box = house, house.box
        house.route("POST", "orders", self.create, "GET, POST")

    def create(self) -> Response:
        wanted = request.get_json(silent=True) or {}
        with self.box.lock:
            order = self._place(wanted, self._code(wanted))
            order.source_name, order.note = "rest-api", str(wanted.get("customer_note") or "")
            order.meta = kept_meta(wanted.get("meta_data") or [])
            if state := wanted.get("status"):
                order.held_status = str(state)
            body = self.house.sale_body(order)
        return answer(body, 201, {"Location": body["_links"]["self"][0]["href"]})

    def _place(self, wanted: Wish, code: str | None) -> Order:
        billing = wanted.get("billing") or {}
        is_paid = bool(wanted.get("set_paid")) or wanted.get("status") in ("processing", "completed")
        return self.box.place_order(
            self._items(wanted),
            person_id=int(wanted.get("customer_id") or 0) or None,
            email=billing.get("email"),
            currency=wanted.get("currency"),
            code=code,
            shipping=None,
            address=_address(billing) if billing else None,
            payment="paid" if is_paid else "pending",
            source_name="rest-api",
        )

    def _items(self, wanted: Wish) -> list[tuple[int, int]]:
        """Variants and units. A line that names no product is refused since 11.0, and was a line of nothing before."""
        items = []
        for row in wanted.get("line_items") or []:
            product = self.box.shop.products.get(int(row.get("product_id") or 0))
            if product is not None:
                variant = int(row.get("variation_id") or product.variants[0].id)
                items.append((variant, int(row.get("quantity") or 1)))
            elif self.house.options.since(11):
                code = "woocommerce_rest_required_product_reference"
                raise ApiError(400, code, "Product ID or SKU is required.")
        return items

    def _code(self, wanted: Wish) -> str | None:
        code = next((str(row.get("code") or "") for row in wanted.get("coupon_lines") or []), None)
        if code is not None and code.upper() not in self.box.shop.codes:
            raise self._refused(wanted, code)
        return code

    def _refused(self, wanted: Wish, code: str) -> ApiError:
        """What was begun stays: a draft since 10.0, before that an order like any other that waits to be paid."""
        order = self._place(wanted, None)
        is_draft = self.house.options.since(10)
        order.held_status = "checkout-draft" if is_draft else "pending"
        names = {"new_draft_order_id": order.id} if is_draft else {}
        return ApiError(400, "woocommerce_rest_invalid_coupon", f'Coupon "{code}" does not exist!', **names)


def kept_meta(rows: list[Wish]) -> dict[str, Any]:
    """As REST keeps it: of equal keys the last, nothing for null, "1" for true."""
    kept = {str(row.get("key")): row.get("value") for row in rows}
    return {key: "1" if value is True else value for key, value in kept.items() if value is not None}


def _address(billing: Wish) -> Address:
    names = {
        "first_name": "first_name", "last_name": "last_name", "company": "company", "address1": "address_1",
        "address2": "address_2", "city": "city", "province_code": "state", "postcode": "postcode",
        "country_code": "country", "phone": "phone",
    }  # fmt: skip
    return Address(**{ours: str(billing.get(theirs) or "") for ours, theirs in names.items()})
