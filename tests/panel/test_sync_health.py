"""Sync health: how fast it goes, what waits, and a retry that says what came of it. Nothing needs connecting again."""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.claims import Claims, Lane
from app.jobs.models import JobRow
from app.jobs.turns import Turns
from app.journal.keep import resolve_failures
from app.journal.models import Delivery, Event, FailedRecord, JournalEntry
from app.lib.clock import real_now, utc_now
from app.lib.encryption import Keyring
from app.panel.attention import JOBS
from app.panel.topics import topic_words
from app.proof.models import Reconciliation
from app.reasons import Reason
from app.settings import read
from connectors.shopify.topics import TOPICS as SHOPIFY
from connectors.woocommerce.webhooks import TOPICS as WOOCOMMERCE
from sync.__main__ import HANDLERS
from sync.models import Run
from sync.queries import pace
from tests.panel.conftest import House
from tests.panel.pages import ACTIONS, address, change

PAGE = "/panel/connections/health"
SETTINGS = "Reading the shop's settings"


def retried(house: House, what: str) -> str:
    """Press the button; where it leads to."""
    answer = house.client.post(address(house, ACTIONS[what], house.ours), headers={"X-CSRF-Token": house.csrf})
    assert answer.status_code == 303
    return answer.location


def row_of(page: str, what: str) -> str:
    """What the page says of one that failed."""
    return next(
        (row for row in re.findall(r"<li id=.*?</li>", page, re.DOTALL) if f"<strong>{what}</strong>" in row), ""
    )


def test_every_job_has_a_name_that_a_merchant_reads() -> None:
    assert set(HANDLERS) - set(JOBS) == set()


def test_the_pace_and_the_time_left_are_shown(house: House) -> None:
    """R9."""
    now = utc_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        run = scope.add(
            Run(shop_id=scope.shop_id, kind="backfill", resource="orders", done=4000, total=10_000, started_at=now,
                changed_at=now)
        )  # fmt: skip
        scope.flush()
        for seconds in (10, 8, 4, 1):
            counts = {"created": 900, "updated": 100, "deferred": 7}
            at = now - timedelta(seconds=seconds)
            scope.add(JournalEntry(shop_id=scope.shop_id, at=at, source="backfill", kind="orders", run_id=run.id,
                                   counts=counts))  # fmt: skip
        scope.flush()
        assert pace(scope, run, now) == 300.0  # the first page had come before these ten seconds
    page = house.client.get(PAGE).text
    assert "4,000 of 10,000 records" in page
    assert "records a second" in page
    assert re.search(r"done <time[^>]*>in ", page)
    assert "every 2s" in page


def test_a_wait_says_why(house: House) -> None:
    now = real_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        note = Reason("file_grows", {"records": 41_000}, "bulk 7").kept()
        scope.add(Run(shop_id=scope.shop_id, kind="pull", resource="orders", state="waiting", note=note,
                      started_at=now, changed_at=now))  # fmt: skip
    page = house.client.get(PAGE).text
    assert "Shopify puts the records together: 41,000 so far." in page
    assert "<code>bulk 7</code>" in page


def test_a_job_that_is_tried_again_by_itself_says_when(house: House) -> None:
    now = utc_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.add(JobRow(shop_id=scope.shop_id, name="backfill", lane="ingest", attempts=2, error="KeyError: 'odd'",
                         held=True, due_at=now + timedelta(minutes=5), created_at=now))  # fmt: skip
    row = row_of(house.client.get(PAGE).text, "Copying the history")
    assert re.search(r"is tried again by itself <time[^>]*>in 5 minutes", row)
    assert "<code>KeyError: &#39;odd&#39;</code>" in row
    assert "<form" not in row


@pytest.mark.parametrize("state", ["paused", "uninstalled"])
def test_a_shop_that_cannot_be_asked_says_so_and_what_to_do(house: House, state: str) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.shop.state, scope.shop.remedy = state, "reopen" if state == "paused" else None
        scope.shop.state_reason = Reason("no_access", details="HTTP 401").kept()
    page = house.client.get(PAGE).text
    assert "The shop does not let Regulars in any more." in page
    assert "<code>HTTP 401</code>" in page
    assert ("Open Regulars in your Shopify admin" in page) is (state == "paused")
    assert "Nothing, until the shop is connected again." in page


def test_nothing_that_runs_is_asked_for_seldom(house: House) -> None:
    assert "every 20s" in house.client.get(PAGE).text


def test_a_retried_delivery_says_what_came_of_it(house: House) -> None:
    place = retried(house, "retry a delivery")
    assert "being tried again" in row_of(house.client.get(place).text, "Orders · changed")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        (delivery,) = scope.all(select(Delivery))
        delivery.state, delivery.error = "failed", "amount: 'twelve'"
    assert "amount: &#39;twelve&#39;" in row_of(house.client.get(place).text, "Orders · changed")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.get(Delivery, delivery.id).state = "done"
    assert "It went through." in row_of(house.client.get(place).text, "Orders · changed")


def test_a_retried_record_says_what_came_of_it(house: House) -> None:
    place = retried(house, "retry a record")
    assert "being tried again" in row_of(house.client.get(place).text, "Order 4711")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        resolve_failures(scope, "order", ["4711"], utc_now())
    assert "It went through." in row_of(house.client.get(place).text, "Order 4711")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        (record,) = scope.all(select(FailedRecord))
        record.resolved_at = utc_now() - timedelta(hours=2)
    assert row_of(house.client.get(place).text, "Order 4711") == ""


def test_a_retried_reaction_says_what_came_of_it(house: House) -> None:
    place = retried(house, "retry a reaction")
    assert "being tried again" in row_of(house.client.get(place).text, "Reacting to a new order")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        (event,) = scope.all(select(Event))
        assert (event.state, event.attempts) == ("pending", 0)
        assert scope.first(select(JobRow.id).where(JobRow.name == "react")) is not None
        event.state = "done"
    assert "It went through." in row_of(house.client.get(place).text, "Reacting to a new order")


def test_a_dead_job_is_named_with_its_cause_and_tried_again(house: House) -> None:
    """R19."""
    row = row_of(house.client.get(PAGE).text, "Reading the shop's settings")
    assert "amount: &#39;12,3&#39;" in row
    place = retried(house, "retry a job")
    assert "being tried again" in row_of(house.client.get(place).text, "Reading the shop's settings")
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        job = scope.first(select(JobRow).where(JobRow.name == "facts"))
        assert job is not None
        assert job.state == "ready"
        scope.delete(job)
    assert "It went through." in row_of(house.client.get(place).text, "Reading the shop's settings")


def test_a_job_that_is_tried_again_while_the_shop_is_paused_waits_for_it(house: House) -> None:
    """What needs the shop is not lost: it is named until the shop is connected again, and then done."""
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.shop.state, scope.shop.state_reason = "paused", Reason("no_access").kept()
    place = retried(house, "retry a job")
    work_off(house, "push")
    assert "It waits until the shop is connected again" in row_of(house.client.get(place).text, SETTINGS)
    now = house.client.get(PAGE).text
    assert f"<li>{SETTINGS}</li>" in now.partition("This waits for it:")[2]
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        (left,) = scope.all(select(JobRow).where(JobRow.name == "facts"))
        assert (left.state, left.error) == ("ready", None)
        scope.shop.state = "uninstalled"
        left.due_at = utc_now()
    work_off(house, "push")
    with shop_scope(house.engine, house.ours.id) as scope:
        assert scope.all(select(JobRow).where(JobRow.name == "facts")) == []  # there is nothing to wait for


def work_off(house: House, lane: str) -> None:
    """What is due in a lane of ours, as a worker does it."""
    settings = read({"REGULARS_HOME": str(Path(house.engine.url.database or "").parent)})
    context = Context(settings, house.engine, Keyring.load(settings))
    handlers = {name: partial(work, context) for name, work in HANDLERS.items()}
    Turns(Claims(house.engine, "worker"), handlers).take(Lane(house.ours.id, lane), lambda: True)


@pytest.mark.parametrize("tried", ["job-<b>x</b>", "delivery-x", "delivery-99999999999999999999", "x", "record-1", "-"])
def test_what_nobody_pressed_says_nothing(house: House, tried: str) -> None:
    plain = house.client.get(PAGE).text.count("<li>")
    answer = house.client.get(PAGE, query_string={"tried": tried})
    assert (answer.status_code, answer.text.count("<li>")) == (200, plain)


def test_an_unknown_kind_of_retry_is_not_there(house: House) -> None:
    assert change(house, f"{PAGE}/shop/1/retry")[0] == 404


def test_jobs_are_shown_by_lane_and_state(house: House) -> None:
    page = house.client.get(PAGE).text
    assert re.search(r"Taking in what.*?the oldest was due.*?>0</td>.*?>1</td>.*?>0</td>", page, re.DOTALL)
    assert re.search(r"Writing to the shop.*?>0</td>.*?>0</td>.*?>1</td>", page, re.DOTALL)


def test_webhooks_are_shown_as_the_shop_has_them(house: House) -> None:
    """R16, R17."""
    page = house.client.get(PAGE).text
    assert "2 of 3" in page
    assert re.search(r"products/update</code></small></dt><dd><span[^>]*>Switched on again", page)
    assert re.search(r"refunds/create</code>.*?amount.*?</dt><dd><span[^>]*>Refused by the shop", page, re.DOTALL)
    assert re.search(r"Only by asking the shop regularly</td><td[^>]*>36</td><td[^>]*>3\.6%", page)


def test_what_is_to_be_read_afresh_says_why(house: House) -> None:
    assert re.search(r"Orders <small>shop and Regulars differed</small></dt><dd>2", house.client.get(PAGE).text)


def test_a_proof_under_way_shows_its_days(house: House) -> None:
    now = utc_now()
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.add(
            Reconciliation(
                shop_id=scope.shop_id, reason="asked", since_on=now.date() - timedelta(days=35), until_on=now.date(),
                next_on=now.date() - timedelta(days=26), state="running", orders=90, asked_seconds=9.0,
                started_at=now, changed_at=now,
            )
        )  # fmt: skip
    page = house.client.get(PAGE).text
    assert "9 of 36 days" in page
    assert "10 records a second" in page


def test_the_other_shop_s_failures_are_not_shown(house: House) -> None:
    with shop_scope(house.engine, house.theirs.id, write=True) as scope:
        for row in scope.all(select(FailedRecord).where(col(FailedRecord.id) > 0)):
            row.error = "Strangers"
    assert "Strangers" not in house.client.get(PAGE).text


@pytest.mark.parametrize("topic", [*SHOPIFY, *WOOCOMMERCE])
def test_a_topic_is_said_in_words(topic: str) -> None:
    assert topic_words(topic) != topic
