"""What a file or a list tells in part is read by itself; what does not add up even so is listed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors import ledger
from connectors.base import Page
from connectors.records import CheckoutRecord, OrderRecord, ProductRecord
from connectors.shopify.client import ShopifyClient
from connectors.shopify.history import Cursor
from tests.connectors.shopify import rows
from tests.connectors.shopify.bulk import RUN, client, file, orders, poll, steps
from tests.connectors.shopify.fakes import FakeSession, answer


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
