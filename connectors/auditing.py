"""What the proof asks of a platform: raw totals, counts and ids, by readers that share nothing with `normalise`."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from app.reasons import Reason

if TYPE_CHECKING:
    from connectors.base import Wait

Listed = Literal["customers", "products", "refunds"]


class AuditOrder(msgspec.Struct, frozen=True):
    """An order's raw totals. refunds: their ids. is_refunded: the platform says that something was paid back, whether
    or not it names a refund. is_kept: False for what is in the bin or a draft, and no order."""

    external_id: str
    placed_at: datetime
    is_counted: bool
    currency: str
    placed: str
    refunded: str
    net: str
    refunds: Sequence[str]
    is_refunded: bool = False
    is_kept: bool = True
    updated_at: datetime | None = None


class AuditId(msgspec.Struct, frozen=True):
    """order: that a refund is of."""

    external_id: str
    order: str | None = None


class AuditCounts(msgspec.Struct, frozen=True):
    """How many the platform says that it has; None where it does not say."""

    orders: int | None
    customers: int | None
    products: int | None


class ReportDay(msgspec.Struct, frozen=True):
    """What the platform's own report says of a local day: its counted orders, and what came in less what went back."""

    orders: int
    sales: str


class Report(msgspec.Struct, frozen=True):
    """days: without those of which it says nothing. why_not: why there is none."""

    days: Mapping[date, ReportDay] = {}
    why_not: Reason | None = None


class Auditor(Protocol):
    """One shop, asked for proof. Raises what a client raises."""

    at_once: int  # orders that one question of `orders` is good for
    lists: Sequence[Listed]  # of which all ids can be had

    def orders(
        self, since: datetime | None, until: datetime | None, cursor: str | None = None
    ) -> "Iterator[AuditOrder | Wait]":
        """All placed from `since` to before `until`, each once, in any order. cursor: of a Wait, to go on with."""
        ...

    def orders_by_id(self, external_ids: Sequence[str]) -> Sequence[AuditOrder]:
        """Those that are there, listed or not; what is left out is gone."""
        ...

    def count(self, since: datetime, until: datetime) -> int | None:
        """How many were placed in that time, counted by the platform and not by a list; None where it does not say."""
        ...

    def counts(self) -> AuditCounts: ...

    def ids(self, what: Listed, cursor: str | None = None) -> "Iterator[AuditId | Wait]":
        """Of all that is listed, each once. Raises NotFound where the platform's version has no such list."""
        ...

    def report(self, first_on: date, last_on: date) -> Report:
        """The platform's own figures of these local days."""
        ...

    def has_silent_edits(self) -> bool:
        """Does this shop change orders and leave their modified date as it was, so that a pull cannot see it?"""
        ...
