"""The list of customers: found by the beginning of a name or an email, in four orders, a page at a time."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, or_, tuple_
from sqlmodel import col, select

from app.commerce.identity import name_key
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
    "never": (CustomerStats.customer_id,),
    "name": (Customer.name_key, Customer.id),
}
_BIGGEST = 2**63 - 1
_LATEST = to_micros(datetime.max.replace(tzinfo=UTC))
_LAST = "\U0010ffff"  # sorts after every letter


@dataclass(frozen=True)
class Found:
    customer: Customer
    stats: CustomerStats
    key: Key  # where a page that ends here goes on


def find(scope: ShopScope, text: str, sort: Sort, after: Key | None, limit: int) -> list[Found]:
    """Customers that match, from after the key on. By last order, those who never ordered come last: they are a part of
    their own, so that each part is read straight from an index."""
    if sort != "last":
        return _part(scope, text, sort, after, limit)
    found = [] if after and len(after) == 1 else _part(scope, text, "last", after, limit)
    if len(found) < limit:
        found += _part(scope, text, "never", after if after and len(after) == 1 else None, limit - len(found))
    return found


def _part(scope: ShopScope, text: str, sort: str, after: Key | None, limit: int) -> list[Found]:
    columns = [col(column) for column in _BY[sort]]
    joined = select(Customer, CustomerStats).join(CustomerStats, col(CustomerStats.customer_id) == col(Customer.id))
    wanted = joined.where(*_matching(text))
    if sort in ("last", "never"):
        has_ordered = col(CustomerStats.last_order_at).is_not(None)
        wanted = wanted.where(has_ordered if sort == "last" else ~has_ordered)
    if after:
        place, end = tuple_(*columns), tuple_(*_values(sort, after))
        wanted = wanted.where(place > end if sort == "name" else place < end)
    ordered = wanted.order_by(*(column if sort == "name" else column.desc() for column in columns))
    return [Found(row[0], row[1], _key(sort, row)) for row in scope.rows(ordered.limit(limit))]


def _matching(text: str) -> list[ColumnElement[bool]]:
    """The beginning of the name as it is sorted, of any later word of it, or of the email."""
    is_there: list[ColumnElement[bool]] = [col(Customer.deleted_at).is_(None)]
    folded = name_key("", " ".join(text.split()))
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


def _key(sort: str, row: Any) -> Key:
    customer, stats = row
    values = [getattr(customer if sort == "name" else stats, column.key) for column in _BY[sort]]
    # As text: ids and times have more digits than all readers of JSON agree on.
    return [str(to_micros(value)) if isinstance(value, datetime) else str(value) for value in values]


def _values(sort: str, key: Key) -> list[Any]:
    """A key's parts as the database compares them. Raises BadInput for a key of another list, or a made-up one."""
    numbers = key[1:] if sort == "name" else key
    if len(key) != len(_BY[sort]) or not all(re.fullmatch(r"-?[0-9]{1,19}", str(part)) for part in numbers):
        raise BadInput(_("This address is not complete."))
    whole = [max(-_BIGGEST, min(int(part), _BIGGEST)) for part in numbers]
    if sort == "name":
        return [str(key[0]), *whole]
    return [from_micros(min(abs(whole[0]), _LATEST)), *whole[1:]] if sort == "last" else list(whole)
