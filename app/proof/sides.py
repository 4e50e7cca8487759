"""What one side has of a day, as a ProvedDay keeps it: how many, and sums of each currency."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Kept = Mapping[str, Any] | None


@dataclass(frozen=True)
class Side:
    """count: orders, or whatever the row is of. money: currency -> placed, refunded, net in minor units."""

    count: int = 0
    money: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def sum(self, currency: str, name: str) -> int:
        return self.money.get(currency, {}).get(name, 0)

    def net(self, currency: str) -> int:
        return self.sum(currency, "net")


def side(kept: Kept) -> Side:
    numbers = [value for value in (kept or {}).values() if isinstance(value, int)]
    return Side(sum(numbers), {name: value for name, value in (kept or {}).items() if not isinstance(value, int)})


def sum_of(days: Iterable[Kept]) -> Side:
    """Several days together."""
    count, money = 0, dict[str, Counter[str]]()
    for each in map(side, days):
        count += each.count
        for currency, sums in each.money.items():
            money.setdefault(currency, Counter()).update(sums)
    return Side(count, money)
