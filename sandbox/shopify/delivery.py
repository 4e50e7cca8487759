"""Sends webhooks: signed, with a deadline, tried again with growing pauses, given up after the eighth retry."""

import heapq
import itertools
import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

import requests

from sandbox.shopify.options import Options
from sandbox.shopify.signing import webhook_signature
from sandbox.shopify.subscriptions import Subscription

WORKERS = 4
TIMEOUT = (1, 5)  # seconds to connect, seconds to be answered
RETRIES = 8
FIRST_PAUSE = 56.5  # seconds, doubled each time: eight retries in four hours

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    subscription: Subscription
    uri: str  # retries go to the first address, even when the subscription has moved
    body: bytes
    headers: dict[str, str]
    tries: int = 0


@dataclass(slots=True)
class Tally:
    queued: int = 0
    sent: int = 0
    failed: int = 0  # given up


@dataclass(slots=True)
class Sender:
    """A few threads over one queue ordered by time. `gave_up` is told of a delivery that was never taken."""

    options: Options
    gave_up: Callable[[Delivery], None]
    tally: Tally = field(default_factory=Tally)
    _due: list[tuple[float, int, Delivery]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _started: bool = False

    def send(self, subscription: Subscription, topic: str, body: bytes, event_id: str, at: datetime) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": webhook_signature(self.options.client_secret, body),
            "X-Shopify-Shop-Domain": self.options.domain,
            "X-Shopify-API-Version": self.options.api_version,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": event_id,
            "X-Shopify-Triggered-At": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
        }
        if subscription.name:
            headers["X-Shopify-Name"] = subscription.name
        self._send(Delivery(subscription, subscription.uri, body, headers))
        self._start()

    def counts(self) -> dict[str, int]:
        with self._changed:
            return asdict(self.tally)

    def flush(self, timeout: float = 60.0) -> bool:
        """Waits until nothing is queued any more; False when time ran out first."""
        with self._changed:
            return self._changed.wait_for(lambda: self.tally.queued == 0, timeout)

    def _send(self, delivery: Delivery) -> None:
        faults = self.options.faults
        if faults.strikes("drop"):
            return
        pause = faults.pause() if faults.strikes("reorder") else 0.0
        pause += faults.seconds if faults.strikes("delay") else 0.0
        for _ in range(2 if faults.strikes("duplicate") else 1):
            self._push(replace(delivery), pause)

    def _start(self) -> None:
        with self._changed:
            if self._started:
                return
            self._started = True
        for number in range(WORKERS):
            threading.Thread(target=self._work, daemon=True, name=f"webhooks-{number}").start()

    def _push(self, delivery: Delivery, pause: float) -> None:
        with self._changed:
            if delivery.tries == 0:
                self.tally.queued += 1
            heapq.heappush(self._due, (time.monotonic() + pause, next(self._order), delivery))
            self._changed.notify_all()

    def _work(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between the sandbox and this machine
            while True:
                self._deliver(session, self._next())

    def _next(self) -> Delivery:
        with self._changed:
            while not self._due or self._due[0][0] > time.monotonic():
                self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
            return heapq.heappop(self._due)[2]

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        delivery.tries += 1
        if _is_taken(session, delivery):
            self._done(sent=True)
        elif delivery.tries <= RETRIES:
            self._push(delivery, FIRST_PAUSE * 2 ** (delivery.tries - 1) * self.options.retry_scale)
        else:
            self._done(sent=False)
            self.gave_up(delivery)

    def _done(self, *, sent: bool) -> None:
        with self._changed:
            self.tally.queued -= 1
            self.tally.sent += sent
            self.tally.failed += not sent
            self._changed.notify_all()


def _is_taken(session: requests.Session, delivery: Delivery) -> bool:
    """Only 2xx counts; a redirect is a failure."""
    try:
        answer = session.post(
            delivery.uri, data=delivery.body, headers=delivery.headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.RequestException as error:
        log.info("webhook %s: %s", delivery.headers["X-Shopify-Topic"], error)
        return False
    return 200 <= answer.status_code < 300
