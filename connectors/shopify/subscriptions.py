"""Webhook subscriptions: what a shop sends us, and where; made again where Shopify took them away."""

from collections.abc import Sequence

import msgspec

from app.errors import RegularsError
from connectors.base import Webhook
from connectors.shopify import types
from connectors.shopify.topics import enum_name, topic_name, wanted
from connectors.shopify.transport import Transport


class Subscription(types.Part):
    id: str
    topic: str
    uri: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        """Does it send all that happens, in the form that we read?"""
        return self.format == "JSON" and not self.filter and not self.include_fields

    def webhook(self, *, is_new: bool = False) -> Webhook:
        return Webhook(self.id.rpartition("/")[2], topic_name(self.topic), self.uri, is_active=True, is_new=is_new)


class UserError(types.Part):
    message: str


class Created(types.Part):
    webhook_subscription: Subscription | None = None
    user_errors: Sequence[UserError] = ()


class Scope(types.Part):
    handle: str


class Installation(types.Part):
    access_scopes: Sequence[Scope] = ()


class Told(types.Part):
    webhook_subscriptions: types.Nodes[Subscription]
    current_app_installation: Installation | None = None


def listed(transport: Transport) -> Sequence[Webhook]:
    return [subscription.webhook() for subscription in _read(transport)[0]]


def subscribe(transport: Transport, address: str, *, is_configured: bool) -> Sequence[Webhook]:
    """Makes those that are missing at `address`, whether they never were or Shopify took them away; ends those there
    that nobody wants or that would keep something back. is_configured: see `topics.wanted`."""
    subscriptions, scopes = _read(transport)
    topics = wanted(scopes, is_configured=is_configured)
    ours = [one for one in subscriptions if one.uri == address]
    good = {one.topic: one for one in ours if one.is_whole and topic_name(one.topic) in topics}
    for one in ours:
        if good.get(one.topic) is not one:
            _delete(transport, one.id)
    made = [_create(transport, topic, address) for topic in topics if enum_name(topic) not in good]
    if made and not good and not any(webhook.is_active for webhook in made):
        raise RegularsError(f"Shopify sends nothing to {address}: {made[0].why_not}")
    return [*(one.webhook() for one in good.values()), *made]


def unsubscribe(transport: Transport, address: str) -> None:
    for one in _read(transport)[0]:
        if one.uri == address:
            _delete(transport, one.id)


def _read(transport: Transport) -> tuple[list[Subscription], set[str]]:
    """All that the app subscribed in the shop, and the scopes that the shop granted it."""
    found: list[Subscription] = []
    after: str | None = None
    while True:
        told = transport.run("webhook_list", {"after": after}, Told)
        page, installed = told.webhook_subscriptions, told.current_app_installation
        found += page.nodes
        if not page.page_info.has_next_page:
            return found, {scope.handle for scope in installed.access_scopes} if installed else set()
        after = page.page_info.end_cursor


def _create(transport: Transport, topic: str, address: str) -> Webhook:
    """One topic that is refused keeps no other from coming."""
    variables = {"topic": enum_name(topic), "uri": address}
    answer = transport.run("webhook_create", variables, dict[str, Created])["webhookSubscriptionCreate"]
    if answer.webhook_subscription is None:
        words = "; ".join(error.message for error in answer.user_errors)
        return Webhook("", topic, address, is_active=False, why_not=words)
    return answer.webhook_subscription.webhook(is_new=True)


def _delete(transport: Transport, gid: str) -> None:
    transport.run("webhook_delete", {"id": gid}, dict[str, msgspec.Raw])
