"""Against a shop in a box: erased, then the whole history read again by every way; the audit finds no difference."""

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from app.commerce import queries as commerce
from app.commerce.models import Customer, CustomerStats, Order
from app.consent.tombstones import is_pseudonym
from app.db.scope import every_shop, shop_scope
from app.jobs.models import JobRow
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.privacy import wipe
from app.reactions import react
from app.shops.register import refresh_facts
from sync import audit as auditing
from sync import fetch as fetching
from sync import runs
from sync.backfill import backfill
from sync.fetch import fetch
from sync.models import Cursor, Run
from sync.pull import pull
from tests.connectors.shopify.conftest import DOMAIN, Box, box  # noqa: F401  the fixture itself
from tests.privacy.conftest import SECRET, Place, requests_in
from tests.serving import serving
from tests.waiting import PATIENCE


@pytest.fixture
def copied(place: Place, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:  # noqa: F811
    """A house that has the box's whole history."""
    for room in (runs, fetching, auditing, wipe):
        monkeypatch.setattr(room, "client_for", lambda context, shop_id: box.client(tmp_path))
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        refresh_facts(scope.shop, box.client(tmp_path).facts())
        scope.shop.domain, scope.shop.state = DOMAIN, "connecting"
    place.shop.domain = DOMAIN
    place.handlers |= {"backfill": backfill, "pull": pull, "fetch": fetch, "react": react}
    sync(place, "backfill")
    return place


def sync(place: Place, kind: str) -> None:
    """The whole history once more, as if nothing had been read before."""
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        scope.execute(delete(Run))
        scope.execute(delete(Cursor))
        scope.shop.state = "connecting" if kind == "backfill" else "active"
    place.defer(kind)
    settle(place)


def settle(place: Place) -> None:
    """Work until nothing is due, or will be in a moment."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        place.work()
        with every_shop(place.context.engine) as db:
            due = db.first(select(JobRow.due_at).where(JobRow.state == "ready").order_by(col(JobRow.due_at)).limit(1))
        if due is None or (due - utc_now()).total_seconds() > 5:
            return
        time.sleep(max(0.0, (due - utc_now()).total_seconds()))
    raise AssertionError("there is no end to it")


def somebody(place: Place) -> tuple[Customer, list[Order]]:
    """A customer with an account, an address and several orders."""
    with shop_scope(place.context.engine, place.shop.id) as scope:
        several = select(Customer).join(CustomerStats, col(CustomerStats.customer_id) == col(Customer.id))
        wanted = (
            col(CustomerStats.orders_count) >= 2,
            col(Customer.is_guest).is_(False),
            col(Customer.email).is_not(None),
        )
        she = scope.first(several.where(*wanted).order_by(col(Customer.external_id)))
        assert she is not None
        return she, list(scope.all(select(Order).where(Order.customer_id == she.id)))


def figures(place: Place) -> Any:
    with shop_scope(place.context.engine, place.shop.id) as scope:
        stats = sorted((row.orders_count, row.net_minor) for row in scope.all(select(CustomerStats)))
        return commerce.figures(scope), stats


def differences(place: Place) -> list[str]:
    return [str(one) for one in auditing.audit(place.context, place.shop.id).differences]


def ids(place: Place) -> set[str | None]:
    """By which customers are known."""
    return {row.external_id for row in place.all(Customer)} | {row.customer_external_id for row in place.all(Order)}


def test_a_full_re_sync_does_not_bring_her_back(copied: Place, box: Box, tmp_path: Path) -> None:  # noqa: F811
    """R56, R59."""
    she, orders = somebody(copied)
    before = figures(copied)
    assert differences(copied) == []
    assert she.email is not None
    needles = [she.email, f"{she.first_name} {she.last_name}"]
    assert {line.split(":")[0] for line in copied.needles(needles)} >= {"customers", "orders"}
    body = {
        "shop_id": 1, "shop_domain": DOMAIN,
        "customer": {"id": int(she.external_id), "email": she.email, "phone": she.phone},
        "orders_to_redact": [int(orders[0].external_id)],
    }  # fmt: skip
    assert copied.post("customers/redact", body) == 200
    settle(copied)
    assert [row.outcome for row in requests_in(copied)] == ["erased"]

    for kind in ("backfill", "pull"):
        sync(copied, kind)
        assert copied.needles(needles) == [], kind
        assert she.external_id not in ids(copied)
        assert (figures(copied), differences(copied)) == (before, []), kind

    with serving(copied.client.application) as port:
        address = f"http://localhost:{port}/webhooks/shopify"
        box.client(tmp_path).subscribe(address, SECRET)
        box.act("change_customer", person_id=int(she.external_id), first_name=she.first_name, last_name="Later")
        box.act("refund", order_id=int(orders[0].external_id))
        again = box.act("place_order", email=she.email)
        box.post("/_sandbox/webhooks/flush")
        settle(copied)
        box.client(tmp_path).unsubscribe(address)
    assert {row.topic for row in copied.all(Delivery)} >= {"customers/update", "orders/updated", "orders/create"}
    assert {row.state for row in copied.all(Delivery)} == {"done"}
    order = next(row for row in copied.all(Order) if row.external_id == str(again["order_id"]))
    assert is_pseudonym(order.customer_external_id or "")
    assert copied.needles([*needles, "Later"]) == []
    assert she.external_id not in ids(copied)
    assert differences(copied) == []
