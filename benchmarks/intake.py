"""The intake: how many deliveries a second are on disk and answered, beside a bare loop that writes the same rows."""

import http.client
import threading
import time
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from app.db.scope import shop_scope
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.lib.ids import new_id
from benchmarks.delivery import answers, order_body, signed, webhook_secret
from benchmarks.house import House, history, house
from benchmarks.results import Result

_SECONDS = 4.0
_SENDERS = 32
_COLUMNS = ("id", "delivery_key", "topic", "received_at", "body", "body_digest", "state", "due_at", "attempts")


def intake(folder: Path) -> Iterator[Result]:
    """No worker runs: this is the counter alone."""
    with house("woocommerce", history("woocommerce", 2_000, folder), "sqlite") as at:
        web = at.start_web()
        at.until(lambda: answers(web))
        answered = _storm(at, web)
        bare = _bare_loop(at)
    note = f"{_SENDERS} senders on the same machine; bare loop {bare:,.0f}"
    yield Result(
        "intake_sqlite", round(answered), "acknowledged/s", "bare writer loop", round(answered / bare, 3), note
    )


def _storm(at: House, web: str) -> float:
    secret, body, counts = webhook_secret(at), order_body(1), [0] * _SENDERS
    until = time.monotonic() + _SECONDS

    def send(sender: int) -> None:
        line = http.client.HTTPConnection(urlsplit(web).netloc)
        headers = signed(body, secret, 0)
        while time.monotonic() < until:
            headers["X-WC-Webhook-Delivery-ID"] = f"{sender}-{counts[sender]}"
            line.request("POST", f"/webhooks/woocommerce/{at.shop_id}", body, headers)
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"the intake answered {answer.status}")
            counts[sender] += 1

    senders = [threading.Thread(target=send, args=[number]) for number in range(_SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sum(counts) / _SECONDS


def _bare_loop(at: House) -> float:
    """The same rows, as many in a transaction as there are senders, each transaction on disk before the next begins."""
    count, until = 0, time.monotonic() + _SECONDS / 2
    while time.monotonic() < until:
        with shop_scope(at.context.engine, at.shop_id, write=True) as scope:
            scope.batch().insert(Delivery, _COLUMNS, [_row(count + place) for place in range(_SENDERS)])
        count += _SENDERS
    return count / (_SECONDS / 2)


def _row(number: int) -> tuple[object, ...]:
    now, body = utc_now(), _BODY
    key, digest = f"bare-{number}", sha256(body).digest()
    return (new_id(), key, "order.created", now, body, digest, "pending", now, 0)


_BODY = zlib.compress(order_body(1), 3)
