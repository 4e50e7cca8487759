"""Fields that Shopify refuses: what is known stays, what is emptied is followed, what is granted later is read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete
from sqlmodel import col, select

from app.commerce.models import Checkout, Customer, LineItem, Order
from app.db.scope import every_shop, shop_scope
from app.jobs.models import JobRow
from app.journal.keep import request_fetches
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.shops.clients import granted_resources
from sync.backfill import backfill
from sync.fetch import fetch
from sync.models import RefusedField, Run
from sync.pull import pull
from sync.upkeep import check_installation
from tests.sync.proving import Copy, copied

REFUSED = [
    "Order.email", "Order.phone", "Order.customer", "Order.note", "Order.billingAddress", "MailingAddress.phone",
    "MailingAddress.firstName", "MailingAddress.zip", "LineItem.product", "LineItem.variant", "Customer.firstName",
    "Customer.lastName", "Customer.defaultEmailAddress", "Customer.defaultPhoneNumber", "Customer.note",
]  # fmt: skip
OF_ADDRESSES = {"defaultAddress.phone", "defaultAddress.firstName", "defaultAddress.zip"}
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


def refused(copy: Copy) -> set[str]:
    return {one.field for one in copy.all(RefusedField)}


def look_at_the_installation(copy: Copy) -> set[str]:
    """What a backfill would read again by now."""
    with shop_scope(copy.context.engine, copy.shop_id) as scope:
        granted = set(granted_resources(scope.shop))
    copy.run(check_installation, "installation", "push")
    return granted - {one.resource for one in copy.all(Run, Run.kind == "backfill")}


@pytest.fixture
def thin(engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    """A copy whose whole history was read while the shop kept fields back."""
    with copied(engine, tmp_path, "--faults", f"fields={','.join(REFUSED)}", orders=25, face="shopify") as found:
        yield found


def test_what_is_granted_later_is_read_again_by_itself_and_once(thin: Copy) -> None:
    """No webhook tells that a level of protected data was granted in the Partner Dashboard."""
    assert {"Order.email", "Order.billingAddress", "Customer.firstName"} <= refused(thin)
    assert not any(one.email or one.first_name for one in thin.all(Customer))
    assert look_at_the_installation(thin) == set()  # nothing was granted yet
    thin.faults()
    assert look_at_the_installation(thin) == {"orders", "customers"}
    assert refused(thin) == set()
    thin.run(backfill, "backfill", "ingest")
    assert thin.all(PendingFetch) == []  # it is all in the files: nothing is asked for one by one
    assert thin.differences() == []
    assert any(one.email and one.first_name for one in thin.all(Customer))
    assert any(one.customer_id for one in thin.all(Order))
    assert look_at_the_installation(thin) == set()


def test_only_what_a_granted_field_stands_in_is_read_again(thin: Copy) -> None:
    still = [name for name in REFUSED if not name.startswith("Customer.")]
    thin.faults(fields=still)
    assert look_at_the_installation(thin) == {"customers"}
    assert refused(thin) >= {"Order.email", "Order.billingAddress"}
    assert {name.partition(".")[2] for name in refused(thin) if name.startswith("Customer.")} == OF_ADDRESSES
    assert look_at_the_installation(thin) == {"customers"}  # the backfill waits for its turn, and nothing else is begun


def test_a_field_in_a_part_that_is_refused_whole_was_not_granted(copy: Copy) -> None:
    copy.faults(fields=["MailingAddress.phone"])
    by_id(copy)
    parts = {"Order.billingAddress", "Order.shippingAddress", "Customer.defaultAddress"}
    assert refused(copy) == {f"{part}.phone" for part in parts}
    copy.faults(fields=sorted(parts))
    assert look_at_the_installation(copy) == set()
    assert "Order.billingAddress.phone" in refused(copy)


def test_a_list_that_was_refused_is_read_once_it_is_granted(engine: Engine, tmp_path: Path) -> None:
    with copied(engine, tmp_path, "--faults", "fields=QueryRoot.abandonedCheckouts", orders=25, face="shopify") as copy:
        assert refused(copy) == {"abandonedCheckouts"}
        variant = next(int(line.variant_external_id) for line in copy.all(LineItem) if line.variant_external_id)
        copy.act("abandon", items=[[variant, 1]], email="basket@example.com")
        assert look_at_the_installation(copy) == set()
        copy.faults()
        assert look_at_the_installation(copy) == {"checkouts"}
        copy.run(backfill, "backfill", "ingest")
        assert len(copy.all(Checkout)) == 1


def test_nothing_is_taken_out_of_the_hands_of_a_backfill(thin: Copy) -> None:
    with shop_scope(thin.context.engine, thin.shop_id, write=True) as scope:
        run = scope.first(select(Run).where(Run.resource == "orders"))
        run.state = "running"
    thin.faults()
    before = refused(thin)
    assert look_at_the_installation(thin) == set()
    assert refused(thin) == before  # asked again later


def test_a_first_import_asks_again_at_its_end_where_something_was_refused(thin: Copy) -> None:
    with every_shop(thin.context.engine) as db:
        assert "installation" in db.all(select(JobRow.name).where(JobRow.shop_id == thin.shop_id))
