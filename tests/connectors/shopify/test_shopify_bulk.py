"""Bulk operations: begun, waited for, run again, and in the end replaced by pages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import RegularsError
from connectors.base import Page, Refusal
from connectors.shopify.history import Cursor
from connectors.shopify.queries import document
from tests.connectors.shopify import rows
from tests.connectors.shopify.bulk import RUN, WHOLE, client, orders, poll, started, steps
from tests.connectors.shopify.fakes import answer, response

PART = "https://storage.example/part.jsonl"
DENIED = {"message": "Access denied", "path": ["orders", "nodes", 0, "email"], "extensions": {"code": "ACCESS_DENIED"}}
_IN_PROGRESS = {"message": "A bulk query operation is already in progress", "code": "OPERATION_IN_PROGRESS"}
BUSY = answer({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [_IN_PROGRESS]}})


def known(status: str, age: timedelta, more: str = "") -> dict[str, str]:
    """One of the orders' runs as the shop lists it."""
    at = (datetime.now(UTC) - age).isoformat()
    query = document("bulk_orders") + more
    return {"id": "gid://shopify/BulkOperation/1", "status": status, "createdAt": at, "query": query}


def test_a_run_is_waited_for_and_its_cursor_goes_on_with_it(tmp_path: Path) -> None:
    first, session = client(tmp_path, RUN, poll("CREATED", None), poll("RUNNING", None), poll())
    pages, waits = steps(first)
    assert orders(pages) == ["6012345678901"]
    assert pages[0].total == 1
    assert [wait.cursor for wait in waits] == [str(Cursor(bulk="gid://shopify/BulkOperation/1"))] * 3
    assert waits[0].seconds == 0 < waits[1].seconds < waits[2].seconds  # the first only keeps the id
    again, session = client(tmp_path, poll())
    assert orders(steps(again, waits[0].cursor)[0]) == ["6012345678901"]
    assert len(session.asked) == 1


def test_all_kinds_are_begun_at_once_and_read_from_there(tmp_path: Path) -> None:
    found, _ = client(tmp_path, *[started(number) for number in (1, 2, 3)], poll())
    cursors = found.begin(("products", "customers", "orders", "checkouts"))
    assert {resource: Cursor.read(cursor).bulk for resource, cursor in cursors.items()} == {
        resource: f"gid://shopify/BulkOperation/{number}"
        for number, resource in enumerate(("products", "customers", "orders"), 1)
    }
    assert orders(steps(found, cursors["orders"])[0]) == ["6012345678901"]


def test_a_kind_for_which_there_is_no_room_is_begun_when_its_turn_comes(tmp_path: Path) -> None:
    found, _ = client(tmp_path, started(1), BUSY, started(3))
    assert found.begin(("products", "customers", "orders")).keys() == {"products", "orders"}


def test_one_that_a_dead_worker_had_begun_goes_on(tmp_path: Path) -> None:
    """R21."""
    found, session = client(tmp_path, poll())
    session.listed = [known("RUNNING", timedelta(minutes=1))]
    assert orders(steps(found)[0]) == ["6012345678901"]
    assert len(session.asked) == 1  # nothing was begun


@pytest.mark.parametrize(
    "other",
    [("COMPLETED", timedelta(minutes=1), ""), ("RUNNING", timedelta(minutes=20), ""), ("RUNNING", timedelta(), "#")],
)
def test_one_that_ended_or_is_old_or_another_s_does_not_stand_for_ours(
    tmp_path: Path, other: tuple[str, timedelta, str]
) -> None:
    found, session = client(tmp_path, RUN, poll())
    status, age, more = other
    session.listed = [known(status, age, more)]
    assert orders(steps(found)[0]) == ["6012345678901"]
    assert len(session.asked) == 2


def test_a_run_that_found_nothing_is_an_empty_page(tmp_path: Path) -> None:
    nothing = poll(url=None, objectCount="0", rootObjectCount="0")
    (page,), _ = steps(client(tmp_path, RUN, nothing)[0])
    assert (page.records, page.total) == ((), 0)


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "EXPIRED"])
def test_a_run_that_was_given_up_is_run_again(tmp_path: Path, status: str) -> None:
    broken = poll(status, None, errorCode="INTERNAL_SERVER_ERROR", partialDataUrl=PART)
    pages, waits = steps(client(tmp_path, RUN, broken, RUN, poll())[0])
    assert orders(pages) == ["6012345678901"]
    assert (waits[1].why.code, status in waits[1].why.details) == ("file_again", True)


def test_runs_that_fail_again_and_again_are_replaced_by_pages(tmp_path: Path) -> None:
    listed = answer({"orders": rows.nodes([rows.node(rows.order())])})
    pages, waits = steps(client(tmp_path, *[RUN, poll("FAILED", None)] * 3, listed)[0])
    assert orders(pages) == ["6012345678901"]
    assert waits[-1].why.code == "by_pages"


def test_what_the_last_of_them_left_behind_comes_before_the_pages(tmp_path: Path) -> None:
    broken = poll("FAILED", None, errorCode="TIMEOUT", partialDataUrl=PART)
    other = rows.order(id="gid://shopify/Order/1")
    listed = answer({"orders": rows.nodes([rows.node(other)])})
    found, session = client(tmp_path, *[RUN, broken] * 3, broken, listed)
    session.files[PART] = response(200, WHOLE)
    pages, _ = steps(found)
    assert [orders([page]) for page in pages] == [["6012345678901"], ["1"]]
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_is_gone_is_no_loss(tmp_path: Path) -> None:
    broken = poll("FAILED", None, errorCode="TIMEOUT", partialDataUrl=PART)
    listed = answer({"orders": rows.nodes([rows.node(rows.order())])})
    found, session = client(tmp_path, *[RUN, broken] * 3, broken, listed)
    session.files[PART] = response(403)
    assert orders(steps(found)[0]) == ["6012345678901"]


def test_pages_in_place_of_a_file_go_on_after_a_restart(tmp_path: Path) -> None:
    first = rows.order(id="gid://shopify/Order/1")
    listed = [answer({"orders": rows.nodes([rows.node(first)], after="c1")}),
              answer({"orders": rows.nodes([rows.node(rows.order())])})]  # fmt: skip
    found = client(tmp_path, *[RUN, poll("FAILED", None)] * 3, listed[0])[0].backfill("orders", None)
    page = next(step for step in found if isinstance(step, Page))
    again, session = client(tmp_path, listed[1])
    assert orders(steps(again, page.cursor)[0]) == ["6012345678901"]
    assert session.asked[0]["variables"]["after"] == "c1"


def test_a_shop_busy_with_other_runs_is_waited_for(tmp_path: Path) -> None:
    pages, waits = steps(client(tmp_path, BUSY, RUN, poll())[0])
    assert orders(pages) == ["6012345678901"]
    assert (waits[0].why.code, "in progress" in waits[0].why.details) == ("file_queued", True)


def test_a_document_that_is_refused_says_why(tmp_path: Path) -> None:
    error = {"message": "Bulk queries cannot contain that", "code": "INVALID"}
    refused = answer({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [error]}})
    with pytest.raises(RegularsError, match="cannot contain that"):
        steps(client(tmp_path, refused)[0])


def test_what_bulk_is_refused_is_read_by_pages_which_tell_what_they_may(tmp_path: Path) -> None:
    listed = answer({"orders": rows.nodes([rows.node(rows.order(email=None))])}, errors=[DENIED])
    found, _ = client(tmp_path, RUN, poll("FAILED", None, errorCode="ACCESS_DENIED"), listed)
    assert orders(steps(found)[0]) == ["6012345678901"]
    assert found.refused() == [Refusal("Order.email", "Access denied", "6012345678901")]
    assert found.refused() == []
