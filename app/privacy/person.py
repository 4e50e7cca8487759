"""Whose data it is: what a request names, and all rows here that are that person's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import SQLModel, col, select

from app.commerce.identity import GUEST, email_key
from app.commerce.models import Checkout, Customer, Order, PlatformFact
from app.consent.addresses import address_key
from app.consent.tombstones import ADDRESS, CUSTOMER, ORDER, Name, is_pseudonym, pseudonym
from app.db.scope import ShopScope
from app.flows.models import Enrollment
from app.lib.encryption import Keyring
from app.privacy.kinds import Held

_AT_ONCE = 500


class Subject(msgspec.Struct, frozen=True):
    """Whom a request is about, as its source names them. orders: the platform's ids."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    orders: tuple[str, ...] = ()

    @property
    def addresses(self) -> set[str]:
        return {address_key(address) for address in (self.email, self.phone) if address and address.strip()}


@dataclass
class Person:
    """What `Held.by` looks for: our ids of the person's rows, and all the names that the person goes by."""

    customers: set[int] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)
    checkouts: set[int] = field(default_factory=set)
    enrollments: set[int] = field(default_factory=set)
    deliveries: set[int] = field(default_factory=set)
    failures: set[int] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    externals: set[str] = field(default_factory=set)  # the platform's ids of the customer
    subjects: set[str] = field(default_factory=set)  # those, and the addresses
    facts: set[str] = field(default_factory=set)
    order_externals: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[Name]:
        """All by which the person, and what is theirs, may come up again."""
        return {
            *((CUSTOMER, one) for one in self.externals),
            *((ADDRESS, one) for one in self.addresses),
            *((ORDER, one) for one in self.order_externals),
        }


def find(scope: ShopScope, keyring: Keyring, subject: Subject) -> Person:
    """Everybody here who is the same person: by id, by email, by the guests' orders that are named."""
    person = Person(addresses=subject.addresses, order_externals=set(subject.orders))
    listed = _orders_named(scope, subject.orders)
    guests = {order.customer_id for order in listed if order.customer_id and not order.customer_external_id}
    known = _customers(scope, keyring, subject, guests)
    person.addresses |= {address_key(one) for row in known for one in (row.email, row.phone) if one and one.strip()}
    emails = {one.email_key for one in known if one.email_key} | ({email_key(subject.email) or ""} - {""})
    known += [row for row in _by_email(scope, keyring, emails) if row.id not in {one.id for one in known}]
    person.customers = {row.id for row in known}
    registered = {row.external_id for row in known if not row.is_guest and not is_pseudonym(row.external_id)}
    person.externals = registered | ({subject.external_id} if subject.external_id else set())
    person.subjects = person.externals | person.addresses
    _find_trade(scope, person, emails, listed)
    _find_facts(scope, person)
    return person


def rows(scope: ShopScope, held: Held, person: Person) -> Iterator[Any]:
    """The person's rows of a table, each once."""
    seen: set[tuple[Any, ...]] = set()
    for column, name in held.by.items():
        for row in _in(scope, held.model, column, getattr(person, name)):
            key = tuple(getattr(row, each.name) for each in held.model.__table__.primary_key)  # type: ignore[attr-defined]
            if key not in seen and (not held.only or row.kind in held.only):
                seen.add(key)
                yield row


def _in(scope: ShopScope, model: type[SQLModel], column: str, values: Iterable[Any]) -> Iterator[Any]:
    wanted = sorted(values)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from scope.all(select(model).where(getattr(model, column).in_(wanted[start : start + _AT_ONCE])))


def _customers(scope: ShopScope, keyring: Keyring, subject: Subject, guests: set[int]) -> list[Customer]:
    one = subject.external_id
    keys = [one, pseudonym(keyring, scope.shop_id, (CUSTOMER, one))] if one else []
    either: list[ColumnElement[bool]] = [col(Customer.external_id).in_(keys), col(Customer.id).in_(sorted(guests))]
    return list(scope.all(select(Customer).where(or_(*either)))) if keys or guests else []


def _by_email(scope: ShopScope, keyring: Keyring, emails: set[str]) -> list[Customer]:
    """Whoever has the address, and the guest that it was before it was erased."""
    gone = [GUEST + pseudonym(keyring, scope.shop_id, (ADDRESS, email)) for email in sorted(emails)]
    theirs = or_(col(Customer.email_key).in_(sorted(emails)), col(Customer.external_id).in_(gone))
    return list(scope.all(select(Customer).where(theirs))) if emails else []


def _orders_named(scope: ShopScope, external_ids: Sequence[str]) -> list[Order]:
    return list(_in(scope, Order, "external_id", external_ids))


def _find_trade(scope: ShopScope, person: Person, emails: set[str], listed: Sequence[Order]) -> None:
    by_email = select(Order).where(func.lower(Order.email).in_(sorted(emails)))
    orders = [*_in(scope, Order, "customer_id", person.customers), *listed]
    orders += scope.all(by_email) if emails else ()
    person.orders = {order.id for order in orders}
    person.order_externals |= {order.external_id for order in orders}
    for column, values in (("customer_id", person.customers), ("email_key", emails)):
        person.checkouts |= {row.id for row in _in(scope, Checkout, column, values)}
    for column, ids in (("customer_id", person.customers), ("checkout_id", person.checkouts)):
        person.enrollments |= {row.id for row in _in(scope, Enrollment, column, ids)}


def _find_facts(scope: ShopScope, person: Person) -> None:
    """What the platform says of a customer goes by the customer, or by something and the customer."""
    person.facts = set(person.externals)
    for one in sorted(person.externals):
        ends_so = select(PlatformFact.external_id).where(col(PlatformFact.external_id).endswith(f"/{one}"))
        person.facts |= set(scope.all(ends_so))
