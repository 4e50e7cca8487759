"""Money: integer minor units and an ISO 4217 code, with the currency's own exponent."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.core import get_global

from app.errors import BadInput

# Unicode CLDR's digits (in Babel) follow usage, not ISO 4217, for these: ISO's exponents are written here.
_ISO_EXPONENTS = {
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0,
    "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "CLF": 4, "UYW": 4,
}  # fmt: skip
_KNOWN = frozenset(get_global("all_currencies"))
_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{1,12})?\Z", re.ASCII)


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for KWD. Raises BadInput for a code that ISO 4217 lacks."""
    if currency not in _KNOWN:
        raise BadInput(f"{currency!r} is not an ISO 4217 currency", "currency")
    return _ISO_EXPONENTS.get(currency, 2)


def parse_minor(amount: str, currency: str) -> tuple[int, bool]:
    """An amount as a platform writes it ("12.3") in minor units, rounded half up; True where digits were lost."""
    digits = exponent(currency)
    if not isinstance(amount, str) or not _AMOUNT.match(amount):
        raise BadInput(f"{amount!r} is not an amount of money", "amount")
    whole, _, fraction = amount.partition(".")
    if len(fraction) <= digits:  # the common case: no Decimal needed
        minor = int(whole + fraction.ljust(digits, "0"))
        return minor, False
    exact = Decimal(amount).scaleb(digits)
    minor = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return minor, exact != minor


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in one currency. Adding two currencies raises TypeError."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, amount: str, currency: str) -> "Money":
        """From a decimal string; floats are refused, digits beyond the currency's are rounded half up."""
        return cls(parse_minor(amount, currency)[0], currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal:.{exponent(self.currency)}f} {self.currency}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} and {other.currency} do not mix")
        return other.minor


def convert(minor: int, currency: str, rate: Decimal, into: str) -> int:
    """Minor units of `into` for `minor` of `currency`; rate is units of `into` for one unit of `currency`."""
    exact = Decimal(minor).scaleb(exponent(into) - exponent(currency)) * rate
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(total: int, weights: list[int]) -> list[int]:
    """`total` in parts proportional to the weights, leftovers to the largest remainders; the parts sum to it."""
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("the weights must have a positive sum")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
