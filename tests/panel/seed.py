"""A shop with a year behind it, in rows: what pages are shown with. Every text in it is known, none is a sentence."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.identity import name_key
from app.commerce.models import Checkout, Customer, CustomerStats, LineItem, Order, Refund
from app.consent.models import ConsentEntry
from app.db.scope import ShopScope, shop_scope
from app.flows.models import Enrollment, Flow
from app.furnish import furnish
from app.journal.models import Delivery, FailedRecord
from app.loyalty.models import LedgerEntry
from app.mail.models import Message, Sender
from app.privacy.models import PrivacyRequest
from app.reasons import Reason
from app.segments.membership import evaluate
from app.segments.queries import all_segments
from app.shops.models import Shop
from app.writes.models import PlatformWrite
from sync.models import Cursor, Run
from tests.panel.seed_proof import seed_proof

FIRST = ("Ada", "Bruno", "Chiara", "David", "Elif", "Farah", "Greta", "Henri", "Ines", "Jonas", "Karla", "Levi", "Mira")
LAST = ("Amsel", "Brandt", "Conti", "Dahl", "Ekström", "Fischer", "Gruber", "Hansen", "Ivanov", "Jansen", "Kowalski")
REQUESTS = (
    ("data_request", "ready", None), ("data_request", "working", None), ("customer_redact", "done", "erased"),
    ("data_request", "done", "nothing kept"), ("data_request", "done", "handed over"),
    ("data_request", "done", "not fetched"), ("shop_redact", "done", "installed again"),
)  # fmt: skip
THINGS = ("Linen shirt", "Wool scarf", "Canvas tote", "Ceramic mug", "Leather belt", "Rain jacket", "Merino socks")


def seed(engine: Engine, shop: Shop, now: datetime, customers: int = 60) -> None:
    """Fill a shop. The same every time for the same moment."""
    dice, numbers = random.Random(7), itertools.count(1001)
    with shop_scope(engine, shop.id, write=True) as scope:
        people = [_customer(scope, n, now, dice) for n in range(customers)]
        for place, person in enumerate(people):
            _orders(scope, person, dice.randint(0, 9) // (1 + place % 3), now, dice, numbers)
        scope.flush()
        furnish(scope, now - timedelta(days=40))
        scope.flush()
        _points(scope, people, now)
        _recovery(scope, people, now, dice)
        for segment in all_segments(scope):
            evaluate(scope, segment, now - timedelta(minutes=3))
        _sync(scope, now)
        seed_proof(scope, now)
        _ask(scope, people, now)


def _customer(scope: ShopScope, n: int, now: datetime, dice: random.Random) -> Customer:
    first, last = FIRST[n % len(FIRST)], LAST[(n * 5 + n // 11) % len(LAST)]
    email = f"{first}.{last}{n}@example.com".lower()
    customer = scope.add(
        Customer(
            shop_id=scope.shop_id,
            external_id=f"{1000 + n}",
            email=email,
            email_key=email,
            phone=f"+49 30 555{n:04}",
            first_name=first,
            last_name=last,
            name_key=name_key(first, last),
            locale="de",
            country_code="DE",
            created_at=now - timedelta(days=dice.randint(30, 500)),
            address={"address1": f"Gartenweg {n}", "zip": "10115", "city": "Berlin", "country_code": "DE"},
            tags=["vip"] if n % 9 == 0 else [],
        )
    )
    scope.add(
        ConsentEntry(
            shop_id=scope.shop_id, channel="email", address=email, address_key=email, source="checkout", is_dated=True,
            state=("granted", "granted", "refused")[n % 3], at=now - timedelta(days=20), customer_id=customer.id,
            seen_at=now,
        )
    )  # fmt: skip
    return customer


def _orders(
    scope: ShopScope, person: Customer, count: int, now: datetime, dice: random.Random, numbers: Iterator[int]
) -> None:
    orders = [
        _order(scope, person, now - timedelta(days=dice.randint(0, 360), hours=dice.randint(0, 23)), dice, numbers)
        for _ in range(count)
    ]
    times = [order.placed_at for order in orders]
    scope.add(
        CustomerStats(
            shop_id=scope.shop_id,
            customer_id=person.id,
            orders_count=count,
            not_converted=sum(order.net_minor is None for order in orders),
            placed_minor=sum(order.placed_minor or 0 for order in orders),
            refunded_minor=sum(order.refunded_minor or 0 for order in orders),
            net_minor=sum(order.net_minor or 0 for order in orders),
            first_order_at=min(times, default=None),
            last_order_at=max(times, default=None),
        )
    )


def _order(scope: ShopScope, person: Customer, at: datetime, dice: random.Random, numbers: Iterator[int]) -> Order:
    number = next(numbers)
    amounts = [dice.randint(1500, 22000) for _ in range(dice.randint(1, 4))]
    total = sum(amounts)
    refunded = amounts[0] if dice.random() < 0.12 else 0
    is_foreign = dice.random() < 0.01
    shop_money: dict[str, Any] = {
        "placed_minor": total,
        "adjusted_minor": 0,
        "refunded_minor": refunded,
        "net_minor": total - refunded,
    }
    order = scope.add(
        Order(
            shop_id=scope.shop_id,
            external_id=str(number),
            customer_id=person.id,
            number=f"#{number}",
            status="paid",
            is_counted=True,
            placed_at=at,
            placed_on=at.date(),
            created_at=at,
            updated_at=at,
            currency="SEK" if is_foreign else scope.shop.currency,
            present_placed_minor=total,
            present_refunded_minor=refunded,
            present_net_minor=total - refunded,
            email=person.email,
            **({} if is_foreign else shop_money),
        )
    )
    scope.flush()
    _parts(scope, order, amounts, refunded, dice)
    return order


def _parts(scope: ShopScope, order: Order, amounts: list[int], refunded: int, dice: random.Random) -> None:
    for place, amount in enumerate(amounts):
        scope.add(
            LineItem(
                shop_id=scope.shop_id, order_id=order.id, external_id=str(place), place=place,
                title=dice.choice(THINGS), quantity=dice.randint(1, 3), total_minor=amount, present_total_minor=amount,
            )
        )  # fmt: skip
    if refunded:
        scope.add(
            Refund(
                shop_id=scope.shop_id, order_id=order.id, external_id="1", total_minor=refunded,
                present_total_minor=refunded, created_at=order.placed_at + timedelta(days=3), reason="",
            )
        )  # fmt: skip


def _points(scope: ShopScope, people: list[Customer], now: datetime) -> None:
    for place, person in enumerate(people[:30]):
        for step, points in enumerate((place * 13 + 40, -20 if place % 4 == 0 else 35), 1):
            scope.add(
                LedgerEntry(
                    shop_id=scope.shop_id, customer_id=person.id, step=step, points=points,
                    reason="earned" if points > 0 else "refunded", created_at=now - timedelta(days=place, hours=step),
                )
            )  # fmt: skip


def _recovery(scope: ShopScope, people: list[Customer], now: datetime, dice: random.Random) -> None:
    flow, sender = scope.first(select(Flow)), scope.first(select(Sender))
    assert flow is not None
    assert sender is not None
    states = ("waiting", "mailed", "recovered", "recovered", "completed", "exited")
    for place, person in reversed(list(enumerate(people[:24]))):  # who entered last has the last row
        at, state, total = now - timedelta(hours=7 * place + 1), states[place % 6], dice.randint(2000, 30000)
        checkout = scope.add(
            Checkout(
                shop_id=scope.shop_id, external_id=f"c{place}", customer_id=person.id, email=person.email,
                email_key=person.email_key, state="abandoned", created_at=at, updated_at=at, abandoned_at=at,
                currency=scope.shop.currency, present_total_minor=total, total_minor=total,
                items=[{"title": dice.choice(THINGS), "quantity": 1, "total": total}], url="https://shop.example/cart/1",
            )
        )  # fmt: skip
        scope.flush()
        enrollment = scope.add(
            Enrollment(
                shop_id=scope.shop_id, flow_id=flow.id, checkout_id=checkout.id, customer_id=person.id,
                email=person.email or "", email_key=person.email_key or "", state=state, entered_at=at,
                due_at=at + timedelta(hours=1), mailed_at=None if state == "waiting" else at + timedelta(hours=1),
                reason={"code": "bought_since"} if state == "exited" else None,
                recovered_minor=total if state == "recovered" else None,
            )
        )  # fmt: skip
        scope.flush()
        if state in ("mailed", "recovered"):
            scope.add(
                Message(
                    shop_id=scope.shop_id, enrollment_id=enrollment.id, step="mail", customer_id=person.id,
                    sender_id=sender.id, to=person.email or "", to_key=person.email_key or "", subject="Linen shirt",
                    html="", text="", message_id=f"<{place}@example.com>",
                    state="sent", not_before=at, created_at=at + timedelta(hours=1), sent_at=at + timedelta(hours=1),
                    clicked_at=at + timedelta(hours=2) if state == "recovered" else None,
                )
            )  # fmt: skip


def _sync(scope: ShopScope, now: datetime) -> None:
    shop = scope.shop
    shop.backfilled_at, shop.webhooks_checked_at, shop.webhooks_state = now - timedelta(days=30), now, "active"
    scope.add(shop)
    for place, resource in enumerate(("products", "customers", "orders", "checkouts")):
        began = now - timedelta(days=30, minutes=9 - place)
        scope.add(
            Run(
                shop_id=scope.shop_id, kind="backfill", resource=resource, state="done", done=1200 * (place + 1),
                total=1200 * (place + 1), started_at=began, changed_at=began, finished_at=began + timedelta(minutes=1),
            )
        )  # fmt: skip
        scope.add(Cursor(shop_id=scope.shop_id, resource=resource, since=now, pulled_at=now - timedelta(minutes=4)))
    scope.add(
        Delivery(
            shop_id=scope.shop_id, delivery_key="k1", topic="orders/updated", received_at=now - timedelta(hours=5),
            body_digest=b"x", state="failed", due_at=now, attempts=3, error="amount: '12,3'",
        )
    )  # fmt: skip
    scope.add(
        FailedRecord(
            shop_id=scope.shop_id, kind="order", external_id="4711", source="backfill", error="currency: 'XXQ'",
            first_at=now - timedelta(days=2), last_at=now - timedelta(days=1), attempts=2,
        )
    )  # fmt: skip


def _ask(scope: ShopScope, people: list[Customer], now: datetime) -> None:
    for place, (kind, state, outcome) in enumerate(REQUESTS):
        scope.add(
            PrivacyRequest(
                shop_id=scope.shop_id, kind=kind, source="panel" if place else "platform", request_key=f"r{place}",
                state=state, outcome=outcome, customer_id=people[place].id,
                requested_at=now - timedelta(days=33 - 3 * place), due_at=now - timedelta(days=3 - 3 * place),
                done_at=now if state == "done" else None,
            )
        )  # fmt: skip
    _writes(scope, now)


def _writes(scope: ShopScope, now: datetime) -> None:
    refused = Reason("refused", details="tags: Tags cannot be more than 250").kept()
    for place, (kind, state, payload, error) in enumerate((
        ("tags_added", "failed", {"tags": ["vip"]}, refused), ("email_consent", "done", {}, None),
        ("sms_consent", "superseded", {}, None), ("discount", "uncertain", {"title": "vip"}, None),
        ("discount_codes", "waiting", {"codes": ["K"]}, None), ("tags_removed", "sending", {"tags": ["vip"]}, None),
    )):  # fmt: skip
        scope.add(
            PlatformWrite(
                shop_id=scope.shop_id, key=f"w{place}", kind=kind, subject="1001", payload=payload, state=state,
                error=error, attempts=place % 3, due_at=now, created_at=now - timedelta(hours=place + 1),
            )
        )  # fmt: skip


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
