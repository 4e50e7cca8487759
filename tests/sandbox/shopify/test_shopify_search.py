"""The search syntax, sorting and paging of the top-level lists."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.shopify.values import iso
from tests.sandbox.shopify.conftest import Asker

ORDERS = (
    "query($query: String) { orders(first: 250, query: $query, sortKey: UPDATED_AT) { nodes { id name updatedAt } } }"
)


def found(asker: Asker, query: str) -> list[str]:
    return [node["name"] for node in asker.data(ORDERS, query=query)["orders"]["nodes"]]


def middle(asker: Asker) -> Any:
    orders = sorted(asker.box.shop.orders.values(), key=lambda order: (order.updated_at, order.id))
    return orders[len(orders) // 2 :][0], orders


def test_a_time_is_compared_when_it_is_quoted(generated: Asker) -> None:
    order, orders = middle(generated)
    wanted = [each.name for each in orders if each.updated_at >= order.updated_at]
    assert found(generated, f"updated_at:>='{iso(order.updated_at)}'") == wanted[:250]
    assert found(generated, f'updated_at:>"{iso(order.updated_at + timedelta(days=9999))}"') == []


def test_two_times_make_a_range(generated: Asker) -> None:
    order, orders = middle(generated)
    end = order.updated_at + timedelta(days=20)
    wanted = [each.name for each in orders if order.updated_at <= each.updated_at < end]
    assert found(generated, f"updated_at:>='{iso(order.updated_at)}' updated_at:<'{iso(end)}'") == wanted


def test_an_unquoted_time_breaks_at_its_colon(generated: Asker) -> None:
    answer = generated.ask(ORDERS, query="updated_at:>=2026-01-01T00:00:00Z")
    assert answer["errors"][0]["message"] == "Invalid timestamp for query filter `updated_at`."
    assert answer["data"] is None


def test_a_day_needs_no_quotes(generated: Asker) -> None:
    assert len(found(generated, "updated_at:>=2000-01-01")) == 250
    assert found(generated, "updated_at:<2000-01-01") == []


def test_a_field_that_does_not_exist_is_ignored_with_a_warning(generated: Asker) -> None:
    answer = generated.ask(ORDERS, query="colour:blue")
    (search,) = answer["extensions"]["search"]
    assert search["path"] == ["orders"]
    assert search["parsed"] == {"field": "colour", "match_all": "blue"}
    assert search["warnings"] == [
        {"field": "colour", "message": "Invalid search field for this query.", "code": "invalid_field"}
    ]
    assert len(answer["data"]["orders"]["nodes"]) == 250


def test_a_value_that_is_not_accepted_finds_nothing_and_warns(generated: Asker) -> None:
    answer = generated.ask(ORDERS, query="status:sleeping")
    (warning,) = answer["extensions"]["search"][0]["warnings"]
    assert warning == {
        "field": "status",
        "message": "Input `sleeping` is not an accepted value.",
        "code": "invalid_value",
    }
    assert answer["data"]["orders"]["nodes"] == []


def test_ids_names_and_brackets(generated: Asker) -> None:
    one, two, three = list(generated.box.shop.orders.values())[:3]
    assert found(generated, f"id:{one.id}") == [one.name]
    assert found(generated, f"name:{two.name}") == [two.name]
    assert set(found(generated, f"(id:{one.id} OR id:{two.id})")) == {one.name, two.name}
    assert found(generated, f"(id:{one.id} OR id:{two.id} OR id:{three.id}) -id:{two.id} NOT id:{three.id}") == [
        one.name
    ]
    assert found(generated, one.name) == [one.name]


def test_statuses_are_known(generated: Asker) -> None:
    cancelled = {each.name for each in generated.box.shop.orders.values() if each.cancelled_at}
    assert set(found(generated, "status:cancelled")) == cancelled != set()
    assert not cancelled & set(found(generated, "status:open"))


def test_the_count_of_customers_refuses_email_state_and_tag(generated: Asker) -> None:
    answer = generated.ask('{ customersCount(query: "email:nobody@example.com") { count precision } }')
    assert answer["extensions"]["search"][0]["warnings"][0]["code"] == "invalid_field"
    people = [each for each in generated.box.shop.people.values() if each.deleted_at is None]
    assert answer["data"]["customersCount"] == {"count": len(people), "precision": "EXACT"}


def test_a_count_stops_at_its_limit(generated: Asker) -> None:
    data = generated.data("{ ordersCount(limit: 7) { count precision } }")
    assert data["ordersCount"] == {"count": 7, "precision": "AT_LEAST"}


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("key", ["ID", "UPDATED_AT", "PROCESSED_AT", "TOTAL_PRICE", "CUSTOMER_NAME"])
def test_pages_hold_every_order_once_in_order(generated: Asker, key: str, reverse: bool) -> None:
    names: list[str] = []
    after = None
    while True:
        data = generated.data(
            "query($after: String, $key: OrderSortKeys, $reverse: Boolean) "
            "{ orders(first: 90, after: $after, sortKey: $key, reverse: $reverse) "
            "{ nodes { name } pageInfo { hasNextPage endCursor } } }",
            after=after,
            key=key,
            reverse=reverse,
        )["orders"]
        names += [node["name"] for node in data["nodes"]]
        after = data["pageInfo"]["endCursor"]
        if not data["pageInfo"]["hasNextPage"]:
            break
    assert sorted(names) == sorted(each.name for each in generated.box.shop.orders.values())
    if key == "ID":
        ids = [each.name for each in sorted(generated.box.shop.orders.values(), key=lambda each: each.id)]
        assert names == (ids[::-1] if reverse else ids)


def test_last_and_before_walk_back(generated: Asker) -> None:
    text = (
        "query($before: String) { customers(last: 3, before: $before, sortKey: ID) "
        "{ edges { cursor node { legacyResourceId } } pageInfo { hasNextPage hasPreviousPage startCursor } } }"
    )
    ids = sorted(each.id for each in generated.box.shop.people.values() if each.deleted_at is None)
    end = generated.data(text)["customers"]
    assert [int(edge["node"]["legacyResourceId"]) for edge in end["edges"]] == ids[-3:]
    assert (end["pageInfo"]["hasNextPage"], end["pageInfo"]["hasPreviousPage"]) == (False, True)
    before = generated.data(text, before=end["pageInfo"]["startCursor"])["customers"]
    assert [int(edge["node"]["legacyResourceId"]) for edge in before["edges"]] == ids[-6:-3]


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ("", "you must provide one of first or last"),
        ("(first: 1, last: 1)", "providing both first and last is not supported"),
        ("(first: 251)", "first must be between 0 and 250"),
        ('(first: 1, after: "junk")', "Invalid cursor for current pagination sort: junk"),
    ],
)
def test_a_wrong_window_is_a_bad_request_without_data(generated: Asker, window: str, message: str) -> None:
    answer = generated.ask(f"{{ orders{window} {{ nodes {{ id }} }} }}")
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]["code"], error["path"]) == (message, "BAD_REQUEST", ["orders"])
    assert answer["data"] is None


def test_an_inner_list_needs_its_window_too(generated: Asker) -> None:
    answer = generated.ask("{ orders(first: 1) { nodes { lineItems { nodes { id } } } } }")
    assert answer["errors"][0]["path"] == ["orders", "nodes", "lineItems"]
    assert answer["data"] is None


def test_inner_lists_are_paged_by_their_own_cursors(generated: Asker) -> None:
    order = max(generated.box.shop.orders.values(), key=lambda each: len(each.lines))
    text = (
        "query($id: ID!, $after: String) { order(id: $id) "
        "{ lineItems(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }"
    )
    ids: list[str] = []
    after = None
    for _ in order.lines:
        page = generated.data(text, id=f"gid://shopify/Order/{order.id}", after=after)["order"]["lineItems"]
        ids += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert ids == [f"gid://shopify/LineItem/{line.id}" for line in order.lines]
    assert not page["pageInfo"]["hasNextPage"]


def test_an_id_of_another_kind_is_not_found(generated: Asker) -> None:
    answer = generated.ask('{ order(id: "gid://shopify/Product/1") { id } }')
    assert answer["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
    assert answer["data"] == {"order": None}
    assert generated.ask('{ order(id: "5") { id } }')["errors"][0]["message"] == "Invalid global id '5'"


def test_nodes_keep_their_places(generated: Asker) -> None:
    order = next(iter(generated.box.shop.orders))
    ids = [f"gid://shopify/Order/{order}", "gid://shopify/Order/1", "gid://shopify/Nothing/1"]
    data = generated.data("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    assert data["nodes"] == [{"__typename": "Order", "id": ids[0]}, None, None]
