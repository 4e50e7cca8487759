"""An order's money in the shop's currency: the platform's word, the order's own where it is the same, or by a rate."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from app.errors import BadInput
from app.lib.money import convert
from connectors.records import OrderHead, Sums

_LIMIT = 10**15  # minor units: thousands of such orders still add up within 64 bits


class Rate(NamedTuple):
    """How amounts in the currency of an order's lines become shop money. rate None: they are shop money already."""

    currency: str
    into: str
    rate: Decimal | None = None

    def shop(self, minor: int | None) -> int | None:
        if self.rate is None or minor is None:
            return minor
        return convert(minor, self.currency, self.rate, self.into)


class ShopMoney(NamedTuple):
    """The shop-money columns of an order, in the order of `COLUMNS`; all None where it could not be converted."""

    placed: int | None
    adjusted: int | None
    refunded: int | None
    net: int | None
    tax: int | None
    shipping: int | None
    discount: int | None
    tip: int | None
    duties: int | None
    fees: int | None


COLUMNS = tuple(f"{name}_minor" for name in ShopMoney._fields)
UNKNOWN = ShopMoney(*[None] * len(COLUMNS))


def rate_of(head: OrderHead, into: str) -> Rate | None:
    """How an order's amounts become shop money; None where nobody knows: it is listed, and enters no sum."""
    if head.shop_sums is not None:
        return Rate(into, into) if head.shop_sums.currency == into else None
    if head.sums.currency == into:
        return Rate(into, into)
    return Rate(head.sums.currency, into, Decimal(head.rate)) if head.rate else None


def stored_rate(
    currency: str, into: str, placed_minor: int | None, rate: str | None, rate_on: date | None
) -> Rate | None:
    """The same of an order that is stored. A day of the rate says that the conversion was ours."""
    if placed_minor is None:
        return None
    return Rate(currency, into, Decimal(rate)) if rate and rate_on else Rate(into, into)


def shop_money(head: OrderHead, rate: Rate | None) -> ShopMoney:
    """The sums in shop money. adjusted is what neither placing nor refunding explains; net is never clamped."""
    if rate is None:
        return UNKNOWN
    said = head.shop_sums or head.sums
    _check(said)
    adjusted = said.net - said.placed + said.refunded
    if rate.rate is None:
        return ShopMoney(
            said.placed, adjusted, said.refunded, said.net, said.tax, said.shipping, said.discount, said.tip,
            said.duties, said.fees,
        )  # fmt: skip
    placed, taken, refunded = (rate.shop(minor) or 0 for minor in (said.placed, adjusted, said.refunded))
    tax, shipping, discount, tip, duties, fees = map(
        rate.shop, (said.tax, said.shipping, said.discount, said.tip, said.duties, said.fees)
    )
    net = placed + taken - refunded  # by its formula: rounding must not break it
    return ShopMoney(placed, taken, refunded, net, tax, shipping, discount, tip, duties, fees)


def _check(sums: Sums) -> None:
    if not (-_LIMIT < sums.placed < _LIMIT and -_LIMIT < sums.net < _LIMIT and -_LIMIT < sums.refunded < _LIMIT):
        raise BadInput(f"{max(sums.placed, sums.refunded, sums.net)} is more money than can be kept", "total")
