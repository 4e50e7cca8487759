"""Coupons: the codes that the shop's till takes off, listed, made and deleted over REST."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, request

from sandbox.shop import Discount
from sandbox.woocommerce import dates, lists, params
from sandbox.woocommerce.answers import Body, answer, links
from sandbox.woocommerce.batches import Batches
from sandbox.woocommerce.errors import ApiError, invalid, not_found
from sandbox.woocommerce.house import House
from sandbox.woocommerce.reading import one, page

TYPES = {"percent": "percentage", "fixed_cart": "fixed_amount", "fixed_product": "fixed_amount"}
KEPT = ("description", "individual_use", "usage_limit", "usage_limit_per_user", "email_restrictions", "minimum_amount",
        "maximum_amount", "product_ids", "meta_data")  # fmt: skip


@dataclass(slots=True)
class Coupon:
    id: int
    code: str
    discount_type: str
    amount: Decimal
    free_shipping: bool
    created_at: datetime
    expires_at: datetime | None = None
    kept: dict[str, Any] = field(default_factory=dict)
    is_binned: bool = False
    updated_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    def at_the_till(self) -> Discount:
        kind = "shipping" if self.free_shipping and not self.amount else TYPES[self.discount_type]
        return Discount("code", self.code.upper(), kind, self.amount)


class Coupons:
    def __init__(self, house: House) -> None:
        self.house, self.box = house, house.box
        self.all: dict[int, Coupon] = {}
        for discount in house.box.shop.codes.values():
            self._add_printed(discount)
        house.bodies["coupon"] = lambda number: self._body(self._get(number))
        house.keep("coupons", self)
        Batches(house, "coupons", self.create, self.change, self.delete)

    def list(self) -> Response:
        paging = params.paging(request.args, ("date", "id", "include", "title", "slug", "modified"))
        code = request.args.get("code", "").lower()
        with self.box.lock:
            found = [c for c in self.all.values() if not c.is_binned and (not code or c.code == code)]
            found = lists.in_time(lists.chosen(found, request.args), request.args, self.house.writing, True)
        return page(self.house, found if paging.order == "asc" else found[::-1], paging, self._body)

    def show(self, number: int) -> Response:
        return one(self._body(self._get(number)))

    def create(self) -> Response:
        coupon = self._create(_json())
        location = f"{self.house.options.home_url}/wp-json/wc/v3/coupons/{coupon.id}"
        return answer(self._body(coupon), 201, {"Location": location})

    def _create(self, wanted: dict[str, Any]) -> Coupon:
        code = str(wanted.get("code") or "").lower()
        if not code:
            raise ApiError(400, "woocommerce_rest_empty_coupon_code", "The coupon code cannot be empty.")
        with self.box.lock:
            if code.upper() in self.box.shop.codes:
                message = "The coupon code already exists"
                raise ApiError(400, "woocommerce_rest_coupon_code_already_exists", message)
            return self._made(code, wanted)

    def change(self, number: int) -> Response:
        wanted = _json()
        with self.box.lock:
            coupon = self._get(number)
            coupon.kept |= {name: wanted[name] for name in KEPT if name in wanted}
            coupon.amount = _amount(wanted, coupon.discount_type) if "amount" in wanted else coupon.amount
            coupon.updated_at = self.box.now()
            self.box.shop.codes[coupon.code.upper()] = coupon.at_the_till()
            self.box.tell("coupon.updated", coupon, coupon.updated_at)
        return answer(self._body(coupon))

    def delete(self, number: int) -> Response:
        """Into the bin, or for good, of which nobody is told."""
        with self.box.lock:
            coupon = self._get(number)
            self.box.shop.codes.pop(coupon.code.upper(), None)
            if params.flag(request.args, "force"):
                del self.all[number]
            else:
                coupon.is_binned, coupon.updated_at = True, self.box.now()
                self.box.tell("coupon.deleted", coupon, coupon.updated_at)
            return answer(self._body(coupon))

    def _made(self, code: str, wanted: dict[str, Any]) -> Coupon:
        kind = str(wanted.get("discount_type") or "fixed_cart")
        if kind not in TYPES:
            raise invalid(
                "discount_type", f"discount_type is not one of {params.listed(tuple(TYPES))}.", "rest_not_in_enum"
            )
        expires = str(wanted.get("date_expires") or "")  # date_expires_gmt is passed over, without a word
        expires_at = dates.read("date_expires", expires, self.house.writing.zone, False) if expires else None
        kept = {name: wanted[name] for name in KEPT if name in wanted}
        kept["email_restrictions"] = [str(one).lower() for one in kept.get("email_restrictions") or () if is_email(one)]
        kept["meta_data"] = [{"id": self.box.shop.next_id(), **meta} for meta in kept.get("meta_data") or ()]
        free, now = bool(wanted.get("free_shipping")), self.box.now()
        coupon = Coupon(self.box.shop.next_id(), code, kind, _amount(wanted, kind), free, now, expires_at, kept)
        self.box.shop.codes[code.upper()] = coupon.at_the_till()
        self.all[coupon.id] = coupon
        self.box.tell("coupon.created", coupon, now)
        return coupon

    def _add_printed(self, discount: Discount) -> None:
        kind = "percent" if discount.value_type == "percentage" else "fixed_cart"
        is_free, opened = discount.value_type == "shipping", self._opened()
        number = self.box.shop.next_id()
        self.all[number] = Coupon(number, discount.title.lower(), kind, discount.value, is_free, opened)

    def _opened(self) -> datetime:
        return min((product.created_at for product in self.box.shop.products.values()), default=self.box.now())

    def _get(self, number: int) -> Coupon:
        if number not in self.all:
            raise not_found("coupons")
        return self.all[number]

    def _body(self, coupon: Coupon) -> Body:
        times = self.house.writing.times
        return {
            "id": coupon.id,
            "code": coupon.code,
            "amount": f"{coupon.amount:.{self.house.options.decimals}f}",
            "status": "trash" if coupon.is_binned else "publish",
            **times("date_created", coupon.created_at),
            **times("date_modified", coupon.updated_at),
            "discount_type": coupon.discount_type,
            "description": "",
            **times("date_expires", coupon.expires_at),
            "usage_count": self._uses(coupon),
            "individual_use": False,
            "product_ids": [],
            "excluded_product_ids": [],
            "usage_limit": None,
            "usage_limit_per_user": None,
            "limit_usage_to_x_items": None,
            "free_shipping": coupon.free_shipping,
            "product_categories": [],
            "excluded_product_categories": [],
            "exclude_sale_items": False,
            "minimum_amount": "0.00",
            "maximum_amount": "0.00",
            "email_restrictions": [],
            "used_by": [],
            "meta_data": [],
            **coupon.kept,
            "_links": links(self.house.options.home_url, f"coupons/{coupon.id}"),
        }

    def _uses(self, coupon: Coupon) -> int:
        code = coupon.code.upper()
        with self.box.lock:
            return sum(d.title == code for order in self.box.shop.orders.values() for d in order.discounts)


def _amount(wanted: dict[str, Any], kind: str) -> Decimal:
    """What is no amount, or more than all, is nothing: the shop says no word of it."""
    try:
        amount = Decimal(str(wanted.get("amount") or 0))
    except InvalidOperation:
        return Decimal(0)
    return Decimal(0) if amount < 0 or (kind == "percent" and amount > 100) else amount


def _json() -> dict[str, Any]:
    wanted = request.get_json(silent=True)
    return wanted if isinstance(wanted, dict) else {}


def is_email(text: object) -> bool:
    name, _, host = str(text).partition("@")
    return bool(name) and "." in host and " " not in str(text)
