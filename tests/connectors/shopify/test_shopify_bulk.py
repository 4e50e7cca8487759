"""Bulk operations that do not go well, and a history that is whole all the same."""

import json
import os
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from app.errors import AuthLost, PlatformDown, RegularsError
from connectors import ledger
from connectors.base import Page, Refusal, Wait
from connectors.records import CheckoutRecord, CustomerRecord, OrderRecord, ProductRecord
from connectors.shopify.client import ShopifyClient
from connectors.shopify.files import Files
from connectors.shopify.history import Cursor
from connectors.shopify.queries import document
from tests.connectors.shopify import rows
from tests.connectors.shopify.fakes import FakeSession, Scripted, answer, response

URL = "https://storage.example/bulk.jsonl?signature=x"


PART = "https://storage.example/part.jsonl"
DENIED = {"message": "Access denied", "path": ["orders", "nodes", 0, "email"], "extensions": {"code": "ACCESS_DENIED"}}
_IN_PROGRESS = {"message": "A bulk query operation is already in progress", "code": "OPERATION_IN_PROGRESS"}
BUSY = answer({"bulkOperationRunQuery": {"bulkOperation": None, "userErrors": [_IN_PROGRESS]}})


def started(number: int) -> requests.Response:
    run = {"bulkOperation": {"id": f"gid://shopify/BulkOperation/{number}"}, "userErrors": []}
    return answer({"bulkOperationRunQuery": run})


RUN = started(1)


def known(status: str, age: timedelta, more: str = "") -> dict[str, str]:
    """One of the orders' runs as the shop lists it."""
    at = (datetime.now(UTC) - age).isoformat()
    query = document("bulk_orders") + more
    return {"id": "gid://shopify/BulkOperation/1", "status": status, "createdAt": at, "query": query}


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


def test_a_file_stays_until_what_it_held_is_kept(tmp_path: Path) -> None:
    """R21."""
    found, _ = client(tmp_path, RUN, poll())
    pages, _ = steps(found)
    assert [path.suffix for path in tmp_path.iterdir()] == [".jsonl"]
    again, session = client(tmp_path, poll())
    session.files.clear()  # nobody brings it again
    assert orders(steps(again, str(Cursor(bulk="gid://shopify/BulkOperation/1")))[0]) == ["6012345678901"]
    assert pages[-1].cursor is not None
    again.release(pages[-1].cursor)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_came_back_for_is_swept(tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.part"
    for path, age in ((old, 9), (new, 1)):
        path.write_text("x")
        os.utime(path, (time.time() - age * 86_400,) * 2)
    steps(client(tmp_path, RUN, poll())[0])
    assert (old.exists(), new.exists()) == (False, True)


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


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_file_whose_address_ran_out_is_written_again(tmp_path: Path, status: int) -> None:
    found, session = client(tmp_path, poll(), RUN, poll(), status=status)
    taken = found.backfill("orders", str(Cursor(bulk="gid://shopify/BulkOperation/1", resume=500, offset=400)))
    assert isinstance(next(taken), Wait)
    session.files[URL] = response(200, WHOLE)
    assert orders(step for step in taken if isinstance(step, Page)) == ["6012345678901"]


class Server:
    """Gives a file in pieces: after each the line is cut. ignores: it knows no ranges."""

    def __init__(self, piece: int, *, ignores: bool = False) -> None:
        self.piece, self.ignores, self.asked = piece, ignores, []  # type: ignore[var-annotated]

    def __call__(self, asked: str) -> requests.Response:
        start = 0 if self.ignores else int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        self.asked.append(start)
        rest = WHOLE[start:]
        status = 206 if start else 200
        self.piece *= 2 if self.ignores else 1
        headers = {"Content_Range": f"bytes {start}-{len(WHOLE) - 1}/{len(WHOLE)}"} if start else {}
        return response(status, rest[: self.piece], **headers)


@pytest.mark.parametrize("ignores", [False, True])
def test_a_file_that_is_cut_again_and_again_comes_whole(tmp_path: Path, ignores: bool) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    server = Server(len(WHOLE) // 5, ignores=ignores)
    session.files[URL] = server
    pages, waits = steps(found)
    assert orders(pages) == ["6012345678901"]
    assert list(pages[0].failures) == []
    assert len(server.asked) == (3 if ignores else 5)
    assert all(wait.why.code == "file_broke_off" and wait.cursor for wait in waits[1:])


def test_a_worker_that_died_while_it_brought_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """R21."""
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    session.files[URL] = Server(300)
    taken = found.backfill("orders", None)
    waits = [step for step in (next(taken), next(taken)) if isinstance(step, Wait)]
    again, session = client(tmp_path, poll(fileSize=str(len(WHOLE))))
    server = Server(len(WHOLE))
    session.files[URL] = server
    assert orders(steps(again, waits[-1].cursor)[0]) == ["6012345678901"]
    assert server.asked == [300]


def test_a_file_that_brings_nothing_any_more_is_the_platform_s(tmp_path: Path) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    session.files[URL] = lambda _: requests.ConnectionError("cut")
    with pytest.raises(PlatformDown, match="cut"):
        steps(found)


def test_a_beginning_that_is_another_file_s_is_begun_again(tmp_path: Path) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    taken = found.backfill("orders", None)
    next(taken)
    session.files[URL] = lambda asked: response(416) if asked else response(200, WHOLE)
    files = Files(tmp_path, "bulk.myshopify.com", session)
    files._path("gid://shopify/BulkOperation/1").with_suffix(".part").write_bytes(b"x" * 20)
    assert orders(step for step in taken if isinstance(step, Page)) == ["6012345678901"]


def test_a_file_with_fewer_orders_than_said_says_so(tmp_path: Path) -> None:
    (page,), _ = steps(client(tmp_path, RUN, poll(rootObjectCount="2"))[0])
    assert "2" in page.failures[0].error


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
    assert found.refused() == [Refusal("orders.nodes.email", "Access denied")]
    assert found.refused() == []


def test_a_kind_that_is_refused_as_a_whole_stops_no_other(tmp_path: Path) -> None:
    denied = {"message": "Access denied", "path": ["customers"], "extensions": {"code": "ACCESS_DENIED"}}
    found, _ = client(tmp_path, answer({"customers": None}, errors=[denied]))
    (page,) = found.pull("customers", datetime(2026, 1, 1, tzinfo=UTC), None)
    assert (page.records, page.cursor) == ((), None)  # type: ignore[union-attr]
    assert found.refused() == [Refusal("customers", "Access denied")]


def test_an_order_that_the_file_tells_in_part_is_read_by_itself(tmp_path: Path) -> None:
    single = answer({"nodes": [rows.node(rows.order())]})
    found, _ = client(tmp_path, RUN, poll(), single, body=file(rows.jsonl(rows.order(), rows.LINES[:1])))
    (page,), _ = steps(found)
    (record,) = page.records
    assert isinstance(record, OrderRecord)
    assert len(record.lines or ()) == 2


def test_an_order_that_lacks_units_or_discounts_is_read_by_itself(tmp_path: Path) -> None:
    """R13: the ledger was cut as the list was, so only the counts tell."""
    for head, lines in (
        (rows.order(subtotalLineItemsQuantity=4), rows.LINES),
        (rows.order(), [rows.LINES[0] | {"discountAllocations": [OFF_BY_A_THIRD]}, rows.LINES[1]]),
    ):
        single = answer({"nodes": [rows.node(rows.order())]})
        found, session = client(tmp_path, RUN, poll(), single, body=file(rows.jsonl(head, lines)))
        assert orders(steps(found)[0]) == ["6012345678901"]
        assert session.asked[-1]["variables"] == {"ids": ["gid://shopify/Order/6012345678901"]}
        found.release(str(Cursor(bulk="gid://shopify/BulkOperation/1")))


OFF_BY_A_THIRD = {"allocatedAmountSet": rows.money("1.0", "162"), "discountApplication": {"index": 2}}


def odd(number: int, **changes: Any) -> dict[str, Any]:
    """An order whose sales are 52.9 and whose total is another."""
    total = {"currentTotalPriceSet": rows.money("12.5", "2025")}
    return rows.order(id=f"gid://shopify/Order/{number}", **total, **changes)


def test_an_order_whose_sales_do_not_add_up_is_read_again_and_listed_with_the_amounts(tmp_path: Path) -> None:
    single = answer({"nodes": [rows.node(odd(7))]})
    found, _ = client(tmp_path, RUN, poll(), single, body=file(rows.jsonl(odd(7))))
    (page,), _ = steps(found)
    assert orders([page]) == ["7"]
    assert list(page.failures) == []
    (doubt,) = page.doubts
    assert (doubt.kind, doubt.external_id) == ("order", "7")
    assert re.search(r"sales add up to .*52\.90.* current total is .*12\.50", doubt.error)


def test_an_order_that_adds_up_once_it_is_read_again_is_not_listed(tmp_path: Path) -> None:
    single = answer({"nodes": [rows.node(rows.order(id="gid://shopify/Order/7"))]})
    found, _ = client(tmp_path, RUN, poll(), single, body=file(rows.jsonl(odd(7))))
    (page,), _ = steps(found)
    assert (orders([page]), list(page.doubts)) == (["7"], [])


def test_where_reading_again_mends_nothing_orders_are_only_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R10: never once per order over all the history."""
    monkeypatch.setattr("connectors.shopify.history.SLICE", 2)
    monkeypatch.setattr("connectors.shopify.history._TRIED_IN_VAIN", 3)
    asked: list[list[str]] = []

    def by_id(said: dict[str, Any]) -> requests.Response:
        asked.append([gid.rpartition("/")[2] for gid in said["variables"]["ids"]])
        return answer({"nodes": [rows.node(odd(int(number))) for number in asked[-1]]})

    body = "".join("".join(f"{row}\n" for row in lines_of(number)) for number in range(1, 11)).encode()
    found, _ = client(tmp_path, RUN, poll(rootObjectCount="10"), *[by_id] * 9, body=body)
    pages, _ = steps(found)
    assert sorted(orders(pages), key=int) == [str(number) for number in range(1, 11)]
    assert sum(len(page.doubts) for page in pages) == 10
    assert asked == [["10", "9"], ["8", "7"]]


def lines_of(number: int) -> list[str]:
    """Orders of one file share no agreement."""
    return [
        row.replace(rows.AGREEMENT.replace("/", "\\/"), f"gid:\\/\\/shopify\\/OrderAgreement\\/{number}1").replace(
            rows.REFUNDING.replace("/", "\\/"), f"gid:\\/\\/shopify\\/RefundAgreement\\/{number}2"
        )
        for row in rows.jsonl(odd(number))
    ]


def test_an_order_in_another_currency_may_be_off_by_what_rounding_each_sale_can_make() -> None:
    assert ledger.gap(whole_order()) is None
    assert ledger.gap(whole_order(currentTotalPriceSet=rows.money("52.93", "8575"))) is None
    assert ledger.gap(whole_order(currentTotalPriceSet=rows.money("53.2", "8618"))) is not None
    at_home = {"presentmentCurrencyCode": "EUR"}
    assert ledger.gap(whole_order(currentTotalPriceSet=rows.money("52.91"), **at_home)) is not None


def whole_order(**changes: Any) -> OrderRecord:
    session = FakeSession(answer({"nodes": [rows.node(rows.order(**changes))]}))
    found = ShopifyClient("ledger.myshopify.com", {"access_token": "t"}, session, Path()).fetch("order", ["1"])
    assert isinstance(found[0], OrderRecord)
    return found[0]


def test_a_product_that_counts_more_variants_than_it_shows_is_read_by_itself(tmp_path: Path) -> None:
    """R13."""
    product = {
        "id": "gid://shopify/Product/5", "title": "Shirt", "status": "ACTIVE", "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
        "priceRangeV2": {"minVariantPrice": {"amount": "9.0", "currencyCode": "EUR"}},
    }  # fmt: skip
    variants = [{"id": f"gid://shopify/ProductVariant/{n}", "title": str(n), "price": "9.0"} for n in (1, 2)]
    written = [product | {"variantsCount": {"count": 2}}, variants[0] | {"__parentId": product["id"]}]
    single = answer({"nodes": [product | {"variants": rows.nodes(variants)}]})
    found, _ = client(
        tmp_path, RUN, poll(), single, body=file(json.dumps(row, separators=(",", ":")) for row in written)
    )
    (page,) = [step for step in found.backfill("products", None) if isinstance(step, Page)]
    (record,) = page.records
    assert isinstance(record, ProductRecord)
    assert len(record.variants or ()) == 2


def test_a_checkout_with_more_lines_than_a_page_shows_is_whole(tmp_path: Path) -> None:
    """R13."""

    def lines(first: int, count: int) -> list[dict[str, Any]]:
        price = {"presentmentMoney": {"amount": "2.0", "currencyCode": "EUR"}}
        return [{"title": str(n), "quantity": 1, "originalTotalPriceSet": price} for n in range(first, first + count)]

    at = "2026-01-01T00:00:00Z"
    checkout = {
        "id": "gid://shopify/AbandonedCheckout/3", "name": "#3", "createdAt": at, "updatedAt": at,
        "abandonedCheckoutUrl": "https://x.example/1/checkouts/ac/abc/recover",
        "totalPriceSet": {"presentmentMoney": {"amount": "120.0", "currencyCode": "EUR"}},
        "lineItems": rows.nodes(lines(0, 50), after="c"),
    }  # fmt: skip
    rest = answer({"node": {"lineItems": rows.nodes(lines(50, 10))}})
    found, session = client(tmp_path, answer({"nodes": [checkout]}), rest)
    (record,) = found.fetch("checkout", ["3"])
    assert isinstance(record, CheckoutRecord)
    assert [line.title for line in record.items or ()] == [str(n) for n in range(60)]
    assert session.asked[1]["variables"] == {"id": checkout["id"], "after": "c"}


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


def test_a_page_with_a_refused_field_keeps_the_rest_and_says_once_what_is_missing(tmp_path: Path) -> None:
    person = {
        "id": "gid://shopify/Customer/5",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    denied = [{"message": "Access denied", "path": ["customers", "nodes", at, "defaultEmailAddress"]} for at in (0, 1)]
    found, _ = client(tmp_path, answer({"customers": rows.nodes([person] * 2)}, errors=denied))
    (page,) = found._by_pages("customers", None, Cursor())
    assert [type(record) for record in page.records] == [CustomerRecord] * 2
    assert found.refused() == [Refusal("customers.nodes.defaultEmailAddress", "Access denied")]
