"""The sweep: what differs is written and what is missing asked for, at night; and a plugin that comes back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer
from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.errors import AuthLost, PlatformDown
from app.jobs.models import JobRow
from app.journal.models import PendingFetch
from app.lib.clock import utc_now
from app.reasons import Kept, Reason
from app.shops.models import Shop
from connectors.base import Page, Resource, Wait
from connectors.records import Census, CustomerHead, CustomerRecord
from sync import runs, timetable, upkeep
from sync.models import Cursor, Run
from sync.sweep import at_night, sweep
from tests.conftest import make_shop
from tests.sync.told import job

WEEK_AGO = utc_now() - timedelta(days=7)


def person(number: int, name: str = "Ada") -> CustomerRecord:
    head = CustomerHead(WEEK_AGO, f"p{number}@example.com", first_name=name)
    return CustomerRecord(str(number), WEEK_AGO, head)


class Shopkeeper:
    """A client with some customers, two a page."""

    def __init__(self, people: Sequence[CustomerRecord]) -> None:
        self.people = people
        self.asked: list[tuple[str, str | None]] = []

    def refused(self) -> Sequence[Any]:
        return ()

    def sweep(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        self.asked.append((resource, cursor))
        at = int(cursor or 0) if resource == "customers" else len(self.people)
        last = int(self.people[at - 1].external_id) if at and resource == "customers" else 0
        while at < len(self.people):
            page, at = self.people[at : at + 2], at + 2
            until = int(page[-1].external_id) if at < len(self.people) else None
            census = Census("customer", last, until, tuple(one.external_id for one in page))
            yield Page([*page, census], str(at) if until else None)
            if until:
                last = until
                yield Wait(0.0, Reason("resting"), str(at))


@pytest.fixture
def woo(engine: Engine) -> Shop:
    made = make_shop(engine, platform="woocommerce", domain="shop.example")
    with shop_scope(engine, made.id, write=True) as scope:
        scope.shop.backfilled_at = WEEK_AGO
    return made


def swept(context: Context, shop: Shop, client: Shopkeeper, monkeypatch: pytest.MonkeyPatch, turns: int = 300) -> bool:
    """Is the sweep through after so many turns?"""
    monkeypatch.setattr(runs, "client_for", lambda context, shop_id: client)
    return any(sweep(context, job(shop, "sweep", "sweep")) is None for _ in range(turns))


def test_what_differs_is_written_and_what_is_missing_asked_for(
    context: Context, woo: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R7: customers change and go without a word."""
    assert swept(context, woo, Shopkeeper([person(n) for n in (2, 3, 5, 8, 13)]), monkeypatch)
    news = Shopkeeper([person(2), person(5, "Grace"), person(13), person(21)])  # 3 and 8 are gone, 5 has another name
    assert swept(context, woo, news, monkeypatch)
    with shop_scope(context.engine, woo.id) as scope:
        asked = {(row.kind, row.external_id) for row in scope.all(select(PendingFetch))}
        known = {row.external_id: row.deleted_at for row in scope.all(select(Customer))}
        assert scope.all(select(Cursor)) == []  # a sweep is no pull: it says nothing of what changed
        assert scope.all(select(Run)) == []  # through, and the next begins anew
    # of one moment with other content: read afresh, like what is missing
    assert asked == {("customer", "5"), ("deleted:customer", "3"), ("deleted:customer", "8")}
    assert known == dict.fromkeys(["2", "3", "5", "8", "13", "21"])  # nobody is removed on hearsay


def test_a_sweep_goes_on_where_it_was_stopped(context: Context, woo: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Shopkeeper([person(n) for n in range(1, 8)])
    assert not swept(context, woo, client, monkeypatch, turns=2)
    with shop_scope(context.engine, woo.id) as scope:
        [run] = scope.all(select(Run).where(Run.resource == "customers"))
        kept = run.cursor
    assert (run.kind, kept) in [("sweep", "2"), ("sweep", "4")]
    runs._drop(run.id)  # the worker is killed
    assert swept(context, woo, client, monkeypatch)
    assert ("customers", kept) in client.asked


def test_a_shop_that_is_not_read_yet_is_not_swept(
    context: Context, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = make_shop(engine, platform="woocommerce", domain="fresh.example")
    assert swept(context, fresh, Shopkeeper([person(1)]), monkeypatch, turns=1)


def test_each_shop_is_swept_in_one_hour_of_its_own_night(
    context: Context, engine: Engine, shop: Shop, woo: Shop
) -> None:
    far = make_shop(engine, platform="woocommerce", domain="far.example", timezone="Pacific/Auckland")
    hours: dict[int, list[int]] = {}
    for hour in range(24):
        now = datetime(2026, 6, 1, hour, 20, tzinfo=UTC)
        for one in (shop, woo, far):
            with shop_scope(engine, one.id, write=True) as scope:
                at_night(scope, now)
            if _take(engine, one):
                hours.setdefault(one.id, []).append(hour)
    assert shop.id not in hours  # Shopify tells of every change
    assert [(hour + 2) % 24 for hour in hours[woo.id]] == [1 + woo.id % 4]  # Berlin in summer
    assert [(hour + 12) % 24 for hour in hours[far.id]] == [1 + far.id % 4]


def _take(engine: Engine, shop: Shop, name: str = "sweep") -> bool:
    with every_shop(engine, write=True) as db:
        waiting = db.all(select(JobRow).where(JobRow.shop_id == shop.id, JobRow.name == name))
        for row in waiting:
            db.delete(row)
    return bool(waiting)


class SwitchedOff:
    """A shop whose plugin comes back."""

    def __init__(self) -> None:
        self.trouble: Exception | None = AuthLost("WooCommerce is switched off at shop.example.", "activate")

    def facts(self) -> None:
        if self.trouble is not None:
            raise self.trouble


def test_a_plugin_that_is_switched_off_pauses_the_shop_until_it_is_back(
    context: Context, woo: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = SwitchedOff()
    monkeypatch.setattr(upkeep, "client_for", lambda context, shop_id: client)
    with pytest.raises(AuthLost):
        upkeep.refresh_shop(context, job(woo, "facts"))
    why = {"code": "no_access", "details": "WooCommerce is switched off at shop.example."}
    assert _state(context, woo) == ("paused", "activate", why)
    for trouble in (client.trouble, PlatformDown("shop.example does not answer.")):
        client.trouble = trouble
        upkeep.revive(context, job(woo, "revive"))
        assert _state(context, woo)[0] == "paused"
    with shop_scope(context.engine, woo.id, write=True) as scope:
        timetable.revive(scope, utc_now())
    assert _take(context.engine, woo, "revive")
    client.trouble = None
    upkeep.revive(context, job(woo, "revive"))
    assert _state(context, woo) == ("active", None, None)


def test_a_shop_that_waits_for_new_keys_does_not_go_on_by_itself(
    context: Context, woo: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = SwitchedOff()
    client.trouble = AuthLost("shop.example does not accept this key.")
    monkeypatch.setattr(upkeep, "client_for", lambda context, shop_id: client)
    with pytest.raises(AuthLost):
        upkeep.refresh_shop(context, job(woo, "facts"))
    client.trouble = None
    upkeep.revive(context, job(woo, "revive"))
    assert _state(context, woo)[:2] == ("paused", "connect")


def _state(context: Context, shop: Shop) -> tuple[str, str | None, Kept | None]:
    with shop_scope(context.engine, shop.id) as scope:
        return scope.shop.state, scope.shop.remedy, scope.shop.state_reason
