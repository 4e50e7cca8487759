"""kill -9 while writes go out: what the shop has in the end is what was asked for, once."""

from datetime import UTC, datetime

from sqlmodel import col, select

from app.commerce.models import Customer
from app.consent.actions import unsubscribe
from app.db.scope import shop_scope
from app.demo.street import Street
from app.lib.clock import utc_now
from app.shops.clients import client_for
from app.writes.actions import enqueue
from app.writes.codes import codes_of, make_codes
from app.writes.models import PlatformWrite
from connectors.changes import AddTags, MakeDiscount
from connectors.records import CustomerRecord
from tests.street.conftest import House, house, sqlite

CODES = 1_000
PEOPLE = 40


def test_a_worker_killed_while_it_writes_to_the_shop_writes_all_of_it_once(shops: Street) -> None:
    with sqlite() as url, house(shops, url, "worker") as home:
        home.connect()
        home.backfill()
        people = ask(home)
        for count in (3, 25, 60):
            home.street.until(f"{count} writes are through", lambda n=count: through(home) >= n)  # type: ignore[misc]
            home.kill("worker")
            home.end_leases()
            home.start("worker")
        home.street.until("all writes are through", lambda: through(home) == len(writes(home)), 60)
        assert {write.state for write in writes(home)} == {"done"}
        check(home, people)


def shopify(home: House) -> int:
    return home.shops["shopify"]


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


def writes(home: House) -> list[PlatformWrite]:
    with shop_scope(home.context.engine, shopify(home)) as scope:
        return list(scope.all(select(PlatformWrite)))


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
