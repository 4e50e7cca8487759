"""Amounts as Shopify writes them, in minor units."""

from functools import lru_cache

from app.lib.money import parse_minor

_REMEMBERED = 65_536  # amounts of a currency


class Minor(dict[str, int]):
    """Amounts of one currency in minor units: `minor["12.90"]`. is_rounded once one was finer than it."""

    __slots__ = ("currency", "is_rounded")

    def __init__(self, currency: str) -> None:
        self.currency, self.is_rounded = currency, False

    def __missing__(self, amount: str) -> int:
        minor, lost = parse_minor(amount, self.currency)
        self.is_rounded = self.is_rounded or bool(lost)
        return minor


class Inexact(Exception):
    """An amount is finer than its currency."""


class Exact(Minor):
    """Remembers what it read: a shop's amounts repeat. Raises Inexact rather than round."""

    __slots__ = ()

    def __missing__(self, amount: str) -> int:
        minor, lost = parse_minor(amount, self.currency)
        if lost:
            raise Inexact(amount)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[amount] = minor
        return minor


exact = lru_cache(maxsize=256)(Exact)
