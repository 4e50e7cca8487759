"""What a subscription's change takes away, and whose a namespace is: as recorded from a development shop."""

from tests.sandbox.shopify.conftest import Asker, document

UPDATE = """mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) {
    webhookSubscription { includeFields metafieldNamespaces } userErrors { message }
  }
}"""


def test_an_empty_list_takes_away_and_a_list_that_is_not_named_stays(small: Asker) -> None:
    wish = {"uri": "https://app.example.com/hook", "includeFields": ["id"], "metafieldNamespaces": ["$app:a", "custom"]}
    made = small.data(document("webhook_create"), topic="ORDERS_CREATE", sub=wish)["webhookSubscriptionCreate"]
    number = made["webhookSubscription"]["id"]
    changed = small.data(UPDATE, id=number, sub={"metafieldNamespaces": []})["webhookSubscriptionUpdate"]
    assert changed["webhookSubscription"] == {"includeFields": ["id"], "metafieldNamespaces": []}


def test_the_app_s_own_namespace_is_written_out(small: Asker) -> None:
    wish = {"uri": "https://app.example.com/hook", "metafieldNamespaces": ["$app:a", "custom", "app--9--kept"]}
    made = small.data(document("webhook_create"), topic="ORDERS_CREATE", sub=wish)["webhookSubscriptionCreate"]
    changed = small.data(UPDATE, id=made["webhookSubscription"]["id"], sub={})["webhookSubscriptionUpdate"]
    assert changed["webhookSubscription"]["metafieldNamespaces"] == ["app--1--a", "custom", "app--9--kept"]
