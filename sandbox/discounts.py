"""Discounts that codes stand for, as an app makes them, and codes on their way in."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class CodeDiscount:
    """codes: upper-case code -> its number and spelling. percentage is a fraction; amount is in the shop's currency."""

    id: int
    title: str
    starts_at: datetime
    ends_at: datetime | None
    created_at: datetime
    updated_at: datetime
    percentage: Decimal | None = None
    amount: Decimal | None = None
    each_item: bool = False
    combines: frozenset[str] = frozenset()  # order | product | shipping
    once_per_customer: bool = False
    usage_limit: int | None = None
    codes: dict[str, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Imported:
    """One code of an import: what became of it."""

    code: str
    number: int | None = None
    error: str | None = None


@dataclass(slots=True)
class CodeImport:
    """Codes that an app handed in; worked through later, one by one."""

    id: int
    discount: CodeDiscount
    codes: list[Imported]
    created_at: datetime
    ready_at: float  # of the monotonic clock
    done: bool = False

    @property
    def imported(self) -> int:
        return sum(each.number is not None for each in self.codes)

    @property
    def failed(self) -> int:
        return sum(each.error is not None for each in self.codes)
