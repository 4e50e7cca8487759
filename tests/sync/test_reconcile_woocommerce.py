"""WooCommerce's face without webhooks: what the pull cannot see is found, named, repaired, and proved."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import Engine

from app.commerce.models import Order, Refund
from app.proof.models import Finding, Reconciliation
from connectors.woocommerce import normalise
from connectors.woocommerce.audit import WooAuditor
from sync.pull import pull
from sync.reconcile.keep import NO_REFUND
from sync.reconcile.work import reconcile, reconcile_recent
from tests.sync.proving import Copy, copied


@pytest.fixture
def copy(engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(engine, tmp_path, "--storage", "posts") as found:
        yield found


@pytest.fixture
def hpos(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(sqlite_engine, tmp_path, orders=30) as found:
        yield found


def untouched(copy: Copy) -> list[str]:
    """Ids of paid orders, the newest first."""
    orders = sorted(copy.all(Order), key=lambda one: one.placed_at, reverse=True)
    return [one.external_id for one in orders if one.is_counted and one.refunded_minor == 0]


def test_what_the_pull_cannot_see_is_found_named_and_repaired(copy: Copy) -> None:
    """R1, R3, R16, R17."""
    gone, trashed, dearer, refunded, again = untouched(copy)[:5]
    refund = copy.act("refund", order_id=int(again), lines=[], amount_minor=100)["refund_id"]
    copy.reconcile()
    assert copy.states() == {"green"}
    before = copy.order(dearer)
    placed = copy.act("place_order", email="new@example.com")["order_id"]
    copy.act("delete", order_id=int(gone))
    copy.act("trash", order_id=int(trashed))
    copy.act(
        "edit", order_id=int(dearer), add=[[copy.act("add_product", title="Cap", price_minor=900)["variants"][0][0], 1]]
    )
    given = copy.act("refund", order_id=int(refunded), lines=[], amount_minor=200)["refund_id"]
    copy.act("delete_refund", order_id=int(again), refund_id=refund)
    row = copy.reconcile()
    assert copy.findings() >= {
        ("order", str(placed), "missing", True), ("order", gone, "deleted", True), ("order", trashed, "extra", True),
        ("order", dearer, "stale", True), ("refund", str(given), "missing", True),
        ("refund", str(refund), "deleted", True),
    }  # fmt: skip
    assert (row.unhealed, copy.states(), copy.differences()) == (0, {"green"}, [])
    after = copy.order(dearer)
    assert (after.placed_minor or 0) > (before.placed_minor or 0)
    assert after.updated_at == before.updated_at  # a pull had nothing to go by
    assert all(one.created_at is not None for one in copy.all(Refund))


def test_a_refund_of_old_that_was_deleted_is_found_by_the_list_of_refunds(hpos: Copy) -> None:
    """R3: neither the order's total nor its modified date moves."""
    old = untouched(hpos)[-1]
    refund = hpos.act("refund", order_id=int(old), lines=[], amount_minor=100)["refund_id"]
    hpos.run(pull, "pull", "ingest")
    assert hpos.order(old).refunded_minor == 100
    hpos.act("delete_refund", order_id=int(old), refund_id=refund)
    hpos.run(pull, "pull", "ingest")
    assert hpos.order(old).refunded_minor == 100
    hpos.reconcile(days=2)
    assert ("refund", str(refund), "deleted", True) in hpos.findings()
    assert (hpos.order(old).refunded_minor, hpos.differences()) == (0, [])


def test_customers_and_products_that_went_are_found_by_their_ids(hpos: Copy) -> None:
    product = hpos.act("add_product", title="Cap", price_minor=900)["product_id"]
    person = hpos.act("register", email="she@example.com", first_name="She", last_name="Her")["person_id"]
    hpos.reconcile(days=1)
    assert hpos.findings() == {("product", str(product), "missing", True), ("customer", str(person), "missing", True)}
    hpos.act("delete_product", product_id=product)
    hpos.act("delete_customer", person_id=person)
    row = hpos.reconcile(days=1)
    assert row.deleted == 2
    assert hpos.findings() >= {("product", str(product), "deleted", True), ("customer", str(person), "deleted", True)}
    assert (hpos.states(), hpos.differences()) == ({"green"}, [])


def test_what_is_misread_turns_its_day_red_and_it_stays_so(hpos: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """R1: the readers of the proof share nothing with what makes the records."""
    right = normalise._sums
    monkeypatch.setattr(normalise, "_sums", lambda *read: replace(found := right(*read), placed=found.placed // 2))
    placed = str(hpos.act("place_order", email="new@example.com")["order_id"])
    for _ in range(2):
        row = hpos.reconcile(days=3)
        day = hpos.days()[hpos.order(placed).placed_on]
        assert (day.state, day.differences, row.unhealed) == ("red", 1, 1)
        assert ("order", placed, "stale", False) in hpos.findings()
    monkeypatch.undo()
    assert hpos.reconcile(days=3).unhealed == 0
    assert hpos.days()[hpos.order(placed).placed_on].state == "green"


def test_nothing_is_removed_that_still_answers_by_its_id(hpos: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """Absent from a list is not deleted: a status of a plugin that went hides its orders."""
    hidden = untouched(hpos)[0]
    auditor = type(hpos.client().auditor())
    listed = auditor.orders

    def without(self: Any, *window: Any) -> Iterator[Any]:
        return (one for one in listed(self, *window) if getattr(one, "external_id", "") != hidden)

    monkeypatch.setattr(auditor, "orders", without)
    hpos.reconcile()
    assert ("order", hidden) not in {(kind, one) for kind, one, _, _ in hpos.findings()}
    assert hpos.order(hidden).deleted_at is None
    noted = [day.note for day in hpos.days().values() if day.note]
    assert noted[0]["code"] == "counts_differ"
    assert noted[0]["values"]["counted"] == noted[0]["values"]["listed"] + 1


def test_the_platform_s_own_report_is_held_beside_and_what_it_says_otherwise_is_a_question(hpos: Copy) -> None:
    row = hpos.reconcile()
    assert row.no_report is None
    assert [day.question for day in hpos.days().values() if day.question] == []
    gone = str(hpos.act("place_order", email="new@example.com")["order_id"])
    hpos.act("refund", order_id=int(gone), lines=[], amount_minor=100)
    hpos.act("delete", order_id=int(gone))
    hpos.reconcile()
    asked = [day for day in hpos.days().values() if day.question]
    assert [day.state for day in asked] == ["green"]
    question = asked[0].question or {}
    assert question["code"] == "report_differs"
    assert question["values"]["their_sales"] != question["values"]["our_sales"]


def test_where_edits_are_silent_recent_orders_are_read_whole_every_hour(sqlite_engine: Engine, tmp_path: Path) -> None:
    with copied(sqlite_engine, tmp_path, "--storage", "posts", orders=30) as copy:
        placed = copy.act("place_order", email="new@example.com")["order_id"]
        copy.reconcile(days=2)
        before = copy.order(placed).placed_minor or 0
        copy.act(
            "edit", order_id=placed, add=[[copy.act("add_product", title="Cap", price_minor=900)["variants"][0][0], 1]]
        )
        assert not copy.run(reconcile_recent, "reconcile-recent", "report")
        (row,) = copy.all(Reconciliation, Reconciliation.reason == "sweep")
        copy.finish(row.id)
        assert (copy.order(placed).placed_minor or 0) > before


def test_where_they_are_not_nothing_is_read(hpos: Copy) -> None:
    assert not hpos.run(reconcile_recent, "reconcile-recent", "report")
    assert hpos.all(Reconciliation) == []


def test_a_worker_that_dies_goes_on_with_the_next_window(hpos: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """R21."""
    monkeypatch.setattr(WooAuditor, "at_once", 2)
    listed, asked = WooAuditor.orders, []

    def dying(self: Any, since: Any, until: Any, cursor: Any = None) -> Iterator[Any]:
        asked.append(since)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return listed(self, since, until, cursor)

    monkeypatch.setattr(WooAuditor, "orders", dying)
    with pytest.raises(KeyboardInterrupt):
        hpos.reconcile(days=120)
    (row,) = hpos.all(Reconciliation)
    assert row.state in ("queued", "running")
    hpos.finish(row.id)
    assert asked[2] == asked[3]  # the window in hand, and none before it
    assert len(asked) == len(set(asked)) + 1
    assert len(hpos.days()) == 120


def test_a_fault_of_ours_is_tried_again_and_then_given_up(hpos: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("out of order")

    with monkeypatch.context() as patch:
        patch.setattr(WooAuditor, "orders", broken)
        row_id, job = hpos.ask(days=3), hpos.job("reconcile", "report")
        for attempts, state in ((0, "waiting"), (3, "failed")):
            with pytest.raises(ValueError, match="out of order"):
                reconcile(hpos.context, dataclasses.replace(job, attempts=attempts))
            (row,) = hpos.all(Reconciliation)
            assert row.state == state
    assert hpos.finish(hpos.ask(days=3)).id != row_id


def test_a_slow_shop_is_a_wait(hpos: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    """R15: the reconciliation stays, and goes on where it was."""
    hpos.faults(limited=1.0)
    row_id = hpos.ask(days=3)
    again = reconcile(hpos.context, hpos.job("reconcile", "report"))
    assert again is not None
    assert again.at is not None
    (row,) = hpos.all(Reconciliation)
    assert (row.state, row.stage) == ("waiting", "read")
    hpos.faults()
    assert hpos.finish(row_id).state == "done"


def test_a_refunded_order_without_refunds_stays_listed_with_the_reason(hpos: Copy) -> None:
    """R4: who deletes the refund of a whole order leaves its status as it was."""
    one = untouched(hpos)[0]
    refund = hpos.act("refund", order_id=int(one))["refund_id"]
    hpos.reconcile()
    hpos.act("delete_refund", order_id=int(one), refund_id=refund)
    row = hpos.reconcile()
    assert ("refund", str(refund), "deleted", True) in hpos.findings()
    (left,) = hpos.all(Finding, Finding.kind == "order", Finding.field == "refunds")
    assert (left.external_id, left.repaired_at, left.why_not) == (one, None, NO_REFUND)
    assert (row.unhealed, hpos.order(one).refunded_minor) == (1, 0)
    assert hpos.days()[hpos.order(one).placed_on].state == "red"
