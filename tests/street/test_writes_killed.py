"""kill -9 while writes go out: what the shops have in the end is what was asked for, once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from app.commerce.models import Customer, Order
from app.consent.actions import unsubscribe
from app.db.scope import shop_scope
from app.demo.street import Street
from app.lib.clock import utc_now
from app.shops import credentials
from app.shops.clients import client_for, session_for
from app.writes.actions import enqueue
from app.writes.codes import codes_of, make_codes
from app.writes.models import PlatformWrite
from connectors.changes import AddOrderNote, AddTags, MakeDiscount
from connectors.records import CustomerRecord
from connectors.woocommerce.transport import Transport
from tests.street.conftest import House, house, sqlite

CODES = 1_000
PEOPLE = 40
COUPONS = 450
NOTES = 20
PREFIX = "WOO-"


def test_a_worker_killed_while_it_writes_to_the_shop_writes_all_of_it_once(shops: Street) -> None:
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        people, orders = ask(home), ask_woocommerce(home)
        for count in (3, 25, 60):
            home.street.until(f"{count} writes are through", lambda n=count: through(home) >= n)  # type: ignore[misc]
            home.kill("worker")
            home.end_leases()
            home.start("worker")
        home.street.until("all writes are through", lambda: through(home) == len(writes(home)))
        assert {write.state for write in writes(home)} == {"done"}
        check(home, people)
        check_woocommerce(home, orders)


def shopify(home: House) -> int:
    return home.shops["shopify"]


def woocommerce(home: House) -> int:
    return home.shops["woocommerce"]


def ask(home: House) -> list[str]:
    """Codes in bulk, a tag for some, an opt-out for each of them; who they are."""
    now = utc_now()
    offer = MakeDiscount("", "Thank you", datetime(2026, 1, 1, tzinfo=UTC), percentage="10")
    with shop_scope(home.context.engine, shopify(home), write=True) as scope:
        make_codes(scope, "thanks", offer, CODES, now)
        with_email = select(Customer).where(col(Customer.email).is_not(None), col(Customer.is_guest).is_(False))
        people = scope.all(with_email.order_by(col(Customer.id)).limit(PEOPLE))
        for person in people:
            enqueue(scope, AddTags(person.external_id, ("Seen",)), person.external_id, f"seen:{person.id}", now)
            unsubscribe(scope, person.email or "", now, "link in a mail")
    return [person.external_id for person in people]


def ask_woocommerce(home: House) -> list[str]:
    """Codes in bulk, and a note for some orders; which."""
    now = utc_now()
    offer = MakeDiscount("", "Thank you", datetime(2026, 1, 1, tzinfo=UTC), percentage="10")
    with shop_scope(home.context.engine, woocommerce(home), write=True) as scope:
        make_codes(scope, "thanks", offer, COUPONS, now, PREFIX)
        orders = [order.external_id for order in scope.all(select(Order).order_by(col(Order.id)).limit(NOTES))]
        for order in orders:
            enqueue(scope, AddOrderNote(order, "Came back by a mail"), order, f"note:{order}", now)
    return orders


def writes(home: House) -> list[PlatformWrite]:
    found: list[PlatformWrite] = []
    for shop_id in home.shops.values():
        with shop_scope(home.context.engine, shop_id) as scope:
            found += scope.all(select(PlatformWrite))
    return found


def through(home: House) -> int:
    return sum(write.state in ("done", "failed") for write in writes(home))


def check(home: House, people: list[str]) -> None:
    """As the shop itself says."""
    with shop_scope(home.context.engine, shopify(home)) as scope:
        assert len(codes_of(scope, "thanks")) == CODES
    client = client_for(home.context, shopify(home))
    found = [record for record in client.fetch("customer", people) if isinstance(record, CustomerRecord)]
    assert len(found) == PEOPLE
    for record in found:
        assert (record.tags or ()).count("Seen") == 1
        assert {said.state for said in record.consents or () if said.channel == "email"} == {"refused"}


def check_woocommerce(home: House, orders: list[str]) -> None:
    with shop_scope(home.context.engine, woocommerce(home)) as scope:
        kept, shop = codes_of(scope, "thanks"), scope.shop
        secrets = credentials.secrets(scope, home.context.keyring)
    assert len(kept) == COUPONS
    transport = Transport(shop.home_url, secrets, session_for(home.context))
    there = Counter(coupon["code"] for coupon in _all(transport, "wc/v3/coupons"))
    assert {code: there[code.lower()] for code in kept} == dict.fromkeys(kept, 1)
    assert sum(coupon.startswith(PREFIX.lower()) for coupon in there) == COUPONS
    for order in orders:
        notes = transport.get(f"wc/v3/orders/{order}/notes").json()
        assert [note["note"] for note in notes].count("Came back by a mail") == 1


def _all(transport: Transport, path: str) -> Iterator[dict[str, Any]]:
    page: list[dict[str, Any]] = []
    offset = 0
    while offset == 0 or page:
        page = transport.get(path, {"per_page": 100, "offset": offset, "orderby": "id", "order": "asc"}).json()
        offset += 100
        yield from page
