"""Sends a webhook: the ping, and the signed delivery whose body is made only now; no retry, ever."""

import hashlib
import hmac
import html
import time
from base64 import b64encode
from typing import Protocol

import requests

from sandbox.woocommerce.answers import Body, encode
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import House
from sandbox.woocommerce.keys import Key
from sandbox.woocommerce.options import Options

PING_TIMEOUT = 5
MOST_FAILURES = 5  # in a row, and one to notice, and one more: the seventh disables


class Hook(Protocol):
    id: int
    topic: str
    delivery_url: str
    secret: str
    key: Key
    status: str
    failures: int
    owes_ping: bool


class Delivery:
    """To be called once, when its turn has come."""

    def __init__(self, house: House, hook: Hook, number: int) -> None:
        self.house, self.hook, self.number = house, hook, number

    def __call__(self) -> bool:
        hook = self.hook
        if hook.status != "active":
            return False
        body = encode(self._body())
        arrived = self._post(body)
        self._count(arrived)
        if hook.owes_ping:
            hook.owes_ping = not ping(hook, self.house.options)
        return arrived

    def _body(self) -> Body:
        """The thing as it is now; when it is gone, or not for the webhook's user, the error that asking would give."""
        resource, _, event = self.hook.topic.partition(".")
        if resource == "action":
            return {"action": event, "arg": self.number}
        if event == "deleted":
            return {"id": self.number}
        try:
            self.hook.key.may_view()
            with self.house.box.lock:
                return self.house.bodies[resource](self.number)
        except ApiError as error:
            return error.body

    def _post(self, body: bytes) -> bool:
        resource, _, event = self.hook.topic.partition(".")
        headers = {
            "X-WC-Webhook-Source": f"{self.house.options.home_url}/",
            "X-WC-Webhook-Topic": self.hook.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": sign(body, self.hook.secret),
            "X-WC-Webhook-ID": str(self.hook.id),
            "X-WC-Webhook-Delivery-ID": delivery_id(self.hook.id),
        }
        if self.house.options.faults.strikes("unreached"):
            return False
        return post(self.hook.delivery_url, body, headers, self.house.options)

    def _count(self, arrived: bool) -> None:
        hook = self.hook
        if arrived:
            hook.failures = 0
        elif hook.failures > MOST_FAILURES:
            hook.status = "disabled"
        else:
            hook.failures += 1


def delivery_id(hook_id: int) -> str:
    """Of the webhook and the second, so two deliveries of one second share it."""
    return hashlib.md5(f"{hook_id}{int(time.time())}".encode(), usedforsecurity=False).hexdigest()


def sign(body: bytes, secret: str) -> str:
    """Entities in the secret are decoded first."""
    digest = hmac.new(html.unescape(secret).encode(), body, hashlib.sha256).digest()
    return b64encode(digest).decode()


def post(url: str, body: bytes, headers: dict[str, str], options: Options) -> bool:
    """200 to 302 is success, redirects are not followed, so a moved address loses data without a word."""
    headers = {"User-Agent": options.user_agent, "Content-Type": "application/json", **headers}
    try:
        with _session() as session:
            answer = session.post(
                url, data=body, headers=headers, timeout=options.delivery_timeout, allow_redirects=False
            )
            return 200 <= answer.status_code <= 302
    except requests.RequestException:
        return False


def ping(hook: Hook, options: Options) -> bool:
    """A form without signature; only exactly 200 ends it. Unlike deliveries it follows redirects."""
    headers = {"User-Agent": options.user_agent}
    try:
        with _session() as session:
            answer = session.post(hook.delivery_url, {"webhook_id": hook.id}, headers=headers, timeout=PING_TIMEOUT)
            return answer.status_code == 200
    except requests.RequestException:
        return False


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
