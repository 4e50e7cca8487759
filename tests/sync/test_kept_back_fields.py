"""Fields that Shopify refuses after they were known: what is known stays, and what is really emptied is followed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col

from app.commerce.models import Customer, LineItem, Order
from app.db.scope import shop_scope
from app.journal.keep import request_fetches
from app.lib.clock import utc_now
from sync.backfill import backfill
from sync.fetch import fetch
from sync.models import RefusedField, Run
from sync.pull import pull
from tests.sync.proving import Copy, copied

REFUSED = [
    "Order.email", "Order.phone", "Order.customer", "Order.note", "Order.billingAddress", "MailingAddress.phone",
    "MailingAddress.firstName", "MailingAddress.zip", "LineItem.product", "LineItem.variant", "Customer.firstName",
    "Customer.lastName", "Customer.defaultEmailAddress", "Customer.defaultPhoneNumber", "Customer.note",
]  # fmt: skip
OF_ORDERS = ("email", "phone", "note", "customer_id", "customer_external_id", "billing", "shipping")
OF_PEOPLE = ("email", "phone", "first_name", "last_name", "name_key", "note", "address")


@pytest.fixture
def copy(engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(engine, tmp_path, orders=25, face="shopify") as found:
        yield found


def by_pull(copy: Copy) -> None:
    copy.run(pull, "pull", "ingest")
    copy.run(fetch, "fetch", "fetch")


def by_bulk(copy: Copy) -> None:
    with shop_scope(copy.context.engine, copy.shop_id, write=True) as scope:
        scope.execute(delete(Run).where(col(Run.kind) == "backfill"))
    copy.run(backfill, "backfill", "ingest")
    copy.run(fetch, "fetch", "fetch")


def by_id(copy: Copy) -> None:
    asked = [("order", one.external_id) for one in copy.all(Order)]
    asked += [("customer", one.external_id) for one in copy.all(Customer) if one.is_known]
    with shop_scope(copy.context.engine, copy.shop_id, write=True) as scope:
        request_fetches(scope, asked, "asked", utc_now())
    copy.run(fetch, "fetch", "fetch")


def known(copy: Copy) -> dict[Any, Any]:
    """All that the shop has told of people, by the row that holds it."""
    found: dict[Any, Any] = {one.external_id: _of(one, OF_ORDERS) for one in copy.all(Order)}
    found |= {("person", one.external_id): _of(one, OF_PEOPLE) for one in copy.all(Customer)}
    lines = copy.all(LineItem)
    return found | {("line", one.external_id): (one.product_external_id, one.variant_external_id) for one in lines}


def _of(row: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(row, name) for name in names]


@pytest.mark.parametrize("read", [by_pull, by_bulk, by_id])
def test_what_is_refused_from_now_on_stays_as_it_was_known(copy: Copy, read: Callable[[Copy], None]) -> None:
    before = known(copy)
    buyer = next(one for one in copy.all(Customer) if one.is_known and one.email and one.first_name)
    sold = next(one for one in copy.all(Order) if one.email and one.billing and one.customer_id)
    copy.faults(fields=REFUSED)
    copy.act("change_customer", person_id=int(buyer.external_id), tags=["Seen"])
    copy.act("change_order", order_id=int(sold.external_id), note="none of our business")
    read(copy)
    assert copy.all(RefusedField)
    assert known(copy) == before
    assert next(one for one in copy.all(Customer) if one.id == buyer.id).tags == ["Seen"]
    assert copy.order(sold.external_id).updated_at > sold.updated_at


def test_what_the_merchant_empties_is_followed_also_while_something_else_is_refused(copy: Copy) -> None:
    buyer = next(one for one in copy.all(Customer) if one.is_known and one.first_name and one.last_name)
    copy.faults(fields=["Customer.lastName", "MailingAddress.phone"])
    copy.act("change_customer", person_id=int(buyer.external_id), first_name="", last_name="", note="")
    by_pull(copy)
    now = next(one for one in copy.all(Customer) if one.id == buyer.id)
    assert (now.first_name, now.last_name) == ("", buyer.last_name)
    copy.faults()
    by_id(copy)
    now = next(one for one in copy.all(Customer) if one.id == buyer.id)
    assert (now.first_name, now.last_name) == ("", "")
    assert copy.differences() == []
