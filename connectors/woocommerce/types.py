"""The bodies of wc/v3, as far as we read them. Fields that plugins leave out have defaults; amounts may be numbers."""

from datetime import datetime
from typing import Any, Literal

import msgspec

Amount = str | int | float  # WooCommerce writes strings, some plugins numbers


class Body(msgspec.Struct, gc=False):
    """The base of all bodies: never part of a cycle."""


class Id(Body):
    id: int


class Place(Body):
    """A billing or shipping address."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    email: str | None = None
    phone: str | None = None


class Meta(Body):
    key: str | int
    value: Any = None
    display_key: Any = None
    display_value: Any = None


class LineItem(Body):
    id: int
    name: str
    quantity: int | float
    subtotal: Amount
    total: Amount
    total_tax: Amount = "0"
    product_id: int | None = None
    variation_id: int | None = None
    sku: str | None = None
    parent_name: str | None = None
    meta_data: list[Meta] = []


class ShippingItem(Body):
    method_title: str | None
    total: Amount
    total_tax: Amount = "0"
    method_id: str | None = None


class FeeItem(Body):
    total: Amount


class TaxItem(Body):
    label: str | None
    tax_total: Amount
    shipping_tax_total: Amount = "0"
    rate_percent: float | int | None = None


class CouponItem(Body):
    code: str
    discount: Amount


class OrderRefund(Body):
    id: int
    total: Amount
    reason: str | None = None


class Order(Body):
    id: int
    status: str
    currency: str
    total: Amount
    date_created_gmt: datetime | None
    date_modified_gmt: datetime | None
    line_items: list[LineItem]
    refunds: list[OrderRefund]
    billing: Place
    shipping: Place
    number: str | int = ""
    customer_id: int = 0
    total_tax: Amount = "0"
    shipping_total: Amount = "0"
    discount_total: Amount = "0"
    payment_method: str | None = None
    transaction_id: str | None = None
    created_via: str | None = None
    customer_note: str | None = None
    date_paid_gmt: datetime | None = None
    meta_data: list[Meta] = []
    tax_lines: list[TaxItem] = []
    shipping_lines: list[ShippingItem] = []
    fee_lines: list[FeeItem] = []
    coupon_lines: list[CouponItem] = []


class Refund(Body):
    """A row of /refunds or /orders/ID/refunds (which lacks parent_id)."""

    id: int
    amount: Amount
    date_created_gmt: datetime | None
    line_items: list[LineItem]
    parent_id: int = 0
    reason: str | None = None
    shipping_lines: list[ShippingItem] = []


class Customer(Body):
    id: int
    date_created_gmt: datetime | None
    date_modified_gmt: datetime | None
    billing: Place
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""


class Term(Body):
    name: str


class Image(Body):
    src: str = ""


class Option(Body):
    name: str
    option: str | None = ""


class Variation(Body):
    id: int
    parent_id: int = 0
    name: str = ""
    sku: str | None = None
    price: Amount = ""
    regular_price: Amount = ""
    stock_quantity: int | float | None = None
    attributes: list[Option] = []


class Product(Body):
    id: int
    name: str
    status: str
    type: str
    date_created_gmt: datetime | None
    date_modified_gmt: datetime | None
    slug: str | None = None
    permalink: str | None = None
    sku: str | None = None
    price: Amount = ""
    regular_price: Amount = ""
    stock_quantity: int | float | None = None
    parent_id: int = 0
    categories: list[Term] = []
    tags: list[Term] = []
    brands: list[Term] = []
    images: list[Image] = []
    variations: list[int] = []


class Category(Body):
    id: int
    name: str
    slug: str = ""
    parent: int = 0


class Coupon(Body):
    id: int
    code: str
    date_modified_gmt: datetime | None
    amount: Amount = ""
    status: str = ""
    discount_type: str = ""
    usage_count: int = 0
    usage_limit: int | None = None
    usage_limit_per_user: int | None = None
    date_expires_gmt: datetime | None = None


class CartItem(Body):
    name: str
    quantity: int | float
    total: str
    product_id: int = 0
    variation_id: int = 0
    sku: str | None = None
    image: str | None = None


class CartTotals(Body):
    total: str


class CartConsent(Body):
    state: Literal["granted", "refused", "unknown"]
    at: datetime | None = None
    text: str | None = None


class Cart(Body):
    """The companion plugin's message, version 1."""

    version: int
    session: str
    items: list[CartItem]
    totals: CartTotals
    currency: str
    state: Literal["open", "completed", "emptied"]
    updated_at: datetime
    created_at: datetime | None = None
    email: str | None = None
    customer_id: int = 0
    rate: str | None = None
    language: str | None = None
    consent: CartConsent | None = None
    restore_url: str | None = None
    order_id: int | None = None


class WebhookBody(Body):
    id: int
    name: str
    status: str
    topic: str
    delivery_url: str


class ErrorBody(Body):
    """{"code", "message", "data": {"status"}}; data may also be a number."""

    code: str
    message: str = ""
    id: Any = None  # only things have one


class Priced(Body):
    """An order, as far as its currency goes."""

    id: int
    currency: str
    status: str = ""


class RefundedOrder(Body):
    id: int
    currency: str
    refunds: list[OrderRefund]
