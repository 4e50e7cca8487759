"""Bulk operations that do not go well, and a history that is whole all the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from app.errors import AuthLost, PlatformDown, RegularsError
from connectors.base import Page, Wait
from connectors.records import CustomerRecord, OrderRecord
from connectors.shopify.client import ShopifyClient
from connectors.shopify.history import Cursor
from tests.connectors.shopify import rows
from tests.connectors.shopify.fakes import FakeSession, Scripted, answer, response

URL = "https://storage.example/bulk.jsonl?signature=x"
RUN = answer({"bulkOperationRunQuery": {"bulkOperation": {"id": "gid://shopify/BulkOperation/1"}, "userErrors": []}})


def poll(status: str = "COMPLETED", url: str | None = URL, **changes: Any) -> Any:
    operation = {"id": "gid://shopify/BulkOperation/1", "status": status, "objectCount": "9", "rootObjectCount": "1"}
    return answer({"bulkOperation": operation | {"url": url} | changes})


def file(lines: Iterable[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


WHOLE = file(rows.jsonl(rows.order()))


def client(
    tmp_path: Path, *script: Scripted, body: bytes = WHOLE, status: int = 200
) -> tuple[ShopifyClient, FakeSession]:
    session = FakeSession(*script)
    session.files[URL] = response(status, body)
    return ShopifyClient("bulk.myshopify.com", {"access_token": "t"}, session, tmp_path), session


def steps(found: ShopifyClient, cursor: str | None = None) -> tuple[list[Page], list[Wait]]:
    taken = list(found.backfill("orders", cursor))
    return [step for step in taken if isinstance(step, Page)], [step for step in taken if isinstance(step, Wait)]


def orders(pages: Iterable[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records if isinstance(record, OrderRecord)]


def test_a_run_is_waited_for_and_its_cursor_goes_on_with_it(tmp_path: Path) -> None:
    first, session = client(tmp_path, RUN, poll("CREATED", None), poll("RUNNING", None), poll())
    pages, waits = steps(first)
    assert orders(pages) == ["6012345678901"]
    assert pages[0].total == 1
    assert [wait.cursor for wait in waits] == [str(Cursor(bulk="gid://shopify/BulkOperation/1"))] * 2
    assert waits[0].seconds < waits[1].seconds
    again, session = client(tmp_path, poll())
    assert orders(steps(again, waits[0].cursor)[0]) == ["6012345678901"]
    assert len(session.asked) == 1


def test_a_run_that_found_nothing_is_an_empty_page(tmp_path: Path) -> None:
    nothing = poll(url=None, objectCount="0", rootObjectCount="0")
    (page,), _ = steps(client(tmp_path, RUN, nothing)[0])
    assert (page.records, page.cursor, page.total) == ((), None, 0)


@pytest.mark.parametrize("status", ["FAILED", "CANCELED", "EXPIRED"])
def test_a_run_that_was_given_up_is_run_again_and_what_it_left_in_part_is_not_read(tmp_path: Path, status: str) -> None:
    broken = poll(status, None, errorCode="INTERNAL_SERVER_ERROR", partialDataUrl="https://storage.example/part")
    pages, waits = steps(client(tmp_path, RUN, broken, RUN, poll())[0])
    assert orders(pages) == ["6012345678901"]
    assert status in waits[0].why


def test_runs_that_fail_again_and_again_are_replaced_by_pages(tmp_path: Path) -> None:
    listed = answer({"orders": rows.nodes([rows.node(rows.order())])})
    script = [RUN, poll("FAILED", None)] * 3
    pages, waits = steps(client(tmp_path, *script, listed)[0])
    assert orders(pages) == ["6012345678901"]
    assert len(waits) == 2


def test_pages_in_place_of_a_file_go_on_after_a_restart(tmp_path: Path) -> None:
    first = rows.order(id="gid://shopify/Order/1")
    listed = [answer({"orders": rows.nodes([rows.node(first)], after="c1")}),
              answer({"orders": rows.nodes([rows.node(rows.order())])})]  # fmt: skip
    found = client(tmp_path, *[RUN, poll("FAILED", None)] * 3, listed[0])[0].backfill("orders", None)
    page = next(step for step in found if isinstance(step, Page))
    again, session = client(tmp_path, listed[1])
    assert orders(steps(again, page.cursor)[0]) == ["6012345678901"]
    assert session.asked[0]["variables"]["after"] == "c1"


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_file_whose_address_ran_out_is_written_again(tmp_path: Path, status: int) -> None:
    found, session = client(tmp_path, poll(), RUN, poll(), status=status)
    taken = found.backfill("orders", str(Cursor(bulk="gid://shopify/BulkOperation/1", resume=500, offset=400)))
    assert isinstance(next(taken), Wait)
    session.files[URL] = response(200, WHOLE)
    assert orders(step for step in taken if isinstance(step, Page)) == ["6012345678901"]


def test_a_file_that_was_cut_off_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(PlatformDown, match="bytes"):
        steps(client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))), body=WHOLE[:-400])[0])
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]


def test_a_file_with_fewer_orders_than_said_says_so(tmp_path: Path) -> None:
    (page,), _ = steps(client(tmp_path, RUN, poll(rootObjectCount="2"))[0])
    assert "2" in page.failures[0].error


def test_a_shop_busy_with_other_runs_is_waited_for(tmp_path: Path) -> None:
    error = {"message": "A bulk query operation is already in progress", "code": "OPERATION_IN_PROGRESS"}
    busy = answer({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [error]}})
    pages, waits = steps(client(tmp_path, busy, RUN, poll())[0])
    assert orders(pages) == ["6012345678901"]
    assert "in progress" in waits[0].why


def test_a_document_that_is_refused_says_why(tmp_path: Path) -> None:
    error = {"message": "Bulk queries cannot contain that", "code": "INVALID"}
    refused = answer({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [error]}})
    with pytest.raises(RegularsError, match="cannot contain that"):
        steps(client(tmp_path, refused)[0])


def test_missing_access_is_the_merchant_s(tmp_path: Path) -> None:
    with pytest.raises(AuthLost):
        steps(client(tmp_path, RUN, poll("FAILED", None, errorCode="ACCESS_DENIED"))[0])


def test_an_order_that_the_file_tells_in_part_is_read_by_itself(tmp_path: Path) -> None:
    single = answer({"nodes": [rows.node(rows.order())]})
    found, _ = client(tmp_path, RUN, poll(), single, body=file(rows.jsonl(rows.order(), rows.LINES[:1])))
    (page,), _ = steps(found)
    (record,) = page.records
    assert isinstance(record, OrderRecord)
    assert len(record.lines or ()) == 2


def test_a_refused_node_is_not_a_deletion(tmp_path: Path) -> None:
    denied = {"message": "Access denied", "path": ["nodes", 0], "extensions": {"code": "ACCESS_DENIED"}}
    found, _ = client(tmp_path, answer({"nodes": [None]}, errors=[denied]))
    with pytest.raises(AuthLost, match="Access denied"):
        found.fetch("order", ["1"])


def test_one_that_cannot_be_read_by_id_is_logged_and_the_others_come(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = rows.node(rows.order(processedAt="yesterday"))
    found, _ = client(tmp_path, answer({"nodes": [odd, rows.node(rows.order())]}))
    assert len(found.fetch("order", ["1", "6012345678901"])) == 1
    assert "order 1 cannot be read" in caplog.text
    assert "$.processedAt" in caplog.text


def test_a_page_with_a_refused_field_keeps_the_rest_and_reports_it(tmp_path: Path) -> None:
    person = {
        "id": "gid://shopify/Customer/5",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    denied = [{"message": "Access denied", "path": ["customers", "nodes", at, "defaultEmailAddress"]} for at in (0, 1)]
    found, _ = client(tmp_path, answer({"customers": rows.nodes([person] * 2)}, errors=denied))
    (page,) = found._by_pages("customers", None, Cursor())
    assert [type(record) for record in page.records] == [CustomerRecord] * 2
    (failure,) = page.failures
    assert "customers.nodes.defaultEmailAddress" in failure.error
