"""Who bought: an order's customer, found or made, and what orders tell of people whose own record never came.

A customer id of the platform is one customer, made as a stub where only an order has named it so far; its record fills
the stub. A guest is the customer `guest:<email>`, so that the orders of one email add up (R24). An order with neither,
from a till, has none. Two registered customers of one email stay two: joining people is a rule of its own (R22, R23).
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import Any

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
_TELL = """
    UPDATE customers SET email = ?, email_key = ?, phone = ?, first_name = ?, last_name = ?, name_key = ?, locale = ?,
        country_code = ?, created_at = ?, deleted_at = NULL
    WHERE shop_id = ? AND id = ?"""


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


def people(work: Work, keys: Iterable[str | None]) -> dict[str, int]:
    """The ids of the customers of these keys, made where they are new."""
    wanted = [key for key in dict.fromkeys(keys) if key is not None]
    found = _found(work, wanted)
    _make(work, found, [key for key in wanted if key not in found])
    return found


def _found(work: Work, keys: list[str]) -> dict[str, int]:
    if not keys:
        return {}
    sql = "SELECT external_id, id FROM customers WHERE shop_id = :shop_id AND external_id = ANY(:keys)"
    return dict(work.batch.rows(sql, {"keys": keys}))


def _make(work: Work, found: dict[str, int], keys: list[str]) -> None:
    columns = ("id", "external_id", "is_guest", "is_known", "first_name", "last_name", "name_key")
    fresh = list(zip(new_ids(len(keys)), keys, strict=True))
    rows = [(one, key, key.startswith(GUEST), key.startswith(GUEST), "", "", "") for one, key in fresh]
    work.batch.insert(Customer, columns, rows)
    found.update((key, one) for one, key in fresh)


def told(work: Work, ids: Collection[int]) -> set[int]:
    """Those among the customers whose own record has not come, or never will."""
    if not ids:
        return set()
    sql = "SELECT id FROM customers WHERE shop_id = :shop_id AND id = ANY(:ids) AND (is_guest OR NOT is_known)"
    return {row[0] for row in work.batch.rows(sql, {"ids": list(ids)})}


def tell(work: Work, ids: Collection[int]) -> None:
    """Write of stubs and guests what their latest order, or else checkout, says; whom nothing names is gone."""
    if not ids:
        return
    latest = _latest(work, _LATEST_ORDERS, ids)
    latest |= _latest(work, _LATEST_CHECKOUTS, [one for one in ids if one not in latest])
    shop_id = work.shop.id
    work.batch.executemany(_TELL, [(*_told(row), shop_id, customer_id) for customer_id, row in latest.items()])
    gone = [(work.now, shop_id, customer_id) for customer_id in ids if customer_id not in latest]
    work.batch.executemany("UPDATE customers SET deleted_at = ? WHERE shop_id = ? AND id = ?", gone)


def _latest(work: Work, sql: str, ids: Collection[int]) -> dict[int, Any]:
    latest: dict[int, Any] = {}
    for row in work.batch.rows(sql, {"ids": list(ids)}, times=(6,), jsons=(4,)) if ids else ():
        if row[0] not in latest or latest[row[0]][1] < row[1]:
            latest[row[0]] = row
    return latest


def _told(row: Any) -> tuple[Any, ...]:
    _, _, email, phone, billing, locale, first_at = row
    at: Mapping[str, str] = billing or {}
    first, last = at.get("first_name", ""), at.get("last_name", "")
    return (
        email, email_key(email), phone or at.get("phone"), first, last, name_key(first, last), locale,
        at.get("country_code"), first_at,
    )  # fmt: skip
