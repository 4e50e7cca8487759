"""Who bought: an order's customer, found or made, and what orders tell of people whose own record never came.

A customer id of the platform is one customer, made as a stub where only an order has named it so far; its record fills
the stub. A guest is the customer `guest:<email>`, so that the orders of one email add up (R24). An order with neither,
from a till, has none. Two registered customers of one email stay two: joining people is a rule of its own (R22, R23).
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from app.commerce.models import Customer
from app.commerce.work import Work
from app.lib.ids import new_ids

GUEST = "guest:"

# Of the orders that name a person the latest tells how to reach them; ties are settled below, by the platform's id,
# so that every order of arrival ends the same.
_LATEST_ORDERS = """
    SELECT o.customer_id, o.external_id, o.email, o.phone, o.billing, o.locale, ends.first_at FROM (
        SELECT customer_id, min(placed_at) AS first_at, max(placed_at) AS last_at
        FROM orders WHERE shop_id = :shop_id AND customer_id = ANY(:ids) GROUP BY customer_id) AS ends
    JOIN orders o ON o.shop_id = :shop_id AND o.customer_id = ends.customer_id AND o.placed_at = ends.last_at"""
_LATEST_CHECKOUTS = """
    SELECT c.customer_id, c.external_id, c.email, NULL, NULL, c.locale, ends.first_at FROM (
        SELECT customer_id, min(created_at) AS first_at, max(created_at) AS last_at
        FROM checkouts WHERE shop_id = :shop_id AND customer_id = ANY(:ids) GROUP BY customer_id) AS ends
    JOIN checkouts c ON c.shop_id = :shop_id AND c.customer_id = ends.customer_id AND c.created_at = ends.last_at"""
_TOLD = (
    "email", "email_key", "phone", "first_name", "last_name", "name_key", "locale", "country_code", "created_at",
)  # fmt: skip
_TELL = f"""
    UPDATE customers SET {", ".join(f"{name} = ?" for name in _TOLD)}, deleted_at = NULL
    WHERE shop_id = ? AND id = ?"""
_TELL_IF_LATEST = f"""
    UPDATE customers SET {", ".join(f"{name} = ?" for name in _TOLD[:-1])}, deleted_at = NULL
    WHERE shop_id = ? AND id = ? AND NOT EXISTS (
        SELECT 1 FROM orders o WHERE o.shop_id = customers.shop_id AND o.customer_id = customers.id
        AND o.is_counted IN (TRUE, FALSE) AND o.placed_at >= ? AND (o.placed_at > ? OR o.external_id > ?))"""
_SEEN_BEFORE = """
    UPDATE customers SET created_at = ? WHERE shop_id = ? AND id = ? AND (created_at IS NULL OR created_at > ?)"""
_GONE = "UPDATE customers SET deleted_at = ? WHERE shop_id = ? AND id = ? AND deleted_at IS NULL"

_MADE = ("id", "external_id", "is_guest", "is_known")


class Saying(NamedTuple):
    """What an order says of its person. address: its billing address, as its JSON column keeps it. at: as the database
    keeps it, when it was placed."""

    external_id: str
    email: str | None
    phone: str | None
    address: Mapping[str, str]
    locale: str | None
    at: Any


class People(NamedTuple):
    """The customers of some keys. told: those whose own record has not come, or never will."""

    ids: dict[str, int]
    told: set[int]


def email_key(email: str | None) -> str | None:
    """An address as it is compared."""
    return email.strip().lower() or None if email else None


def name_key(first: str, last: str) -> str:
    """A name as it is searched and sorted: last name first, without case and accents."""
    name = f"{last} {first}".strip().casefold()
    if name.isascii():
        return name
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def person_key(customer_external_id: str | None, email: str | None) -> str | None:
    """The external id of the customer that an order belongs to; None: nobody's."""
    if customer_external_id:
        return customer_external_id
    address = email_key(email)
    return GUEST + address if address else None


def people(work: Work, keys: Iterable[str | None]) -> People:
    """The customers of these keys, as far as they are stored."""
    wanted = list({key for key in keys if key is not None})
    sql = """SELECT external_id, id, is_guest OR NOT is_known FROM customers
             WHERE shop_id = :shop_id AND external_id = ANY(:keys)"""
    rows = work.batch.rows(sql, {"keys": wanted}) if wanted else ()
    return People({key: one for key, one, _ in rows}, {one for _, one, is_told in rows if is_told})


def make(work: Work, sayings: Mapping[str, Sequence[Saying]]) -> dict[str, int]:
    """Customers that nothing has named so far, by key, each with all that is said of it."""
    made = dict(zip(sayings, new_ids(len(sayings)), strict=True))
    rows = [(one, key, key.startswith(GUEST), key.startswith(GUEST), *_said(sayings[key])) for key, one in made.items()]
    work.batch.insert(Customer, (*_MADE, *_TOLD), rows)
    return made


def _said(sayings: Sequence[Saying]) -> tuple[Any, ...]:
    if not sayings:
        return (None, None, None, "", "", "", None, None, None)
    return _told(max(sayings, key=_age), min(said.at for said in sayings))


def _age(said: Saying) -> tuple[Any, str]:
    return said.at, said.external_id


def told(work: Work, ids: Collection[int]) -> set[int]:
    """Those among the customers whose own record has not come, or never will."""
    if not ids:
        return set()
    sql = "SELECT id FROM customers WHERE shop_id = :shop_id AND id = ANY(:ids) AND (is_guest OR NOT is_known)"
    return {row[0] for row in work.batch.rows(sql, {"ids": list(ids)})}


def add(work: Work, sayings: Mapping[int, Sequence[Saying]]) -> None:
    """Write of stubs and guests what orders that were not there before say, where no later one says otherwise."""
    shop_id, latest, first = work.shop.id, [], []
    for customer_id, theirs in sayings.items():
        last = max(theirs, key=_age)
        at = min(said.at for said in theirs)
        latest.append((*_told(last, None)[:-1], shop_id, customer_id, last.at, last.at, last.external_id))
        first.append((at, shop_id, customer_id, at))
    work.batch.executemany(_TELL_IF_LATEST, latest)
    work.batch.executemany(_SEEN_BEFORE, first)


def tell(work: Work, ids: Collection[int]) -> None:
    """Write of stubs and guests what their latest order, or else checkout, says; whom nothing names is gone."""
    if not ids:
        return
    orders, checkouts = _latest(work, _LATEST_ORDERS, ids), _latest(work, _LATEST_CHECKOUTS, ids)
    shop_id, rows = work.shop.id, []
    for customer_id in orders.keys() | checkouts.keys():
        said = [found[customer_id] for found in (orders, checkouts) if customer_id in found]
        rows.append((*_told(said[0], min(one.at for one in said)), shop_id, customer_id))
    work.batch.executemany(_TELL, rows)
    gone = [(work.now, shop_id, one) for one in ids if one not in orders and one not in checkouts]
    work.batch.executemany(_GONE, gone)


def _latest(work: Work, sql: str, ids: Collection[int]) -> dict[int, Saying]:
    """What the latest of each customer's says, with the time of the first."""
    latest: dict[int, Saying] = {}
    for customer_id, external_id, email, phone, address, locale, first_at in work.batch.rows(
        sql, {"ids": list(ids)}, jsons=(4,)
    ):
        if customer_id not in latest or latest[customer_id].external_id < external_id:
            latest[customer_id] = Saying(external_id, email, phone, address or {}, locale, first_at)
    return latest


def _told(said: Saying, first_at: Any) -> tuple[Any, ...]:
    """The values of `_TOLD`."""
    at = said.address
    first, last = at.get("first_name", ""), at.get("last_name", "")
    return (
        said.email, email_key(said.email), said.phone or at.get("phone"), first, last, name_key(first, last),
        said.locale, at.get("country_code"), first_at,
    )  # fmt: skip
