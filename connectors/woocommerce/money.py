"""Amounts as WooCommerce and its plugins write them, in minor units."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from app.lib.money import parse_minor
from connectors.woocommerce.types import Amount


@lru_cache(maxsize=1 << 16)  # shops repeat their prices: most amounts are found here
def _read(amount: Amount, currency: str) -> tuple[int, bool]:
    """Minor units, and whether it was finer. An item that was saved without an amount has an empty text: 0."""
    return parse_minor(_text(amount), currency) if amount != "" else (0, False)


def minor(amount: Amount, currency: str) -> int:
    """Minor units, rounded half up."""
    return _read(amount, currency)[0]


def is_rounded(amounts: Iterable[Amount], currency: str) -> bool:
    """Was any of them finer than its currency?"""
    return any(_read(amount, currency)[1] for amount in amounts)


def _text(amount: Amount) -> str:
    """A number that a plugin wrote where WooCommerce writes text: its shortest form is what was written."""
    return amount if isinstance(amount, str) else f"{Decimal(str(amount)):f}"
