"""Bulk operations: what is refused, how they run, what their files hold."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sandbox.shopify.bulk import ENDED, encode
from tests.sandbox.shopify.conftest import DOMAIN, Answer, Asker, document

ORDERS = "{ orders { edges { node { id lineItems { edges { node { id quantity } } } } } } }"


def refusals(asker: Asker, text: str) -> list[str]:
    answer = asker.data(document("bulk_run"), query=text)["bulkOperationRunQuery"]
    assert answer["bulkOperation"] is None
    assert {tuple(each["field"]) for each in answer["userErrors"]} == {("query",)}
    assert {each["code"] for each in answer["userErrors"]} == {"INVALID"}
    return [each["message"] for each in answer["userErrors"]]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["Invalid bulk query: syntax error, unexpected end of file"]),
        ("{ shop { id } }", ["Bulk queries must contain at least one connection."]),
        (
            '{ node(id: "gid://shopify/Product/0") { id } }',
            [
                "Bulk queries cannot contain a top level `node` field.",
                "Bulk queries must contain at least one connection.",
            ],
        ),
        (
            "{ orders { nodes { id } } }",
            [
                "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: 'orders "
                "{ edges { node {'. Selecting via 'nodes' is not supported. Invalid connection fields: 'orders'."
            ],
        ),
        (
            "{ orders { edges { node { name lineItems { edges { node { id } } } } } } }",
            [
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and must "
                "be of 'ID' return type. Connection fields without 'id': orders."
            ],
        ),
        (
            "{ orders { edges { node { key: id lineItems { edges { node { id } } } } } } }",
            [
                "The parent 'node' field for a nested connection must select the 'id' field without an alias and must "
                "be of 'ID' return type. Connection fields without 'id': orders."
            ],
        ),
        (
            "{ orders { edges { node { id refunds { refundLineItems { edges { node { id } } } } } } } }",
            ["Queries that contain a connection field within a list field are not currently supported."],
        ),
        (
            "{ customers { edges { node { id orders { edges { node { id agreements { edges { node { id sales { edges "
            "{ node { id } } } } } } } } } } } } }",
            ["Bulk queries cannot contain connections with a nesting depth greater than 2."],
        ),
        (
            'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: []) { node { id } } }',
            ["Invalid operation type. Only `query` operations are supported."],
        ),
        (
            "{ orders { edges { node { id "
            + " ".join(f"{key}: lineItems {{ edges {{ node {{ id }} }} }}" for key in "abcde")
            + " } } } }",
            ["Bulk queries cannot contain more than 5 connections."],
        ),
    ],
)
def test_a_query_of_the_wrong_shape_is_refused_in_the_recorded_words(
    generated: Asker, text: str, messages: list[str]
) -> None:
    assert refusals(generated, text) == messages


def test_a_query_of_65536_bytes_is_too_large(generated: Asker) -> None:
    text = ORDERS + " " * (65_536 - len(ORDERS))
    assert refusals(generated, text) == ["Query is too large (65536 bytes; maximum is 65535 bytes)"]


def test_the_file_holds_every_order_and_every_line_under_its_order(generated: Asker) -> None:
    operation, rows = generated.bulk(ORDERS)
    orders = list(generated.box.shop.orders.values())
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows)
    for order in orders:
        assert f"gid://shopify/Order/{order.id}" in by_id
        for line in order.lines:
            row = by_id[f"gid://shopify/LineItem/{line.id}"]
            assert row["__parentId"] == f"gid://shopify/Order/{order.id}"
            assert row["quantity"] == line.quantity
    assert operation["objectCount"] == str(len(rows))
    assert operation["rootObjectCount"] == str(len(orders))
    assert (operation["status"], operation["errorCode"], operation["partialDataUrl"]) == ("COMPLETED", None, None)


def test_children_come_after_their_parents_but_not_directly_behind(generated: Asker) -> None:
    _, rows = generated.bulk(document("bulk_inner_orders").replace("2026-01-01", "1990-01-01"))
    seen: set[str] = set()
    behind = 0
    for before, row in zip([{}, *rows], rows, strict=False):
        if parent := row.get("__parentId"):
            assert parent in seen
            assert list(row)[-1] == "__parentId"
            behind += before.get("id") == parent
        seen.add(row.get("id", ""))
    children = sum("__parentId" in row for row in rows)
    assert behind < children / 10
    assert Counter("__typename" in row for row in rows if "/LineItem/" in row.get("id", ""))[True] == 0


def test_slashes_are_escaped() -> None:
    assert encode({"id": "gid://shopify/Order/1"}) == b'{"id":"gid:\\/\\/shopify\\/Order\\/1"}\n'


def test_a_search_in_a_bulk_query_is_heeded(generated: Asker) -> None:
    order = next(iter(generated.box.shop.orders.values()))
    _, rows = generated.bulk(f'{{ orders(query: "id:{order.id}") {{ edges {{ node {{ name }} }} }} }}')
    assert rows == [{"name": order.name}]


def test_nothing_found_has_no_file(generated: Asker) -> None:
    operation, rows = generated.bulk('{ orders(query: "id:1") { edges { node { id } } } }')
    assert (operation["url"], operation["objectCount"], operation["fileSize"]) == (None, "0", None)
    assert rows == []


def test_the_address_is_signed_and_ends_after_seven_days(generated: Asker) -> None:
    operation, _ = generated.bulk("{ products { edges { node { id } } } }")
    path = operation["url"].partition("127.0.0.1:80")[2]
    here = {"Host": "127.0.0.1"}
    assert generated.client.get(path.replace("signature=", "signature=0"), headers=here).status_code == 403
    later = path.replace("Expires=1", "Expires=2")
    assert generated.client.get(later, headers=here).status_code == 403
    assert generated.client.get(path, headers={"Host": DOMAIN}).status_code == 404
    ended = generated.face.operations.all[int(operation["id"].rpartition("/")[2])].completed_at
    assert ended is not None
    assert f"Expires={int(ended.timestamp()) + 7 * 86_400}" in path


def test_the_file_is_gone_after_seven_days(generated: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operation, _ = generated.bulk("{ products { edges { node { id } } } }")
    clock = tmp_path / "clock"
    monkeypatch.setenv("REGULARS_CLOCK", str(clock))
    for days, status in ((6.99, 200), (7.01, 400)):
        clock.write_text(str(days * 86_400))
        path = operation["url"].partition("127.0.0.1:80")[2]
        with generated.client.get(path, headers={"Host": "127.0.0.1"}) as answer:
            assert answer.status_code == status


def started(asker: Asker) -> Answer:
    found: Answer = asker.data(document("bulk_run"), query=ORDERS)["bulkOperationRunQuery"]
    return found


def test_five_run_at_once_and_the_sixth_is_refused_with_their_names(small: Asker) -> None:
    with small.face.operations.turn:
        ids = [started(small)["bulkOperation"]["id"] for _ in range(5)]
        (error,) = started(small)["userErrors"]
        assert small.data(document("bulk_list"))["bulkOperations"]["nodes"] == []  # of those that run
    message = f"A bulk query operation for this app and shop is already in progress: {', '.join(ids)}."
    assert error == {"field": None, "message": message, "code": "OPERATION_IN_PROGRESS"}
    for operation in ids:
        small.wait_for(operation)
    assert started(small)["userErrors"] == []


def test_one_begins_as_created_with_nothing_counted(small: Asker) -> None:
    with small.face.operations.turn:
        operation = started(small)["bulkOperation"]
        polled = small.data(document("bulk_poll"), id=operation["id"])["bulkOperation"]
    assert operation["status"] == "CREATED"
    assert (polled["objectCount"], polled["url"], polled["completedAt"]) == ("0", None, None)
    small.wait_for(operation["id"])


def test_a_running_one_can_be_cancelled_and_an_ended_one_cannot(small: Asker) -> None:
    with small.face.operations.turn:
        operation = started(small)["bulkOperation"]["id"]
        cancelled = small.data(document("bulk_cancel"), id=operation)["bulkOperationCancel"]
    assert cancelled == {"bulkOperation": {"id": operation, "status": "CANCELING"}, "userErrors": []}
    assert small.wait_for(operation)["status"] == "CANCELED"
    done = started(small)["bulkOperation"]["id"]
    small.wait_for(done)
    refused = small.data(document("bulk_cancel"), id=done)["bulkOperationCancel"]
    assert refused["bulkOperation"] is None
    assert refused["userErrors"][0]["message"] == "A bulk operation cannot be canceled when it is completed"


def test_one_that_breaks_says_so_and_keeps_what_it_has(small: Asker) -> None:
    faults = small.face.world.options.faults
    faults.set({"bulk_failed": 1.0})
    operation = small.wait_for(started(small)["bulkOperation"]["id"])
    assert (operation["status"], operation["errorCode"], operation["url"]) == ("FAILED", "INTERNAL_SERVER_ERROR", None)
    assert len(small.rows(operation["partialDataUrl"])) == int(operation["objectCount"]) > 0
    faults.set({"bulk_canceled": 1.0})
    canceled = small.wait_for(started(small)["bulkOperation"]["id"])
    assert (canceled["status"], canceled["errorCode"], canceled["url"]) == ("CANCELED", None, None)
    faults.set({})
    again = small.wait_for(started(small)["bulkOperation"]["id"])
    assert again["status"] == "COMPLETED"


def test_the_shop_can_change_while_one_runs(small: Asker) -> None:
    done = threading.Event()

    def sell() -> None:
        while not done.wait(0.002):
            small.box.place_order([(10, 1)], person_id=2)

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        for _ in range(5):
            operation, rows = small.bulk(ORDERS)
            assert operation["status"] in ENDED
            assert len(rows) == int(operation["objectCount"])
    finally:
        done.set()
        seller.join()


def test_customers_and_products_come_in_bulk_too(generated: Asker) -> None:
    _, rows = generated.bulk(document("bulk_inner_customers"))
    people = [each for each in generated.box.shop.people.values() if each.deleted_at is None]
    assert sum("/Customer/" in row["id"] for row in rows) == len(people)
    text = "{ products { edges { node { id variants { edges { node { id sku } } } } } } }"
    _, rows = generated.bulk(text)
    kinds: Counter[Any] = Counter(row["id"].split("/")[3] for row in rows)
    assert kinds == {"Product": len(generated.box.shop.products), "ProductVariant": len(generated.box.shop.variants)}
