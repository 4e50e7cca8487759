"""The list of customers: found by the beginning of a name or an email, in four orders, a page at a time."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, exists, or_, tuple_
from sqlmodel import col, select

from app.commerce.models import Customer, CustomerStats
from app.db.columns import from_micros, to_micros
from app.db.scope import ShopScope
from app.errors import BadInput
from app.lib.i18n import _

Sort = Literal["net", "orders", "last", "name"]
SORTS: tuple[Sort, ...] = ("net", "orders", "last", "name")
Key = list[Any]

_BY: dict[str, tuple[Any, ...]] = {
    "net": (CustomerStats.net_minor, CustomerStats.customer_id),
    "orders": (CustomerStats.orders_count, CustomerStats.net_minor, CustomerStats.customer_id),
    "last": (CustomerStats.last_order_at, CustomerStats.customer_id),
    "name": (Customer.name_key, Customer.id),
}
_LAST = "\U0010ffff"  # sorts after every letter


@dataclass(frozen=True)
class Found:
    customer: Customer
    stats: CustomerStats | None  # None: no order yet
    key: Key  # where a page that ends here goes on


def find(scope: ShopScope, text: str, sort: Sort, after: Key | None, limit: int) -> list[Found]:
    """Customers that match, from after the key on. Sorted by a figure, those without orders come last, newest first:
    so each part of the list is read straight from an index."""
    if sort == "name":
        return _by_name(scope, text, after, limit)
    rows = [] if after and after[0] == "none" else _by_figure(scope, text, sort, after, limit)
    if len(rows) < limit:
        rows += _without_orders(scope, text, after, limit - len(rows))
    return rows


def fold(text: str) -> str:
    """Lower case without accents, spaces single: how names are kept for search."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(plain.split())


def _by_figure(scope: ShopScope, text: str, sort: Sort, after: Key | None, limit: int) -> list[Found]:
    columns = [col(column) for column in _BY[sort]]
    joined = select(Customer, CustomerStats).join(CustomerStats, col(CustomerStats.customer_id) == col(Customer.id))
    wanted = joined.where(*_matching(text), col(CustomerStats.last_order_at).is_not(None))
    if after:
        wanted = wanted.where(tuple_(*columns) < tuple_(*_values(sort, after)))
    rows = scope.rows(wanted.order_by(*(column.desc() for column in columns)).limit(limit))
    return [Found(row[0], row[1], _key(sort, row[1])) for row in rows]


def _without_orders(scope: ShopScope, text: str, after: Key | None, limit: int) -> list[Found]:
    ordered = exists().where(
        col(CustomerStats.customer_id) == col(Customer.id), col(CustomerStats.last_order_at).is_not(None)
    )
    wanted = select(Customer).where(*_matching(text), ~ordered)
    if after and after[0] == "none":
        wanted = wanted.where(col(Customer.id) < int(after[1]))
    customers = scope.all(wanted.order_by(col(Customer.id).desc()).limit(limit))
    return [Found(customer, None, ["none", str(customer.id)]) for customer in customers]


def _by_name(scope: ShopScope, text: str, after: Key | None, limit: int) -> list[Found]:
    joined: Select[Any] = select(Customer, CustomerStats).join(
        CustomerStats, col(CustomerStats.customer_id) == col(Customer.id), isouter=True
    )
    wanted = joined.where(*_matching(text))
    if after:
        wanted = wanted.where(tuple_(col(Customer.name_key), col(Customer.id)) > tuple_(after[0], int(after[1])))
    rows = scope.rows(wanted.order_by(col(Customer.name_key), col(Customer.id)).limit(limit))
    return [Found(row[0], row[1], [row[0].name_key, str(row[0].id)]) for row in rows]


def _matching(text: str) -> list[ColumnElement[bool]]:
    """The beginning of the name as it is sorted, of any later word of it, or of the email."""
    is_there = [col(Customer.deleted_at).is_(None)]
    folded = fold(text)
    if not folded:
        return is_there
    email = text.strip().lower()
    return [
        *is_there,
        or_(
            col(Customer.name_key).between(folded, folded + _LAST),
            col(Customer.name_key).contains(" " + folded, autoescape=True),
            col(Customer.email_key).between(email, email + _LAST),
        ),
    ]


def _key(sort: Sort, stats: CustomerStats) -> Key:
    values = (getattr(stats, column.key) for column in _BY[sort])
    # Ids and times as text: they have more digits than JSON's readers agree on.
    return [str(to_micros(value) if isinstance(value, datetime) else value) for value in values]


def _values(sort: Sort, key: Key) -> list[Any]:
    if len(key) != len(_BY[sort]) or not all(re.fullmatch(r"-?\d{1,19}", str(part)) for part in key):
        raise BadInput(_("This address is not complete."), "after")
    numbers = [int(part) for part in key]
    return [from_micros(numbers[0]), *numbers[1:]] if sort == "last" else list(numbers)
