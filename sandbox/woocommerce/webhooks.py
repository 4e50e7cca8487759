"""Webhooks: their routes, the ping, and which event of the shop is a delivery of which topic."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, request

from sandbox.changes import Event
from sandbox.woocommerce import params
from sandbox.woocommerce.answers import Body, answer, links
from sandbox.woocommerce.courier import Courier
from sandbox.woocommerce.delivery import Delivery, ping
from sandbox.woocommerce.errors import ApiError, invalid, no_trash, not_found
from sandbox.woocommerce.house import House
from sandbox.woocommerce.keys import Key
from sandbox.woocommerce.reading import page
from sandbox.woocommerce.topics import topics

RESOURCES, EVENTS = ("coupon", "customer", "order", "product"), ("created", "updated", "deleted", "restored")
HOOKS = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "product.deleted": ["wp_trash_post"],
    "product.updated": ["woocommerce_process_product_meta", "woocommerce_update_product"],
}
STATUSES = ("active", "paused", "disabled")


@dataclass(slots=True)
class Webhook:
    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    key: Key  # whoever made it sees what it carries
    created_at: datetime
    status: str = "active"
    modified_at: datetime | None = None
    failures: int = 0
    owes_ping: bool = True

    @property
    def updated_at(self) -> datetime:
        return self.modified_at or self.created_at


class Webhooks:
    def __init__(self, house: House, courier: Courier) -> None:
        self.house, self.box, self.courier = house, house.box, courier
        self.all: dict[int, Webhook] = {}
        self._last_id = 0
        self.box.listen(self._note)
        house.keep("webhooks", self)

    def list(self) -> Response:
        state = params.one_of(request.args, "status", ("all", *STATUSES), "all")
        paging = params.paging(request.args, ("date", "id", "title"))
        with self.box.lock:
            found = [hook for hook in self.all.values() if state in ("all", hook.status)]
        return page(self.house, found if paging.order == "asc" else found[::-1], paging, self._body)

    def create(self) -> Response:
        wanted = _json()
        topic, url = str(wanted.get("topic") or ""), str(wanted.get("delivery_url") or "")
        if not _is_topic(topic):
            code = "woocommerce_rest_shop_webhook_invalid_topic"
            raise ApiError(400, code, "Webhook topic is required and must be valid.")
        _check_url(url)
        with self.box.lock:
            self._last_id += 1
            name = str(wanted.get("name") or f"Webhook created on {self.box.now():%b %d, %Y @ %I:%M %p}")
            secret = str(wanted.get("secret") or secrets.token_urlsafe(36))
            hook = Webhook(self._last_id, name, topic, url, secret, g.key, self.box.now(), _status(wanted, "active"))
            self.all[hook.id] = hook
        hook.owes_ping = not ping(hook, self.house.options)
        location = f"{self.house.options.home_url}/wp-json/wc/v3/webhooks/{hook.id}"
        return answer(self._body(hook), 201, {"Location": location})

    def show(self, number: int) -> Response:
        return answer(self._body(self._get(number)))

    def change(self, number: int) -> Response:
        hook, wanted = self._get(number), _json()
        status, url = _status(wanted, hook.status), str(wanted.get("delivery_url") or hook.delivery_url)
        _check_url(url)
        has_moved = url != hook.delivery_url
        hook.name, hook.secret = str(wanted.get("name") or hook.name), str(wanted.get("secret") or hook.secret)
        hook.status, hook.delivery_url, hook.modified_at = status, url, self.box.now()  # the failures stay as they are
        if has_moved:
            hook.owes_ping = not ping(hook, self.house.options)
        return answer(self._body(hook))

    def delete(self, number: int) -> Response:
        hook = self._get(number)
        if not params.flag(request.args, "force"):
            raise no_trash("Webhooks")
        with self.box.lock:
            del self.all[hook.id]
        return answer(self._body(hook))

    def _get(self, number: int) -> Webhook:
        if number not in self.all:
            raise not_found("webhooks")
        return self.all[number]

    def _body(self, hook: Webhook) -> Body:
        resource, _, event = hook.topic.partition(".")
        times = self.house.writing.times
        return {
            "id": hook.id,
            "name": hook.name,
            "status": hook.status,
            "topic": hook.topic,
            "resource": resource,
            "event": event,
            "hooks": HOOKS.get(hook.topic, [event] if resource == "action" else []),
            "delivery_url": hook.delivery_url,
            **times("date_created", hook.created_at),
            **times("date_modified", hook.modified_at),
            "_links": links(self.house.options.home_url, f"webhooks/{hook.id}"),
        }

    def _note(self, event: Event) -> None:
        """Nothing is sent here: the body will be what the thing is when its turn comes."""
        for topic, number in topics(event, self.house):
            for hook in list(self.all.values()):
                if hook.topic == topic and hook.status == "active":
                    self._send(hook, number)

    def _send(self, hook: Webhook, number: int) -> None:
        faults = self.house.options.faults
        if faults.strikes("drop"):
            return
        late = faults.pause() if faults.strikes("reorder") else 0.0
        late += faults.seconds if faults.strikes("delay") else 0.0
        for time in range(2 if faults.strikes("duplicate") else 1):
            self.courier.send((hook.id, number, time), Delivery(self.house, hook, number), late)


def _json() -> dict[str, Any]:
    wanted = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        wanted = request.form.to_dict()
    return wanted


def _status(wanted: dict[str, Any], default: str) -> str:
    status = str(wanted.get("status") or default)
    if status not in STATUSES:
        raise invalid("status", f"status is not one of {params.listed(STATUSES)}.", "rest_not_in_enum")
    return status


def _is_topic(topic: str) -> bool:
    resource, _, event = topic.partition(".")
    if resource == "action":
        return re.match(r"(woocommerce|wc)_\w+$", event) is not None
    return resource in RESOURCES and event in EVENTS


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        code = "woocommerce_rest_shop_webhook_invalid_delivery_url"
        raise ApiError(400, code, "Webhook delivery URL must be a valid URL starting with http:// or https://.")
