"""Amounts as WooCommerce and its plugins write them, in minor units."""

from decimal import Decimal

from app.lib.money import exponent, parse_minor
from connectors.woocommerce.types import Amount

_MOST = 1 << 16
_known: dict[str, "Amounts"] = {}


class Amounts(dict[Amount, int]):
    """Minor units of one currency by the amount as it was written, rounded half up. Shops repeat their prices: most are
    here already. finer: those that had to be rounded."""

    def __init__(self, currency: str) -> None:
        exponent(currency)
        self._currency = currency
        self.finer: set[Amount] = set()

    def __missing__(self, amount: Amount) -> int:
        # an item that was saved without an amount has an empty text
        minor, is_finer = parse_minor(_text(amount), self._currency) if amount != "" else (0, False)
        if is_finer:
            self.finer.add(amount)
        self[amount] = minor
        return minor


def amounts(currency: str) -> Amounts:
    """What is read of one order belongs together: `finer` is told by these only. Raises BadInput for no currency."""
    found = _known.get(currency)
    if found is None or len(found) > _MOST:
        found = _known[currency] = Amounts(currency)
    return found


def minor(amount: Amount, currency: str) -> int:
    """Minor units, rounded half up."""
    return amounts(currency)[amount]


def _text(amount: Amount) -> str:
    """A number that a plugin wrote where WooCommerce writes text: its shortest form is what was written."""
    return amount if isinstance(amount, str) else f"{Decimal(str(amount)):f}"
