"""Webhook subscriptions: what a shop sends us, and where."""

from collections.abc import Sequence

import msgspec

from app.errors import RegularsError
from connectors.base import Webhook
from connectors.shopify import types
from connectors.shopify.topics import SUBSCRIBED, enum_name, topic_name
from connectors.shopify.transport import Transport


class Subscription(types.Part):
    id: str
    topic: str
    uri: str

    def webhook(self) -> Webhook:
        return Webhook(self.id.rpartition("/")[2], topic_name(self.topic), self.uri, is_active=True)


class UserError(types.Part):
    message: str


class Created(types.Part):
    webhook_subscription: Subscription | None = None
    user_errors: Sequence[UserError] = ()


def listed(transport: Transport) -> Sequence[Webhook]:
    found: list[Webhook] = []
    after: str | None = None
    while True:
        answer = transport.run("webhook_list", {"after": after}, dict[str, types.Nodes[Subscription]])
        page = answer["webhookSubscriptions"]
        found += [subscription.webhook() for subscription in page.nodes]
        if not page.page_info.has_next_page:
            return found
        after = page.page_info.end_cursor


def subscribe(transport: Transport, address: str) -> Sequence[Webhook]:
    """Makes those that are missing at `address`, whether they never were or Shopify took them away."""
    ours = [webhook for webhook in listed(transport) if webhook.address == address]
    there = {webhook.topic for webhook in ours}
    return [*ours, *(_create(transport, topic, address) for topic in SUBSCRIBED if topic not in there)]


def _create(transport: Transport, topic: str, address: str) -> Webhook:
    variables = {"topic": enum_name(topic), "uri": address}
    answer = transport.run("webhook_create", variables, dict[str, Created])["webhookSubscriptionCreate"]
    if answer.webhook_subscription is None:
        words = "; ".join(error.message for error in answer.user_errors)
        raise RegularsError(f"Shopify does not send {topic} to {address}: {words}")
    return answer.webhook_subscription.webhook()


def unsubscribe(transport: Transport, address: str) -> None:
    for webhook in listed(transport):
        if webhook.address == address:
            gid = f"gid://shopify/WebhookSubscription/{webhook.external_id}"
            transport.run("webhook_delete", {"id": gid}, dict[str, msgspec.Raw])
