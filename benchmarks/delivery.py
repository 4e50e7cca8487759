"""Webhooks while a backfill runs: how long until an order is in the store, the figures and the segment."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import requests
from sqlmodel import select

from app.commerce.models import CustomerStats, Order
from app.db.scope import ShopScope, shop_scope
from app.lib.clock import real_now, utc_now
from app.segments.membership import save
from app.segments.models import Membership, Segment
from app.shops import credentials
from benchmarks import woocommerce_face
from benchmarks.house import House, history, house
from benchmarks.results import Result
from benchmarks.shop import MadeUp

_PAUSE = 0.4  # seconds between two deliveries


def webhook_during_backfill(orders: int, deliveries: int, folder: Path) -> Iterator[Result]:
    """A new guest's order each time: everything about it is news."""
    with house("woocommerce", history("woocommerce", orders, folder), "sqlite") as at:
        with shop_scope(at.context.engine, at.shop_id, write=True) as scope:
            segment = save(scope, "Has bought", "orders_count >= 1", utc_now())
        web = at.start_web()
        at.until(lambda: answers(web))
        secret = webhook_secret(at)
        at.start_worker()
        at.until(lambda: at.note("orders", "running"))
        taken, inside = [], 0
        for number in range(deliveries):
            taken.append(_deliver(at, f"{web}/webhooks/woocommerce/{at.shop_id}", secret, segment, number))
            inside += at.note("orders", "done") is None
            time.sleep(_PAUSE)
        note = f"{deliveries} deliveries, {inside} of them done before the backfill of {orders:,} orders was"
    yield Result("webhook_during_backfill", round(max(taken), 3), "s", note=note)


def signed(body: bytes, secret: str, number: int) -> dict[str, str]:
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    return {
        "X-WC-Webhook-Topic": "order.created", "X-WC-Webhook-Signature": signature,
        "X-WC-Webhook-Delivery-ID": f"bench{number}", "X-WC-Webhook-ID": "1", "Content-Type": "application/json",
    }  # fmt: skip


def order_body(number: int) -> bytes:
    """An order that no list holds, of a guest whom nobody knows."""
    made = MadeUp(3, real_now(), seed=number)
    guest = replace(made.people[0], email=f"webhook-{number}@example.com", is_guest=True)
    order = replace(made.order(50_000_000 + number, real_now()), person=guest, state="paid", refund=None)
    return json.dumps(woocommerce_face.order(order)).encode()


def _deliver(at: House, address: str, secret: str, segment: Segment, number: int) -> float:
    body = order_body(number)
    began = time.monotonic()
    requests.post(address, data=body, headers=signed(body, secret, number), timeout=30).raise_for_status()
    external_id = str(json.loads(body)["id"])
    at.until(lambda: _has_arrived(at, external_id, segment), 60)
    return time.monotonic() - began


def _has_arrived(at: House, external_id: str, segment: Segment) -> bool:
    with shop_scope(at.context.engine, at.shop_id) as scope:
        order = scope.first(select(Order).where(Order.external_id == external_id))
        return order is not None and order.customer_id is not None and _counts(scope, order.customer_id, segment)


def _counts(scope: ShopScope, customer_id: int, segment: Segment) -> bool:
    figures = scope.find(CustomerStats, customer_id)
    member = select(Membership).where(Membership.segment_id == segment.id, Membership.customer_id == customer_id)
    return figures is not None and figures.orders_count == 1 and scope.first(member) is not None


def webhook_secret(at: House) -> str:
    with shop_scope(at.context.engine, at.shop_id) as scope:
        return credentials.secrets(scope, at.context.keyring)["webhook_secret"]


def answers(web: str, path: str = "/healthz") -> bool:
    try:
        return requests.get(f"{web}{path}", timeout=2).ok
    except requests.ConnectionError:
        return False
