"""Deliveries about baskets become records: checkouts, and the carts that checkouts are made of."""

from collections.abc import Sequence

import msgspec

from connectors import records
from connectors.base import ShopFacts
from connectors.records import Record
from connectors.shopify.amounts import Minor
from connectors.shopify.bodies import decode
from connectors.shopify.goods import plain
from connectors.shopify.reading import number, utc
from connectors.shopify.types import Moment


class Buyer(msgspec.Struct):
    id: int
    admin_graphql_api_id: str | None = None


class Item(msgspec.Struct):
    quantity: int
    line_price: str
    title: str | None = None
    variant_title: str | None = None
    sku: str | None = None
    product_id: int | None = None
    variant_id: int | None = None


class Basket(msgspec.Struct):
    token: str
    name: str
    created_at: Moment
    updated_at: Moment
    presentment_currency: str
    total_price: str
    line_items: list[Item]
    email: str | None = None
    customer: Buyer | None = None
    abandoned_checkout_url: str | None = None
    completed_at: Moment | None = None
    customer_locale: str | None = None
    buyer_accepts_marketing: bool = False
    cart_token: str | None = None


def checkout(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """The one body that says all: GraphQL lists a checkout only once there is somebody to write to."""
    basket = decode(body, Basket)
    minor = Minor(basket.presentment_currency)
    return [
        records.CheckoutRecord(
            external_id=basket.token,
            updated_at=utc(basket.updated_at),
            created_at=utc(basket.created_at),
            currency=minor.currency,
            total=minor[basket.total_price],
            email=basket.email or None,
            customer_external_id=_buyer(basket.customer) if basket.customer else None,
            items=tuple(_item(item, minor[item.line_price]) for item in basket.line_items),
            url=basket.abandoned_checkout_url or None,
            completed_at=utc(basket.completed_at) if basket.completed_at else None,
            is_emptied=not basket.line_items,
            locale=basket.customer_locale or None,
            consent=_consent(basket),
            tokens=tuple(name for name in (plain(basket.name), basket.cart_token) if name),
        )
    ]


class Price(msgspec.Struct):
    amount: str
    currency_code: str


class PriceSet(msgspec.Struct):
    presentment_money: Price


class CartItem(Item, kw_only=True):
    line_price_set: PriceSet
    original_line_price_set: PriceSet


class Cart(msgspec.Struct):
    token: str
    created_at: Moment
    updated_at: Moment
    line_items: list[CartItem]


def cart(body: bytes, facts: ShopFacts) -> Sequence[Record]:
    """A basket of nobody yet: the checkout that is made of it names it by its token. An empty one names no currency."""
    said = decode(body, Cart)
    lines = said.line_items
    minor = Minor(lines[0].line_price_set.presentment_money.currency_code if lines else facts.currency)
    return [
        records.CheckoutRecord(
            external_id=said.token,
            updated_at=utc(said.updated_at),
            created_at=utc(said.created_at),
            currency=minor.currency,
            total=sum(minor[line.line_price_set.presentment_money.amount] for line in lines),
            items=tuple(_item(line, minor[line.original_line_price_set.presentment_money.amount]) for line in lines),
            is_emptied=not lines,
        )
    ]


def _buyer(buyer: Buyer) -> str:
    return number(buyer.admin_graphql_api_id or str(buyer.id))


def _item(item: Item, total: int) -> records.CheckoutItem:
    return records.CheckoutItem(
        title=item.title or "",
        quantity=item.quantity,
        total=total,
        product_external_id=None if item.product_id is None else str(item.product_id),
        variant_external_id=None if item.variant_id is None else str(item.variant_id),
        sku=item.sku or None,
        variant_title=item.variant_title or None,
    )


def _consent(basket: Basket) -> records.ConsentRecord | None:
    """A ticked box is a yes as of the checkout's beginning, so that a refusal since then outweighs its repetitions; an
    unticked one says nothing about an earlier yes."""
    if not basket.buyer_accepts_marketing or not basket.email:
        return None
    return records.ConsentRecord("email", basket.email, "granted", at=utc(basket.created_at), source="checkout")
