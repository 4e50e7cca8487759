"""Who was erased does not come back: what a record says of them is taken out before anything is written (R56)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from app.commerce import pseudonyms
from app.commerce.identity import GUEST, email_key
from app.consent.tombstones import ADDRESS, CUSTOMER, ORDER, Name, are_any, erased, lay, pseudonym, tombstone
from app.db.batch import Batch
from app.lib.encryption import Keyring
from connectors.records import CheckoutRecord, CustomerRecord, Deletion, Fact, OrderRecord, Record, RefundRecord


@dataclass
class Screen:
    """What passes. met: the records that spoke of somebody who was erased, what of each came through (without saying
    who, or nothing at all), and the tombstone."""

    records: list[Record] = field(default_factory=list)
    met: list[tuple[Record, Record | None, str]] = field(default_factory=list)


def screen(
    batch: Batch, keyring: Keyring | None, shop_id: int, records: Sequence[Record], now: datetime, fresh: bool
) -> Screen:
    """Costs one question where nobody was ever erased. Raises ValueError without the keys that tell who was."""
    if not are_any(batch):
        return Screen(list(records))
    if keyring is None:
        raise ValueError("somebody was erased from this shop: ingest needs the keyring to keep them out")
    named = [list(_names(record)) for record in records]
    found = erased(batch, keyring, shop_id, {name for names in named for name in names})
    sieve = _Sieve(keyring, shop_id, found, fresh)
    result = Screen()
    for record, names in zip(records, named, strict=True):
        left = record if found.isdisjoint(names) else sieve.pass_through(record)
        if left is not record:
            met = next(name for name in names if name in found)
            result.met.append((record, left, tombstone(keyring, shop_id, met)))
        if left is not None:
            result.records.append(left)
    if sieve.learned:
        lay(batch, keyring, shop_id, sieve.learned, now)
    return result


def _names(record: Record) -> Iterator[Name]:
    """All by which a record may mean somebody."""
    match record:
        case CustomerRecord(external_id=one, head=head):
            yield CUSTOMER, one
            yield from _address(head.email if head else None)
        case OrderRecord(external_id=one, head=head):
            yield ORDER, one
            if head is not None:
                yield from _person(head.customer_external_id, head.email)
        case RefundRecord(order_external_id=one):
            yield ORDER, one
        case CheckoutRecord(customer_external_id=one, email=email):
            yield from _person(one, email)
        case Deletion(kind="customer", external_id=one) | Fact(kind="purchases", external_id=one):
            yield CUSTOMER, one
        case Fact(kind="membership", external_id=place):
            yield CUSTOMER, place.rpartition("/")[2]


def _person(external_id: str | None, email: str | None) -> Iterator[Name]:
    if external_id:
        yield CUSTOMER, external_id
    yield from _address(email)


def _address(email: str | None) -> Iterator[Name]:
    key = email_key(email)
    if key:
        yield ADDRESS, key


@dataclass
class _Sieve:
    """learned: what else is theirs, told by their own records."""

    keyring: Keyring
    shop_id: int
    erased: set[Name]
    fresh: bool
    learned: set[Name] = field(default_factory=set)

    def pass_through(self, record: Record) -> Record | None:
        left: Record | None = record
        match record:
            case CustomerRecord():
                self.learned.update(_names(record))
                left = pseudonyms.customer(record, self._pseudonym((CUSTOMER, record.external_id)))
            case OrderRecord():
                left = pseudonyms.order(record, self._buyer(record))
            case RefundRecord():
                left = pseudonyms.refund(record)
            case CheckoutRecord(customer_external_id=one):
                left = pseudonyms.checkout(record, self._pseudonym((CUSTOMER, one)) if one else None)
            case Deletion() if self.fresh:  # before that the platform is asked, by the name that it knows
                left = replace(record, external_id=self._pseudonym((CUSTOMER, record.external_id)))
            case Fact():
                left = None
        return left

    def _buyer(self, record: OrderRecord) -> str | None:
        """Whose an order is from now on. One that was erased as such may be on somebody else's account."""
        if record.head is None:
            return None
        one, key = record.head.customer_external_id, email_key(record.head.email)
        if one is None or (CUSTOMER, one) in self.erased:
            self.learned.add((ORDER, record.external_id))
        if one is None:
            return GUEST + self._pseudonym((ADDRESS, key)) if key else None
        is_theirs = (CUSTOMER, one) in self.erased or (ORDER, record.external_id) not in self.erased
        return self._pseudonym((CUSTOMER, one)) if is_theirs else one

    def _pseudonym(self, name: Name) -> str:
        return pseudonym(self.keyring, self.shop_id, name)
