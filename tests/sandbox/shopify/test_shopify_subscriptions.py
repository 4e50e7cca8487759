"""Webhook subscriptions: what is kept and what is refused, in the recorded words."""

from typing import Any

import pytest

from tests.sandbox.shopify.conftest import Asker, document

ADDRESS = "https://app.example.com/webhooks"
CALLBACK = ["webhookSubscription", "callbackUrl"]
UPDATE = """mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
    webhookSubscription { uri filter name } userErrors { field message }
  }
}"""


def create(asker: Asker, topic: str = "ORDERS_CREATE", **wishes: Any) -> Any:
    answer = asker.data(document("webhook_create"), topic=topic, sub={"uri": ADDRESS, **wishes})
    return answer["webhookSubscriptionCreate"]


def errors(answer: Any) -> list[tuple[list[str], str]]:
    assert answer["webhookSubscription"] is None
    return [(each["field"], each["message"]) for each in answer["userErrors"]]


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("", "Address can't be blank"),
        ("   ", "Address can't be blank"),
        ("http://example.com/hook", "Address protocol http:// is not supported"),
        ("ftp://example.com/hook", "Address protocol ftp:// is not supported"),
        ("https://", "Address is invalid"),
        ("https://other.myshopify.com/hook", "Address cannot be a Shopify or an internal domain"),
        ("https://host.internal/hook", "Address cannot be a Shopify or an internal domain"),
    ],
)
def test_a_wrong_address_is_refused_under_its_old_name(small: Asker, uri: str, message: str) -> None:
    assert errors(create(small, uri=uri)) == [(CALLBACK, message)]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000"])
def test_plain_http_is_let_through_to_this_machine(small: Asker, host: str) -> None:
    assert create(small, uri=f"http://{host}/webhooks")["userErrors"] == []


def test_the_same_address_is_taken_once_for_a_topic(small: Asker) -> None:
    assert create(small)["userErrors"] == []
    assert errors(create(small)) == [(CALLBACK, "Address for this topic has already been taken")]
    assert create(small, "ORDERS_UPDATED")["userErrors"] == []
    assert create(small, format="XML")["userErrors"] == []


def test_names_are_plain_and_used_once(small: Asker) -> None:
    at = ["webhookSubscription", "name"]
    wording = "Name name field can only contain alphanumeric characters, underscores, and hyphens"
    assert errors(create(small, name="has spaces")) == [(at, wording)]
    assert errors(create(small, name="")) == [(at, "Name is too short (minimum is 1 character)"), (at, wording)]
    assert create(small, name="Orders")["userErrors"] == []
    assert errors(create(small, "ORDERS_UPDATED", name="orders")) == [(at, "Name already exists, no duplicate allowed")]


def test_a_filter_names_its_fields(small: Asker) -> None:
    message = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
    assert errors(create(small, filter="customer_id:5 bareword")) == [(["webhookSubscription"], message)]
    assert create(small, filter="customer_id:5")["webhookSubscription"]["filter"] == "customer_id:5"


def test_an_unknown_topic_is_a_wrong_variable(small: Asker) -> None:
    answer = small.ask(document("webhook_create"), topic="NOT_A_TOPIC", sub={"uri": ADDRESS})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"
    assert "data" not in answer


def test_they_are_listed_in_pages_changed_and_deleted(small: Asker) -> None:
    made = create(small, includeFields=["id"])["webhookSubscription"]
    create(small, "ORDERS_UPDATED")
    assert made["apiVersion"] == {"handle": "2026-10", "supported": True}
    page = small.data("{ webhookSubscriptions(first: 1) { nodes { topic } pageInfo { hasNextPage endCursor } } }")[
        "webhookSubscriptions"
    ]
    assert (page["nodes"], page["pageInfo"]["hasNextPage"]) == ([{"topic": "ORDERS_CREATE"}], True)
    rest = small.data(document("webhook_list"), after=page["pageInfo"]["endCursor"])["webhookSubscriptions"]
    assert [each["topic"] for each in rest["nodes"]] == ["ORDERS_UPDATED"]
    changed = small.data(UPDATE, id=made["id"], sub={"uri": f"{ADDRESS}/2"})["webhookSubscriptionUpdate"]
    assert changed == {"webhookSubscription": {"uri": f"{ADDRESS}/2", "filter": None, "name": None}, "userErrors": []}
    gone = small.data(document("webhook_delete"), id=made["id"])["webhookSubscriptionDelete"]
    assert gone == {"deletedWebhookSubscriptionId": made["id"], "userErrors": []}
    again = small.data(document("webhook_delete"), id=made["id"])["webhookSubscriptionDelete"]
    missing = {"field": ["id"], "message": "Webhook subscription does not exist"}
    assert again == {"deletedWebhookSubscriptionId": None, "userErrors": [missing]}


def test_topics_narrow_the_list(small: Asker) -> None:
    create(small)
    create(small, "ORDERS_UPDATED")
    narrow = "webhookSubscriptions(first: 9, topics: [ORDERS_UPDATED]) { nodes { topic } }"
    data = small.data(f"{{ {narrow} webhookSubscriptionsCount {{ count }} }}")
    assert data["webhookSubscriptions"]["nodes"] == [{"topic": "ORDERS_UPDATED"}]
    assert data["webhookSubscriptionsCount"] == {"count": 2}
