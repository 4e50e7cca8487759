"""What a shop is asked to send: all that its scopes allow, once and whole; made again where it is gone or changed."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import RegularsError
from connectors.shopify.client import ShopifyClient
from connectors.shopify.topics import BY_API, enum_name, wanted
from connectors.shopify.transport import Transport
from tests.connectors.shopify.conftest import DOMAIN, SECRETS, Box
from tests.connectors.shopify.fakes import FakeSession, answer

ADDRESS = "https://app.example.com/webhooks/shopify"
SCOPES = ("write_customers", "read_orders", "read_products")
TOPICS = wanted(SCOPES, is_configured=False)


def test_what_a_shop_grants_is_subscribed_once_and_made_again_where_it_is_gone(box: Box, tmp_path: Path) -> None:
    """R16."""
    client = box.client(tmp_path)
    try:
        made = client.subscribe(ADDRESS, "")
        assert {"orders/create", "customers/update", "carts/update", "app/uninstalled"} < {hook.topic for hook in made}
        assert all(hook.is_active and hook.is_new for hook in made)
        again = client.subscribe(ADDRESS, "")
        assert {hook.external_id for hook in again} == {hook.external_id for hook in made}
        assert not any(hook.is_new for hook in again)
        gone = next(hook for hook in made if hook.topic == "orders/create")
        gid = f"gid://shopify/WebhookSubscription/{gone.external_id}"
        Transport(DOMAIN, SECRETS, box.session()).ask("webhook_delete", {"id": gid})
        mended = client.subscribe(ADDRESS, "")
        assert [hook.topic for hook in mended if hook.is_new] == ["orders/create"]
        assert len(mended) == len(made)
    finally:
        client.unsubscribe(ADDRESS)
    assert not [hook for hook in client.webhooks() if hook.address == ADDRESS]


def test_only_what_is_wanted_of_ours_stays_and_nothing_of_others_is_touched() -> None:
    """One with a filter would keep things back, one in the app's configuration too would be sent twice."""
    other = "https://another.example.com/hook"
    there = [
        hook(1, "orders/create"), hook(2, "orders/updated", filter="total_price:>=100"), hook(3, "orders/edited"),
        hook(4, "orders/create", uri=other),
        *(hook(10 + place, topic) for place, topic in enumerate(TOPICS) if not topic.startswith("orders/")),
    ]  # fmt: skip
    wants = [topic for topic in TOPICS if topic.startswith("orders/") and topic != "orders/create"]
    session = FakeSession(listed(there), answer({}), answer({}), *(created for _ in wants))
    made = client_of(session).subscribe(ADDRESS, "")
    ended = [asked["variables"]["id"].rpartition("/")[2] for asked in session.asked if "id" in asked["variables"]]
    assert ended == ["2", "3"]
    assert [one.topic for one in made if one.is_new] == wants
    assert sorted(one.topic for one in made) == sorted(TOPICS)


def test_the_house_s_own_app_subscribes_only_to_what_its_configuration_cannot_name() -> None:
    topics = list(BY_API)[:2]
    session = FakeSession(listed([hook(1, "orders/create")]), answer({}), *(created for _ in topics))
    made = client_of(session, house="1").subscribe(ADDRESS, "")
    assert [one.topic for one in made] == topics


def test_a_topic_that_is_refused_keeps_no_other_from_coming() -> None:
    no = {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": [{"message": "Not for you"}]}}
    session = FakeSession(listed([]), answer(no), *(created for _ in TOPICS[1:]))
    made = client_of(session).subscribe(ADDRESS, "")
    assert [(one.topic, one.why_not) for one in made if not one.is_active] == [(TOPICS[0], "Not for you")]
    assert sum(one.is_active for one in made) == len(TOPICS) - 1


def test_an_address_that_is_refused_for_every_topic_is_said_in_the_platform_s_words() -> None:
    no = {"webhookSubscriptionCreate": {"webhookSubscription": None, "userErrors": [{"message": "Address is invalid"}]}}
    session = FakeSession(listed([]), *(answer(no) for _ in TOPICS))
    with pytest.raises(RegularsError, match="Address is invalid"):
        client_of(session).subscribe(ADDRESS, "")


def client_of(session: FakeSession, **secrets: str) -> ShopifyClient:
    return ShopifyClient(DOMAIN, {"access_token": "shpat_1", **secrets}, session, Path())


def hook(number: int, topic: str, uri: str = ADDRESS, **fields: Any) -> dict[str, Any]:
    gid = f"gid://shopify/WebhookSubscription/{number}"
    plain = {"format": "JSON", "filter": None, "includeFields": []}
    return {"id": gid, "topic": enum_name(topic), "uri": uri, **plain, **fields}


def listed(hooks: list[dict[str, Any]]) -> Any:
    installed = {"accessScopes": [{"handle": scope} for scope in SCOPES]}
    page = {"nodes": hooks, "pageInfo": {"hasNextPage": False, "endCursor": None}}
    return answer({"currentAppInstallation": installed, "webhookSubscriptions": page})


def created(asked: dict[str, Any]) -> Any:
    said = asked["variables"]
    made = {**hook(99, "orders/create"), "topic": said["topic"], "uri": said["uri"]}
    return answer({"webhookSubscriptionCreate": {"webhookSubscription": made, "userErrors": []}})
