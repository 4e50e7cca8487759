"""Integer minor units: exponents, decimal strings, shares and conversion, always rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

EXPONENTS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}


def exponent(currency: str) -> int:
    """Decimal places of a currency after ISO 4217."""
    return EXPONENTS.get(currency, 2)


def decimal(minor: int, currency: str, places: int | None = None) -> str:
    """Minor units as a platform writes them: `1999, EUR` is `19.99`; `places` where the shop shows fewer or more."""
    digits = exponent(currency)
    places = digits if places is None else places
    if places == digits == 2:
        sign, rest = ("-", -minor) if minor < 0 else ("", minor)
        return f"{sign}{rest // 100}.{rest % 100:02d}"
    value = Decimal(minor).scaleb(-digits).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{value:f}"


def minor(amount: str | Decimal, currency: str) -> int:
    """A decimal amount in minor units."""
    return half_up(Decimal(amount).scaleb(exponent(currency)))


def half_up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


def share(amount: int, part: int, whole: int) -> int:
    """`part` of `whole` of an amount, rounded half up (away from zero)."""
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    return sign * ((2 * size * part + whole) // (2 * whole)) if whole else 0


def split(amount: int, weights: list[int]) -> list[int]:
    """An amount in proportion to weights; what is left over goes to the largest remainders, so the parts sum to it."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % whole))
    for index in by_remainder[: amount - sum(parts)]:
        parts[index] += 1
    return parts


def convert(amount: int, rate: Decimal, source: str, target: str) -> int:
    """Minor units of `source` in minor units of `target`; rate = units of target per unit of source."""
    return half_up(Decimal(amount).scaleb(exponent(target) - exponent(source)) * rate)
