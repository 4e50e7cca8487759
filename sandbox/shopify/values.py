"""Values as the Admin API writes them: global ids, times, money."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sandbox.money import decimal
from sandbox.shop import Order, Refund

GID = re.compile(r"gid://shopify/([A-Za-z]+)/(\d+)(?:\?.*)?")


class Money(NamedTuple):
    minor: int
    currency: str


class Bag(NamedTuple):
    """One amount twice: in the shop's currency and in the buyer's."""

    shop: Money
    presentment: Money


@dataclass(frozen=True, slots=True)
class ApiError(Exception):
    """An error of the answer's `errors` list."""

    message: str
    code: str
    path: tuple[str | int, ...] = ()


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def split_gid(text: str) -> tuple[str, int] | None:
    """Kind and number of a global id; None for any other text."""
    found = GID.fullmatch(text)
    return (found[1], int(found[2])) if found else None


def number_of(text: str, kind: str) -> int | None:
    """The number of a global id of this kind."""
    found = split_gid(text)
    return found[1] if found and found[0] == kind else None


@lru_cache(maxsize=65_536)
def amount(minor: int, currency: str) -> str:
    """GraphQL amounts are not padded: `20.0`, `3.25`."""
    text = decimal(minor, currency)
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.rstrip('0') or '0'}"


def milliseconds(at: datetime) -> str:
    """As the younger topics write a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def iso(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Amounts:
    """Amounts of one order or checkout in both of its currencies."""

    def __init__(self, shop_currency: str) -> None:
        self.shop_currency = shop_currency

    def bag(self, order: Any, minor: int) -> Bag:
        """An amount of an order or a checkout."""
        if order.rate is None:
            money = Money(minor, order.currency)
            return Bag(money, money)
        return Bag(Money(order.to_shop(minor), self.shop_currency), Money(minor, order.currency))

    def settled(self, order: Order, minor: int, shop_minor: int) -> Bag:
        """An amount whose shop money the shop has settled; converting it again could be a cent off."""
        return Bag(Money(shop_minor, self.shop_currency), Money(minor, order.currency))

    def refunded(self, order: Order, refund: Refund) -> Bag:
        return self.settled(order, refund.total_minor, refund.shop_minor)
