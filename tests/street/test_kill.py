"""kill -9 at any moment: what is kept at the end is what an undisturbed house keeps."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlmodel import select

from app.commerce.models import Order, Variant
from app.db.scope import ShopScope, every_shop, shop_scope
from app.demo.street import FACES, Street, jump
from app.journal.keep import subject_of
from app.journal.models import Delivery, JournalEntry
from app.journal.verify import verify
from app.lib.clock import utc_now
from app.loyalty.models import LedgerEntry
from app.loyalty.rules import points_for
from app.mail.models import Message
from tests.street.conftest import House, act, house, open_house, receive, sqlite
from tests.street.courier import Courier
from tests.street.storm import forget_mails, mails

SHARES = (0.05, 0.4, 0.75)  # of a backfill
ABANDONERS = 30


@pytest.fixture(scope="module")
def undisturbed(shops: Street) -> tuple[int, dict[str, str]]:
    """How many records a backfill takes in that nobody disturbs, and what it keeps."""
    return in_peace(shops)


def in_peace(shops: Street) -> tuple[int, dict[str, str]]:
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        return home.done(), home.state()


def wait_for(home: House, records: int) -> None:
    home.street.until(f"{records} records are there", lambda: home.done() >= records)


def test_a_backfill_whose_worker_is_killed_again_and_again_ends_as_an_undisturbed_one(
    shops: Street, database_url: str, undisturbed: tuple[int, dict[str, str]]
) -> None:
    records, state = undisturbed
    with house(shops, database_url) as home:
        home.connect()
        for share in SHARES:
            home.start("worker")
            wait_for(home, int(records * share))
            home.kill("worker")
            assert not home.is_backfilled()
            home.end_leases()
        home.start("worker")
        home.backfill()
        assert home.state() == state
        check_journal(home)


def busy_day(home: House) -> int:
    """Orders and what becomes of them, people and what they say; how many orders in each shop."""
    shops, things = home.street, [[plain_thing(home), 1]]
    for face in FACES:
        for number in range(12):
            order = act(shops, face, "place_order", email=f"guest{number}@example.com", items=things)
            act(shops, face, "fulfil", order_id=order["order_id"])
            if number % 3 == 0:
                line, _ = order["lines"][0]
                act(shops, face, "refund", order_id=order["order_id"], lines=[[line, 1]])
            if number % 4 == 1:
                act(shops, face, "cancel", order_id=order["order_id"])
        known = {act(shops, face, "register", email=f"new{utc_now():%f}{n}@example.com")["person_id"] for n in range(3)}
        for person_id in known:
            act(shops, face, "change_customer", person_id=person_id, first_name="Ada")
            act(shops, face, "place_order", person_id=person_id, items=things)
    return 15


def plain_thing(home: House) -> int:
    """The only variant of a product, the same in both shops: WooCommerce tells nobody that a variation's stock fell."""
    with shop_scope(home.context.engine, home.shops["shopify"]) as scope:
        variants = scope.all(select(Variant))
    siblings = Counter(variant.product_id for variant in variants)
    return next(int(variant.external_id) for variant in variants if siblings[variant.product_id] == 1)


def kept(home: House) -> dict[str, str]:
    with every_shop(home.context.engine) as db:
        return {delivery.delivery_key: delivery.state for delivery in db.all(select(Delivery))}


def test_what_a_killed_web_process_answered_is_there_and_worked_through(
    shops: Street, courier: Courier, database_url: str
) -> None:
    with open_house(shops, courier, database_url) as home:
        busy_day(home)
        for number in (10, 40, 80):
            home.street.until(f"{number} deliveries are answered", lambda n=number: len(courier.answered) >= n)  # type: ignore[misc]
            home.kill("web")
            home.start("web")
        receive(home, courier)
        states = kept(home)
        assert len(courier.answered) > 100
        assert {states[key] for key in courier.answered} <= {"done", "ignored"}
        check_journal(home)
        state = home.state()
    assert state == in_peace(shops)[1]


def test_a_worker_killed_while_it_reacts_gives_every_point_once(
    shops: Street, courier: Courier, database_url: str
) -> None:
    with open_house(shops, courier, database_url) as home:
        orders = busy_day(home)
        for number in (1, 5, 12):
            home.street.until(f"{number} ledger entries are there", lambda n=number: len(entries(home)) >= n)  # type: ignore[misc]
            home.kill("worker")
            home.end_leases()
            home.start("worker")
        receive(home, courier)
        for shop_id in home.shops.values():
            with shop_scope(home.context.engine, shop_id) as scope:
                check_ledger(scope, orders)
        state = home.state()
    assert state == in_peace(shops)[1]


def check_journal(home: House) -> None:
    """It verifies, and has an entry for every delivery that is kept."""
    keyring = home.context.keyring
    for shop_id in home.shops.values():
        with shop_scope(home.context.engine, shop_id) as scope:
            verdict = verify(scope, keyring)
            told = set(scope.all(select(JournalEntry.subject).where(JournalEntry.source == "delivery")))
            kept = scope.all(select(Delivery).where(Delivery.state != "pending"))
        assert verdict.findings == []
        assert verdict.entries
        assert {subject_of(keyring, shop_id, one.topic, one.delivery_key) for one in kept} <= told


def entries(home: House) -> list[LedgerEntry]:
    with every_shop(home.context.engine) as db:
        return list(db.all(select(LedgerEntry)))


def check_ledger(scope: ShopScope, orders: int) -> None:
    """Each order's entries add up to what it is worth, and none of the day's orders was forgotten."""
    by_order: dict[int | None, int] = defaultdict(int)
    for entry in scope.all(select(LedgerEntry)):
        by_order[entry.order_id] += entry.points
    newest = scope.all(select(Order).order_by(Order.placed_at.desc()).limit(orders))  # type: ignore[attr-defined]
    for order in newest:
        due = points_for(order.net_minor, scope.shop.currency, 1) if order.is_counted else 0
        assert by_order.pop(order.id, 0) == due, order.external_id
    assert not by_order


def test_a_worker_killed_while_it_sends_mails_sends_none_twice(
    shops: Street, courier: Courier, database_url: str
) -> None:
    forget_mails(shops.mails_url)
    with open_house(shops, courier, database_url) as home:
        for number in range(ABANDONERS):
            act(shops, "shopify", "abandon", email=f"mail{number}@example.com", consent="subscribed")
        receive(home, courier)
        jump(shops, utc_now() + timedelta(minutes=62))
        for count in (1, 8, 20):
            home.street.until(f"{count} mails were sent", lambda n=count: len(mails(shops.mails_url)) >= n)  # type: ignore[misc]
            home.kill("worker")
            home.end_leases()
            home.start("worker")
        home.end_claims()
        jump(shops, utc_now() + timedelta(minutes=2))
        home.settle()
        caught = Counter(mail["to"][0] for mail in mails(shops.mails_url))
        with every_shop(home.context.engine) as db:
            messages = db.all(select(Message))
    assert set(caught.values()) == {1}
    assert {message.to for message in messages} == {f"mail{number}@example.com" for number in range(ABANDONERS)}
    assert {message.state for message in messages} <= {"sent", "uncertain"}
    assert {message.to for message in messages if message.state == "sent"} <= caught.keys()
