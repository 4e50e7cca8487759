"""The app's own configuration, as its developer deploys it, and the requests of the law, which go by it alone."""

import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from sandbox.front.links import SHOP_NUMBER
from sandbox.shop import Person
from sandbox.shopify.payload_parts import Body
from sandbox.shopify.webhooks import Webhooks, enum_name
from sandbox.shopify.world import World


def add_routes(face: Blueprint, world: World, webhooks: Webhooks) -> None:
    @face.post("/_sandbox/shopify/deploy")
    def deploy() -> ResponseReturnValue:
        """A shopify.app.toml as the body; ?url=http://127.0.0.1:8000: where the app is, whatever the file says."""
        told = tomllib.loads(request.get_data(as_text=True))
        with world.box.lock:
            webhooks.hooks.configure(list(_addresses(told, request.args.get("url"))))
        return {"topics": len(webhooks.hooks.configured)}

    @face.post("/_sandbox/shopify/privacy")
    def ask_by_law() -> ResponseReturnValue:
        """{"topic": "customers/redact", "person_id": 1}; shop/redact needs nobody."""
        wish = request.get_json()
        with world.box.lock:
            person = world.shop.people[int(wish["person_id"])] if "person_id" in wish else None
            body = privacy(world, wish["topic"], person)
            webhooks.tell(enum_name(wish["topic"]), wish["topic"], lambda: body, world.box.now())
        return body


def privacy(world: World, topic: str, person: Person | None) -> Body:
    body: Body = {"shop_id": SHOP_NUMBER, "shop_domain": world.options.domain}
    if person is None:
        return body
    body["customer"] = {"id": person.id, "email": person.email, "phone": person.phone or None}
    orders = [order.id for order in world.orders_of(person.id)]
    if topic == "customers/redact":
        return {**body, "orders_to_redact": orders}
    return {**body, "orders_requested": orders, "data_request": {"id": world.shop.next_id()}}


def _addresses(told: dict[str, Any], url: str | None) -> Iterator[tuple[str, str]]:
    """Topics with where each goes: addresses of the file are relative to the app's, or stand for it."""
    for each in told["webhooks"]["subscriptions"]:
        uri = urljoin(told["application_url"], each["uri"])
        if url is not None:
            uri = urljoin(url, urlsplit(uri).path)
        for topic in [*each.get("topics", []), *each.get("compliance_topics", [])]:
            yield enum_name(topic), uri
