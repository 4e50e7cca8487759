"""Erasure: a walk over the data map that leaves the trade and takes the person out; tombstones against their return."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from app.commerce import pseudonyms
from app.commerce.identity import GUEST
from app.commerce.models import Checkout, Customer, Order
from app.consent.addresses import address_key
from app.consent.tombstones import ADDRESS, CUSTOMER, is_pseudonym, lay, pseudonym
from app.db.scope import ShopScope
from app.flows.models import Enrollment
from app.lib.encryption import Keyring
from app.mail.models import Message
from app.privacy.datamap import HELD
from app.privacy.kinds import Fate, Held
from app.privacy.models import PrivacyRequest
from app.privacy.person import Person, rows
from app.reasons import Reason

_ENDED: dict[type, tuple[str, str, str]] = {
    Message: ("queued", "skipped", "error"),
    Enrollment: ("waiting", "exited", "reason"),
}


def erase(scope: ShopScope, keyring: Keyring, person: Person, now: datetime) -> dict[str, int]:
    """All at once, and safe to repeat; how many rows of each table were the person's."""
    batch = scope.batch()
    batch.lock("ingest")
    lay(batch, keyring, scope.shop_id, person.names, now)
    counts = {}
    change = _Change(scope, keyring)
    for held in HELD:
        found = list(rows(scope, held, person))
        for row in found:
            change.row(held, row)
        if found:
            counts[held.name] = len(found)
    return counts


class _Change:
    """What erasure does to a row. Customers stand first in the map: what names them follows their pseudonyms."""

    def __init__(self, scope: ShopScope, keyring: Keyring) -> None:
        self._scope = scope
        self._keyring = keyring
        self._customers: dict[int, str] = {}

    def row(self, held: Held, row: Any) -> None:
        if held.goes:
            self._scope.delete(row)
            return
        for column, kind in held.columns.items():
            if kind.fate is Fate.PSEUDONYM:
                self._name(row, column)
            elif kind.fate is not Fate.KEEP:
                empty = None if held.model.__table__.c[column].nullable else ""  # type: ignore[attr-defined]
                value = getattr(row, column)
                setattr(row, column, value if value is None else self._left(kind.fate, value, empty))
        _end(row)

    def _left(self, fate: Fate, value: Any, empty: str | None) -> Any:
        does: dict[Fate, Callable[[Any], Any]] = {
            Fate.BLANK: lambda _: empty,
            Fate.COUNTRY: pseudonyms.country_of,
            Fate.WAY: pseudonyms.way_of,
            Fate.HASH: self._hash,
        }
        return does[fate](value)

    def _hash(self, address: str) -> str:
        return address if is_pseudonym(address) else self._pseudonym(ADDRESS, address_key(address))

    def _name(self, row: Any, column: str) -> None:
        """A customer's own pseudonym; an order of somebody else's account, erased as such, stays on that account."""
        if isinstance(row, Customer):
            if not is_pseudonym(row.external_id):
                row.external_id = self._pseudonym_of(row)
            self._customers[row.id] = row.external_id
        elif isinstance(row, Order | Checkout) and row.customer_id in self._customers:
            setattr(row, column, self._customers[row.customer_id])

    def _pseudonym_of(self, customer: Customer) -> str:
        if customer.is_guest:
            return GUEST + self._pseudonym(ADDRESS, customer.external_id.removeprefix(GUEST))
        return self._pseudonym(CUSTOMER, customer.external_id)

    def _pseudonym(self, kind: str, name: str) -> str:
        return pseudonym(self._keyring, self._scope.shop_id, (kind, name))


def _end(row: Any) -> None:
    """What was on its way to the person stops."""
    if type(row) in _ENDED:
        waiting, ended, why = _ENDED[type(row)]
        if row.state == waiting:
            row.state = ended
            setattr(row, why, Reason("erased").kept())
    if isinstance(row, PrivacyRequest) and row.state == "ready":
        row.state, row.outcome = "done", "erased"
