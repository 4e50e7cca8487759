"""Changes of people: guests, accounts, consent."""

from datetime import datetime
from typing import Any

from sandbox.changes.events import Told
from sandbox.shop import Address, Consent, Person, Shop

CHANGEABLE = frozenset({"first_name", "last_name", "email", "phone", "address", "locale", "tags", "note", "birthday"})


class CustomerChanges(Told):
    def __init__(self, shop: Shop) -> None:
        super().__init__(shop)
        self._by_email = {p.email.lower(): p.id for p in shop.people.values() if p.email and not p.deleted_at}

    def person(self, person_id: int) -> Person:
        person = self.shop.people.get(person_id)
        if person is None or person.deleted_at:
            raise LookupError(f"no customer {person_id}")
        return person

    def find_person(self, email: str) -> Person | None:
        person_id = self._by_email.get(email.lower())
        return None if person_id is None else self.shop.people[person_id]

    def register(
        self, email: str, first_name: str = "", last_name: str = "", *, address: Address | None = None
    ) -> Person:
        """A new account, or a guest's, whose orders stay guest orders.

        -> customer.created (for a new person), customer.registered, customer.updated
        """
        with self.lock:
            at = self.now()
            person = self.find_person(email)
            if person is not None and person.registered:
                raise ValueError(f"{email} is already registered")
            is_new = person is None
            person = person or self._add_person(email, first_name, last_name, address or Address(), at)
            person.first_name, person.last_name = first_name or person.first_name, last_name or person.last_name
            person.registered, person.registered_at, person.updated_at = True, at, at
            if is_new:
                self.tell("customer.created", person, at)
            self.tell("customer.registered", person, at)
            self.tell("customer.updated", person, at)
            return person

    def change_customer(self, person_id: int, **fields: Any) -> Person:
        """Sets the fields named. -> customer.updated"""
        if unknown := fields.keys() - CHANGEABLE:
            raise ValueError(f"cannot change {sorted(unknown)}")
        with self.lock:
            person = self.person(person_id)
            for name, value in fields.items():
                setattr(person, name, value)
            if "email" in fields:
                self._reindex(person)
            return self._touched(person, self.now())

    def set_consent(self, person_id: int, consent: Consent) -> Person:
        """-> customer.consent, customer.updated"""
        with self.lock:
            person = self.person(person_id)
            self._take_consent(person, consent)
            return self._touched(person, self.now())

    def set_sms_consent(self, person_id: int, consent: Consent) -> Person:
        """-> customer.sms_consent, customer.updated"""
        with self.lock:
            person = self.person(person_id)
            person.sms_consent = consent
            self.tell("customer.sms_consent", person, self.now())
            return self._touched(person, self.now())

    def disable(self, person_id: int) -> Person:
        """The account is closed, the customer stays. -> customer.disabled, customer.updated"""
        with self.lock:
            person = self.person(person_id)
            person.registered = False
            self.tell("customer.disabled", person, self.now())
            return self._touched(person, self.now())

    def merge_customers(self, kept_id: int, gone_id: int) -> Person:
        """Orders and tags go to the one that is kept. -> customer.merged, customer.deleted, customer.updated"""
        with self.lock:
            kept, gone = self.person(kept_id), self.person(gone_id)
            if kept is gone:
                raise ValueError("a customer cannot be merged with itself")
            for order in self.shop.orders.values():
                if order.person_id == gone_id:
                    order.person_id = kept_id
            kept.tags = tuple(dict.fromkeys([*kept.tags, *gone.tags]))
            gone.deleted_at = self.now()
            self._reindex(gone)
            self.tell("customer.merged", (kept, gone), gone.deleted_at)
            self.tell("customer.deleted", gone, gone.deleted_at)
            return self._touched(kept, gone.deleted_at)

    def delete_customer(self, person_id: int) -> Person:
        """The person goes, the orders stay, and tell nobody. -> customer.deleted"""
        with self.lock:
            person = self.person(person_id)
            person.deleted_at = self.now()
            self._reindex(person)
            for order in self.shop.orders.values():
                if order.person_id == person_id:
                    order.person_id = None
                    self._move(order, "order.orphaned")
            self.tell("customer.deleted", person, person.deleted_at)
            return person

    def _add_person(self, email: str, first: str, last: str, address: Address, at: datetime) -> Person:
        person = Person(self.shop.next_id(), first, last, email, at, at, address, phone=address.phone, registered=False)
        self.shop.people[person.id] = person
        self._by_email[email.lower()] = person.id
        return person

    def _guest(self, email: str, address: Address | None, at: datetime) -> Person:
        """The person of an email, made if need be. -> customer.created for a new one"""
        if person := self.find_person(email):
            return person
        address = address or Address()
        person = self._add_person(email, address.first_name, address.last_name, address, at)
        self.tell("customer.created", person, at)
        return person

    def _take_consent(self, person: Person, consent: Consent) -> None:
        person.consent = consent
        self.tell("customer.consent", person, self.now())

    def _touched(self, person: Person, at: datetime) -> Person:
        person.updated_at = at
        self.tell("customer.updated", person, at)
        return person

    def _reindex(self, person: Person) -> None:
        self._by_email = {key: value for key, value in self._by_email.items() if value != person.id}
        if person.email and not person.deleted_at:
            self._by_email[person.email.lower()] = person.id
