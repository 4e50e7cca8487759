"""What happened in the shop: customers, orders with their lines and refunds, products, checkouts, statistics.

A column of JSON holds a part as the record wrote it; NULL is a part that never came. Shop money is `*_minor`,
in the shop's currency, NULL where an order could not be converted; `present_*_minor` is in the order's own currency.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from app.db.columns import ShopOwned, ShopPart, belongs, big, json, moment, of_shop

_GONE = text("deleted_at IS NOT NULL")
_APART = text("net_minor IS NULL")  # not converted: in no sum


class Customer(ShopOwned, table=True):
    """A person who buys. external_id: the platform's, or `guest:<email>` for the guests of one email (is_guest)."""

    __tablename__ = "customers"
    __table_args__ = (
        of_shop(),
        UniqueConstraint("shop_id", "external_id"),
        Index("customers_email", "shop_id", "email_key"),
        Index("customers_name", "shop_id", "name_key", "id"),
        Index("customers_gone", "shop_id", "id", sqlite_where=_GONE, postgresql_where=_GONE),
        Index("customers_newest", "shop_id", "created_at", "id"),
    )
    external_id: str
    is_guest: bool = False
    is_known: bool = True  # False: an order named it, its own record has not come yet
    email: str | None = None
    email_key: str | None = None  # lower case, for look-ups
    phone: str | None = None
    first_name: str = ""
    last_name: str = ""
    name_key: str = ""  # "last first" folded, for search and sort
    locale: str | None = None
    country_code: str | None = None
    note: str | None = None
    state: str | None = None
    is_email_verified: bool | None = None
    created_at: datetime | None = moment(None)
    updated_at: datetime | None = moment(None)
    deleted_at: datetime | None = moment(None)
    address: dict[str, Any] | None = json()
    tags: list[str] | None = json()
    digests: dict[str, int] | None = json()  # part -> digest of what the platform said


class CustomerStats(ShopPart, table=True):
    """Figures of one customer, kept in the transaction that changes an order. Money in shop currency."""

    __tablename__ = "customer_stats"
    __table_args__ = (
        belongs("customer_id", "customers"),
        Index("customer_stats_net", "shop_id", "net_minor", "customer_id"),
        Index("customer_stats_orders", "shop_id", "orders_count", "net_minor", "customer_id"),
        Index("customer_stats_last", "shop_id", "last_order_at", "customer_id"),
    )
    customer_id: int = big(primary_key=True)
    orders_count: int = 0  # counted orders, those not converted included
    not_converted: int = 0
    placed_minor: int = big(default=0)
    refunded_minor: int = big(default=0)
    net_minor: int = big(default=0)
    first_order_at: datetime | None = moment(None)
    last_order_at: datetime | None = moment(None)
    first_order_id: int | None = big(default=None)


class Order(ShopOwned, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        of_shop(),
        belongs("customer_id", "customers"),
        UniqueConstraint("shop_id", "external_id"),
        Index("orders_placed", "shop_id", "placed_at", "id"),
        Index("orders_figures", "shop_id", "is_counted", "placed_on", "placed_minor", "refunded_minor", "net_minor"),
        Index("orders_apart", "shop_id", "is_counted", "placed_at", sqlite_where=_APART, postgresql_where=_APART),
        Index(
            "orders_customer", "shop_id", "customer_id", "is_counted", "placed_at", "placed_minor", "refunded_minor",
            "net_minor",
        ),
    )  # fmt: skip
    external_id: str
    customer_id: int | None = big(default=None)
    number: str
    status: str
    fulfilment: str | None = None
    is_counted: bool
    is_test: bool = False
    is_rounded: bool = False
    placed_at: datetime = moment()
    placed_on: date  # the shop's local day
    created_at: datetime = moment()
    updated_at: datetime = moment()
    cancelled_at: datetime | None = moment(None)
    cancel_reason: str | None = None
    deleted_at: datetime | None = moment(None)
    currency: str  # the order's own (presentment)
    placed_minor: int | None = big(default=None)
    adjusted_minor: int | None = big(default=None)
    refunded_minor: int | None = big(default=None)
    net_minor: int | None = big(default=None)
    tax_minor: int | None = big(default=None)
    shipping_minor: int | None = big(default=None)
    discount_minor: int | None = big(default=None)
    tip_minor: int | None = big(default=None)
    duties_minor: int | None = big(default=None)
    fees_minor: int | None = big(default=None)
    present_placed_minor: int = big()
    present_refunded_minor: int = big()
    present_net_minor: int = big()
    rate: str | None = None
    rate_source: str | None = None
    rate_on: date | None = None
    email: str | None = None
    phone: str | None = None
    made_by: str | None = None
    source: str | None = None
    gateways: list[str] | None = json()
    locale: str | None = None
    company: str | None = None
    location: str | None = None
    note: str | None = None
    taxes_included: bool = False
    checkout_token: str | None = None
    cart_token: str | None = None
    customer_external_id: str | None = None
    discounts: list[dict[str, Any]] | None = json()
    shipping_lines: list[dict[str, Any]] | None = json()
    tax_lines: list[dict[str, Any]] | None = json()
    transactions: list[dict[str, Any]] | None = json()
    billing: dict[str, Any] | None = json()
    shipping: dict[str, Any] | None = json()
    journey: dict[str, Any] | None = json()
    agreements: list[dict[str, Any]] | None = json()
    attributes: list[dict[str, Any]] | None = json()
    tags: list[str] | None = json()
    digests: dict[str, int] | None = json()


class LineItem(ShopPart, table=True):
    """A line of an order. total_minor is in shop currency, NULL where the order could not be converted."""

    __tablename__ = "line_items"
    __table_args__ = (
        belongs("order_id", "orders"),
        Index("line_items_product", "shop_id", "product_external_id", "order_id"),
    )
    order_id: int = big(primary_key=True)
    external_id: str = Field(primary_key=True)
    place: int
    title: str
    quantity: int
    current_quantity: int | None = None
    unit_minor: int | None = big(default=None)
    total_minor: int | None = big(default=None)
    tax_minor: int | None = big(default=None)
    discount_minor: int | None = big(default=None)
    present_total_minor: int = big()
    product_external_id: str | None = None
    variant_external_id: str | None = None
    sku: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    is_gift_card: bool = False
    selling_plan: str | None = None
    attributes: list[dict[str, Any]] | None = json()


class Refund(ShopPart, table=True):
    """A refund of an order; total positive. created_at and reason are NULL until the platform names them."""

    __tablename__ = "refunds"
    __table_args__ = (belongs("order_id", "orders"), Index("refunds_at", "shop_id", "created_at"))
    order_id: int = big(primary_key=True)
    external_id: str = Field(primary_key=True)
    total_minor: int | None = big(default=None)
    present_total_minor: int = big()
    shipping_minor: int | None = big(default=None)
    created_at: datetime | None = moment(None)
    created_on: date | None = None
    reason: str | None = None
    lines: list[dict[str, Any]] | None = json()  # RefundLine as the platform wrote it, amounts as the order's lines


class Product(ShopOwned, table=True):
    __tablename__ = "products"
    __table_args__ = (of_shop(), UniqueConstraint("shop_id", "external_id"))
    external_id: str
    title: str
    status: str
    handle: str | None = None
    kind: str | None = None
    vendor: str | None = None
    url: str | None = None
    image: str | None = None
    price_minor: int | None = big(default=None)
    created_at: datetime | None = moment(None)
    updated_at: datetime | None = moment(None)
    deleted_at: datetime | None = moment(None)
    categories: list[str] | None = json()
    tags: list[str] | None = json()
    digests: dict[str, int] | None = json()


class Variant(ShopPart, table=True):
    __tablename__ = "variants"
    __table_args__ = (belongs("product_id", "products"),)
    product_id: int = big(primary_key=True)
    external_id: str = Field(primary_key=True)
    title: str
    sku: str | None = None
    price_minor: int | None = big(default=None)
    compare_at_minor: int | None = big(default=None)
    stock: int | None = None
    options: list[dict[str, Any]] | None = json()


class Checkout(ShopOwned, table=True):
    """A basket on its way to an order. state: open, abandoned (an hour without a change), completed, emptied."""

    __tablename__ = "checkouts"
    __table_args__ = (
        of_shop(),
        belongs("customer_id", "customers"),
        UniqueConstraint("shop_id", "external_id"),
        Index("checkouts_state", "shop_id", "state", "updated_at"),
        Index("checkouts_email", "shop_id", "email_key"),
        Index("checkouts_customer", "shop_id", "customer_id"),
    )
    external_id: str
    customer_id: int | None = big(default=None)
    customer_external_id: str | None = None
    email: str | None = None
    email_key: str | None = None
    state: str = "open"
    created_at: datetime = moment()
    updated_at: datetime = moment()
    abandoned_at: datetime | None = moment(None)
    completed_at: datetime | None = moment(None)
    order_external_id: str | None = None
    currency: str
    present_total_minor: int = big()
    total_minor: int | None = big(default=None)
    items: list[dict[str, Any]] | None = json()
    url: str | None = None
    locale: str | None = None
    tokens: list[str] | None = json()
    digests: dict[str, int] | None = json()


class CheckoutToken(ShopPart, table=True):
    """A name that a checkout goes by, to find it by what an order says: its own, a cart's, `order:<external id>`."""

    __tablename__ = "checkout_tokens"
    __table_args__ = (belongs("checkout_id", "checkouts"), Index("checkout_tokens_token", "shop_id", "token"))
    checkout_id: int = big(primary_key=True)
    token: str = Field(primary_key=True)


class OrderToken(ShopPart, table=True):
    """The checkout or cart that a recent order came of, for a checkout that is told of later. A table of its own: an
    index over the random tokens of a whole history took a fifth of a backfill's time."""

    __tablename__ = "order_tokens"
    __table_args__ = (belongs("order_id", "orders"), Index("order_tokens_token", "shop_id", "token"))
    order_id: int = big(primary_key=True)
    token: str = Field(primary_key=True)


class PlatformFact(ShopPart, table=True):
    """The latest that the platform said of something of its own: a segment, a customer's membership of one
    ("<segment>/<customer>"), its own figures of a customer (purchases), a discount, the shop itself (shop)."""

    __tablename__ = "platform_facts"
    __table_args__ = (of_shop(),)
    kind: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    at: datetime = moment()
    said: dict[str, Any] | None = json()
    is_gone: bool = False
