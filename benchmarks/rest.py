"""Segments over many customers, and mails made ready."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median

from app.commerce.models import Customer, CustomerStats
from app.db.scope import ShopScope, every_shop, shop_scope
from app.lib.clock import utc_now
from app.lib.ids import new_ids
from app.mail import mime
from app.mail.render import Compiled, compile_mail, render
from app.segments.audience import count
from app.shops.models import Account, Shop
from benchmarks.house import fresh
from benchmarks.results import Result

_PEOPLE = 100_000
_TEXT = "orders_count >= 3 AND net_spent > 1000"
_BARE = "SELECT count(*) FROM customer_stats WHERE shop_id = :shop_id AND orders_count >= 3 AND net_minor > 100000"
_RECOVERY = Path(__file__).parents[1] / "templates" / "emails" / "recovery.json"
_SECONDS = 3.0


def segment_count() -> Iterator[Result]:
    """A segment of two conditions, counted as the command line does."""
    with fresh("sqlite") as engine:
        with every_shop(engine, write=True) as db:
            account = db.add(Account(name="Bench", created_at=utc_now()))
            db.flush()
            shop = db.add(
                Shop(
                    account_id=account.id, platform="shopify", domain="bench.myshopify.com", name="Bench",
                    home_url="https://bench.example", currency="EUR", timezone="Europe/Berlin", installed_at=utc_now(),
                )
            )  # fmt: skip
        with shop_scope(engine, shop.id, write=True) as scope:
            _fill(scope)
        took, bare = [], []
        for _ in range(7):
            with shop_scope(engine, shop.id) as scope:
                began = time.perf_counter()
                found = count(scope, _TEXT)
                took.append(time.perf_counter() - began)
                began = time.perf_counter()
                scope.batch().rows(_BARE, {})
                bare.append(time.perf_counter() - began)
    value, against = median(took) * 1000, median(bare) * 1000
    note = f"{found:,} of {_PEOPLE:,} customers; {_TEXT}"
    yield Result("segment_count", round(value, 1), "ms", "bare SQL", round(against / value, 3), note)


def _fill(scope: ShopScope) -> None:
    pick, now, ids = Random(7), utc_now(), new_ids(_PEOPLE)
    people = [(one, str(one), False, True, "Ana", "Albers", "albers ana") for one in ids]
    columns = ("id", "external_id", "is_guest", "is_known", "first_name", "last_name", "name_key")
    scope.batch().insert(Customer, columns, people)
    figures = []
    for one in ids:
        orders = min(int(pick.expovariate(0.4)) + 1, 60)
        spent, last = orders * pick.randrange(900, 60_000), now - timedelta(days=pick.randrange(900))
        figures.append((one, orders, 0, spent, 0, spent, last, last))
    names = ("orders_count", "not_converted", "placed_minor", "refunded_minor", "net_minor", "first_order_at")
    scope.batch().insert(CustomerStats, ("customer_id", *names, "last_order_at"), figures)


def mail_render() -> Iterator[Result]:
    """The recovery mail, rendered for one recipient after another and put into MIME."""
    mail = json.loads(_RECOVERY.read_text())
    compiled = compile_mail(mail["subject"], mail["blocks"])
    made, began = 0, time.process_time()
    while time.process_time() - began < _SECONDS:
        _mail(compiled, made)
        made += 1
    value = made / (time.process_time() - began)
    yield Result("mail_render", round(value), "mails/CPU-s", note="the recovery mail: Liquid, HTML, text and MIME")


def _mail(compiled: Compiled, number: int) -> bytes:
    facts = {
        "shop": {"name": "Bench", "url": "https://bench.example"},
        "customer": {"first_name": f"Ana {number}", "last_name": "Albers", "email": f"ana{number}@example.com"},
        "items": [{"title": "Linen Shirt", "quantity": 2, "total": "59.80 EUR", "image": None}],
        "total": "59.80 EUR",
        "sender": {"name": "Bench", "postal_address": "Long Lane 1, Utrecht"},
        "words": {"total": "Total", "unsubscribe": "Unsubscribe", "why": "You agreed to mails."},
        "recovery_url": f"https://bench.example/r/{number}",
        "unsubscribe_url": f"https://bench.example/u/{number}",
    }  # fmt: skip
    ready = render(compiled, facts)
    return mime.build(
        sender=("Bench", "shop@bench.example"), to=f"ana{number}@example.com", subject=ready.subject, html=ready.html,
        text=ready.text, message_id=f"<{number}@bench.example>", at=utc_now(), headers={},
    )  # fmt: skip
