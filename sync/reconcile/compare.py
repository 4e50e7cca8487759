"""One record on both sides: in what they differ. The audit and the reconcile share it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from app.errors import BadInput
from app.lib.money import Money, exponent
from connectors.auditing import AuditOrder

MONEY = ("placed", "refunded", "net")


@dataclass(frozen=True)
class Difference:
    """platform, store: what each says of `field`; None: it has no such record. order: that a refund is of. currency: of
    both, where they are amounts."""

    kind: str
    external_id: str
    field: str
    platform: str | None
    store: str | None
    what: str = "stale"
    day: date | None = None
    order: str | None = None
    currency: str | None = None

    def __str__(self) -> str:
        there, here = self._shown(self.platform), self._shown(self.store)
        return f"{self.kind} {self.external_id}: {self.field} is {there} there and {here} here"

    def _shown(self, said: str | None) -> str:
        """An amount as money; "None" is one that could not be converted."""
        if self.currency is None or said in (None, "None"):
            return str(said)
        return str(Money(int(said), self.currency))


@dataclass(frozen=True, slots=True)
class Held:
    """What the store has of an order: placed, refunded, net by currency, the order's own and the shop's."""

    placed_on: date
    is_counted: bool
    money: Mapping[str, tuple[int | None, int | None, int | None]]
    refunds: Collection[str]


def compare(order: AuditOrder, held: Held | None, zone: ZoneInfo) -> Iterator[Difference]:
    """All in which an order differs from what is held of it."""
    day = order.placed_at.astimezone(zone).date()
    if held is None:
        yield Difference("order", order.external_id, "order", "kept", None, "missing", day)
    else:
        yield from _sums(order, held, day)
        yield from _refunds(order, held, day)
    if order.is_refunded and not order.refunds:  # never a zero (R4)
        yield Difference("order", order.external_id, "refunds", "refunded, and no refund named", "0", "stale", day)


def absent(external_id: str, day: date, what: str) -> Difference:
    """An order that is held here, and there no order any more."""
    return Difference("order", external_id, "order", None, "kept", what, day)


def _sums(order: AuditOrder, held: Held, day: date) -> Iterator[Difference]:
    sums = amounts(order)
    if None in sums:
        yield Difference("order", order.external_id, "amounts", f"{order.placed!r} {order.currency}", "kept", day=day)
        return
    theirs = {"day": day, "counted": order.is_counted} | dict(zip(MONEY, sums, strict=True))
    money = held.money.get(order.currency, (None, None, None))
    ours = {"day": held.placed_on, "counted": held.is_counted} | dict(zip(MONEY, money, strict=True))
    for name, value in theirs.items():
        if value != ours[name]:
            currency = order.currency if name in MONEY else None
            values = str(value), str(ours[name])
            yield Difference("order", order.external_id, name, *values, "stale", day, currency=currency)


def _refunds(order: AuditOrder, held: Held, day: date) -> Iterator[Difference]:
    for one in sorted(set(order.refunds) - set(held.refunds)):
        yield Difference("refund", one, "refund", "kept", None, "missing", day, order.external_id)
    for one in sorted(set(held.refunds) - set(order.refunds)):
        yield Difference("refund", one, "refund", None, "kept", "deleted", day, order.external_id)


def amounts(order: AuditOrder) -> tuple[int | None, int | None, int | None]:
    """Placed, refunded, net in minor units, read here once more and not by how records are made; None where the
    platform has something else there than money."""
    try:
        places = exponent(order.currency)
        return _minor(order.placed, places), _minor(order.refunded, places), _minor(order.net, places)
    except (BadInput, InvalidOperation):
        return None, None, None


def _minor(amount: str, places: int) -> int:
    return int(Decimal(amount).scaleb(places).quantize(Decimal(1), rounding=ROUND_HALF_UP))
