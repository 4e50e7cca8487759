"""A shop that tells of nothing, from its keys to our rows: what changed and went in silence is found all the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer, Order, PlatformFact
from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.journal.models import FailedRecord
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.settings import read
from app.shops.connect import connect
from sync.backfill import backfill
from sync.fetch import fetch
from sync.pull import pull
from sync.sweep import sweep

Handler = Callable[[Context, Job], Again | None]


@dataclass
class Place:
    context: Context
    shop_id: int

    def work(self, what: Handler) -> None:
        for _ in range(3000):
            job = Job(id=1, shop_id=self.shop_id, name=what.__name__, key="", lane="ingest", attempts=0)
            if what(self.context, job) is None:
                return
        raise AssertionError(f"{what.__name__} does not come to an end")

    def held(self, kind: type[Any], external_id: str) -> Any:
        with shop_scope(self.context.engine, self.shop_id) as scope:
            return scope.first(select(kind).where(kind.external_id == external_id))


@pytest.fixture
def place(woocommerce_shop: Any, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Place]:
    settings = replace(read({"REGULARS_HOME": str(tmp_path)}), allow_private_shops=True)
    context = Context(settings, sqlite_engine, Keyring.load(settings))
    keys = {"consumer_key": woocommerce_shop.info["key"], "consumer_secret": woocommerce_shop.info["secret"]}
    made = Place(context, connect(context, "woocommerce", woocommerce_shop.url, keys, utc_now()))
    made.work(backfill)
    yield made
    with shop_scope(context.engine, made.shop_id) as scope:
        assert [failed.error for failed in scope.all(select(FailedRecord))] == []


def test_customers_and_orders_that_went_in_silence_are_found(place: Place, woocommerce_shop: Any) -> None:
    """R7, R17: without a single webhook."""
    transport = woocommerce_shop.client()._transport
    rows = transport.get("wc/v3/customers", {"per_page": 3, "orderby": "id", "order": "asc"}).json()
    gone, renamed = str(rows[0]["id"]), str(rows[1]["id"])
    assert place.held(Customer, gone).deleted_at is None
    transport.send("DELETE", f"wc/v3/customers/{gone}", {"force": "true"})
    transport.send("PUT", f"wc/v3/customers/{renamed}", body={"first_name": "Renamed"})
    place.work(sweep)
    place.work(fetch)
    assert place.held(Customer, gone).deleted_at is not None
    assert place.held(Customer, renamed).first_name == "Renamed"
    assert place.held(Customer, str(rows[2]["id"])).deleted_at is None


def test_coupons_are_kept_as_the_shops_own_and_pulled(place: Place, woocommerce_shop: Any) -> None:
    transport = woocommerce_shop.client()._transport
    made = transport.send("POST", "wc/v3/coupons", body={"code": "quiet-10", "amount": "10.00"}).json()
    place.work(pull)
    assert place.held(PlatformFact, str(made["id"])).said["code"] == "quiet-10"


def test_an_order_that_changes_brings_its_customer(place: Place, woocommerce_shop: Any) -> None:
    transport = woocommerce_shop.client()._transport
    orders = transport.get("wc/v3/orders", {"per_page": 50, "status": "completed"}).json()
    order = next(row for row in orders if row["customer_id"])
    buyer = str(order["customer_id"])
    transport.send("PUT", f"wc/v3/customers/{buyer}", body={"last_name": "Moved"})
    transport.send("PUT", f"wc/v3/orders/{order['id']}", body={"status": "processing"})
    place.work(pull)
    place.work(fetch)
    assert place.held(Order, str(order["id"])).status == "processing"
    assert place.held(Customer, buyer).last_name == "Moved"
