"""Our webhooks in the shop: named, one a topic, made again where the shop has switched one off."""

import hashlib
import time
from collections.abc import Sequence

import msgspec

from connectors.base import Webhook
from connectors.woocommerce.rows import bodies, one
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.types import WebhookBody
from connectors.woocommerce.webhooks import SUBSCRIBED

PATH = "wc/v3/webhooks"
_PATIENCE = 3.0  # seconds after which none is begun: a shop that cannot reach us takes five for each


def ours(transport: Transport) -> Sequence[Webhook]:
    return [_webhook(body) for body in _ours(transport)]


def subscribe(transport: Transport, address: str, secret: str) -> Sequence[Webhook]:
    """Every topic, active, at this address, signed with this secret. What is right already is left as it is; what there
    was no time for is due."""
    at_address = [body for body in _ours(transport) if body.delivery_url == address]
    kept: list[Webhook] = []
    until = time.monotonic() + _PATIENCE
    for topic in SUBSCRIBED:
        name = _name(topic, secret)
        right, wrong = _sorted([body for body in at_address if body.topic == topic], name)
        if right is None and time.monotonic() > until:
            kept.append(Webhook("", topic, address, is_active=False, is_due=True))
            continue
        for body in wrong:
            transport.remove(f"{PATH}/{body.id}", {"force": "true"})
        made = right or _create(transport, topic, name, address, secret)
        kept.append(msgspec.structs.replace(_webhook(made), is_new=right is None))
    return kept


def unsubscribe(transport: Transport, address: str) -> None:
    for body in _ours(transport):
        if body.delivery_url == address:
            transport.remove(f"{PATH}/{body.id}", {"force": "true"})


def _name(topic: str, secret: str) -> str:
    """The shop never tells a secret, so the name says which one was set."""
    return f"Regulars {topic} {hashlib.sha256(secret.encode()).hexdigest()[:8]}"


def _sorted(bodies_of_topic: Sequence[WebhookBody], name: str) -> tuple[WebhookBody | None, list[WebhookBody]]:
    """The one to keep, and the rest. One that was disabled is made anew: switched on again, it would keep its count of
    failures and be off at the next."""
    right = next((body for body in bodies_of_topic if body.name == name and body.status == "active"), None)
    return right, [body for body in bodies_of_topic if body is not right]


def _create(transport: Transport, topic: str, name: str, address: str, secret: str) -> WebhookBody:
    """The shop pings the address while it creates, whatever status is asked for and also in a batch: five seconds where
    that does not answer."""
    body = {"name": name, "topic": topic, "delivery_url": address, "secret": secret, "status": "active"}
    return one(transport.send("POST", PATH, body=body).content, WebhookBody)


def _ours(transport: Transport) -> list[WebhookBody]:
    found: dict[int, WebhookBody] = {}
    while True:
        raw = transport.get(PATH, {"per_page": 100, "offset": len(found), "orderby": "id", "order": "asc"}).content
        page, _ = bodies(raw, WebhookBody)
        found |= {body.id: body for body in page}
        if len(page) < 100:
            return [body for body in found.values() if body.name.startswith("Regulars ")]


def _webhook(body: WebhookBody) -> Webhook:
    return Webhook(str(body.id), body.topic, body.delivery_url, body.status == "active")
