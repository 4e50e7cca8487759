"""Erasing a person: nothing of her is left anywhere, nothing of the trade changes, and she does not come back."""

from dataclasses import replace as replace_context
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func
from sqlmodel import col, select

from app.commerce import queries as commerce
from app.commerce.ingest import ingest
from app.commerce.models import Checkout, Customer, CustomerStats, LineItem, Order, PlatformFact, Refund
from app.consent.models import ConsentEntry, Suppression, Tombstone
from app.consent.tombstones import is_erased, is_pseudonym
from app.db.scope import shop_scope
from app.errors import PlatformDown
from app.flows.models import Enrollment
from app.jobs.base import Job
from app.journal.models import Delivery, Event, FailedRecord, PendingFetch
from app.lib.encryption import KeyLost, Keyring, new_key
from app.loyalty.queries import totals
from app.mail.models import Message
from app.mail.outbox import send_due
from app.privacy.datamap import HELD
from app.segments.membership import evaluate
from app.segments.models import Membership, Segment
from connectors.records import CustomerHead, Deletion
from tests.privacy.conftest import Place, her_request, requests_in
from tests.privacy.zelda import (
    HER_EMAIL,
    HER_GUEST_ORDER,
    HER_ID,
    HER_ORDERS,
    HER_PHONE,
    NEEDLES,
    NOW,
    an_order,
    everything,
    her_checkout,
    her_record,
)

NAMELESS = {
    "customer_stats", "order_tokens", "checkout_tokens", "ledger_entries", "memberships", "events", "pending_fetches",
    "privacy_requests",
}  # fmt: skip


def redact(place: Place, **more: Any) -> None:
    assert place.post("customers/redact", her_request(place, **more)) == 200
    place.work()


def books(place: Place) -> dict[str, Any]:
    """All figures that a merchant may have seen."""
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        for segment in scope.all(select(Segment)):
            evaluate(scope, segment, NOW)
        columns = [
            func.sum(getattr(Order, name)) for name in ("placed_minor", "refunded_minor", "net_minor", "tax_minor")
        ]
        return {
            "figures": commerce.figures(scope),
            "sums": [tuple(row) for row in scope.rows(select(*columns))],
            "stats": sorted(
                (row.orders_count, row.net_minor, row.placed_minor) for row in scope.all(select(CustomerStats))
            ),
            "lines": scope.scalar(select(func.sum(LineItem.total_minor))),
            "refunds": scope.scalar(select(func.sum(Refund.total_minor))),
            "segments": {row.name: row.size for row in scope.all(select(Segment))},
            "members": scope.scalar(select(func.count()).select_from(Membership)),
            "points": totals(scope),
            "sent": scope.scalar(select(func.count()).select_from(Message).where(Message.state == "sent")),
        }


def test_nothing_of_her_is_left_in_any_table_or_line_of_log(zelda: Place, caplog: pytest.LogCaptureFixture) -> None:
    """R58."""
    holding = {line.split(":")[0] for line in zelda.needles()}
    assert holding == {held.name for held in HELD} - NAMELESS
    redact(zelda)
    assert zelda.needles() == []
    assert not [one for one in NEEDLES if one.lower() in caplog.text.lower()]


def test_the_books_stay_as_they_were(zelda: Place) -> None:
    """R59."""
    before = books(zelda)
    redact(zelda)
    assert books(zelda) == before
    order = next(row for row in zelda.all(Order) if row.external_id == HER_ORDERS[0])
    assert (order.email, order.phone, order.note, order.company, order.tags) == (None,) * 5
    assert order.billing == order.shipping == {"country_code": "DE"}
    assert order.journey["first"]["utm_source"] == "news"


def test_her_orders_stay_one_person_s_without_saying_whose(zelda: Place) -> None:
    redact(zelda)
    orders = {row.external_id: row for row in zelda.all(Order)}
    people = {row.id: row for row in zelda.all(Customer)}
    assert orders[HER_ORDERS[0]].customer_id == orders[HER_ORDERS[1]].customer_id
    account, guest = people[orders[HER_ORDERS[0]].customer_id], people[orders[HER_GUEST_ORDER].customer_id]
    assert is_pseudonym(account.external_id)
    assert is_pseudonym(guest.external_id)
    assert (account.is_guest, guest.is_guest) == (False, True)
    assert orders[HER_ORDERS[0]].customer_external_id == account.external_id


def test_nobody_else_loses_a_word(zelda: Place) -> None:
    def bob() -> list[Any]:
        person = next(row for row in zelda.all(Customer) if row.external_id == "555")
        order = next(row for row in zelda.all(Order) if row.external_id == "900")
        body = next(row.body for row in zelda.all(Delivery) if row.delivery_key == "d3")
        return [person.model_dump(), order.model_dump(), body]

    before = bob()
    redact(zelda)
    assert bob() == before
    assert before[2] is not None


def test_what_was_on_its_way_to_her_stops(zelda: Place) -> None:
    redact(zelda)
    assert {row.step: row.state for row in zelda.all(Message)} == {"a": "skipped", "b": "sent"}
    enrollment = zelda.only(Enrollment)
    assert (enrollment.state, enrollment.reason) == ("exited", {"code": "erased"})
    assert zelda.all(PlatformFact) == zelda.all(FailedRecord) == []


def test_her_address_is_still_known_to_be_closed(zelda: Place) -> None:
    """By its hash alone: nothing can be written to it, and consent can be proved to whoever names the address."""
    redact(zelda)
    with shop_scope(zelda.context.engine, zelda.shop.id) as scope:
        assert is_erased(scope, zelda.context.keyring, f" {HER_EMAIL.title()} ")
        assert is_erased(scope, zelda.context.keyring, HER_PHONE)
        assert not is_erased(scope, zelda.context.keyring, "bob@example.com")
    assert all(is_pseudonym(row.address_key) for row in zelda.all(ConsentEntry))
    assert is_pseudonym(zelda.only(Suppression).address_key)


def test_a_tombstone_says_nothing(zelda: Place) -> None:
    redact(zelda)
    kinds = sorted(row.kind for row in zelda.all(Tombstone))
    assert kinds == ["address", "address", "customer", "key", "order", "order", "order"]
    assert all(len(row.key) == 64 for row in zelda.all(Tombstone))


WAYS = {"backfill": (False, False), "pull": (True, False), "fetch": (True, True)}


@pytest.mark.parametrize(("live", "fresh"), WAYS.values(), ids=WAYS)
def test_a_full_read_does_not_bring_her_back(zelda: Place, live: bool, fresh: bool) -> None:
    """R56."""
    redact(zelda)
    before, people = books(zelda), len(zelda.all(Customer))
    for _ in range(2):
        outcome = zelda.take_in(*everything(), live=live, fresh=fresh)
        assert outcome.counts["erased"] == 7  # her record, three orders, a basket, two facts
        assert [one for one in outcome.refetch if HER_ID in one] == []
    assert zelda.needles() == []
    assert books(zelda) == before
    assert len(zelda.all(Customer)) == people
    assert outcome.counts.get("unchanged", 0) >= 5  # the second time nothing of it is news


def test_what_comes_later_stays_hers_and_nameless(zelda: Place) -> None:
    redact(zelda)
    again = [
        an_order("880009", HER_ID, HER_EMAIL),
        an_order("880010", None, HER_EMAIL.upper()),
        an_order("880011", "999", HER_EMAIL),  # she is back with another account
        her_checkout(customer_external_id=None),
    ]
    zelda.take_in(*again)
    zelda.take_in(*(replace(order, head=None) for order in again[:2]))  # parts alone, of orders that are hers
    assert zelda.needles() == []
    by_number = {row.external_id: row.customer_id for row in zelda.all(Order)}
    assert by_number["880009"] == by_number[HER_ORDERS[0]]
    assert by_number["880010"] == by_number[HER_GUEST_ORDER]


def test_her_other_names_are_learned_from_her_own_record(zelda: Place) -> None:
    redact(zelda)
    head = CustomerHead(NOW, "z.q.new@example.com", first_name="Zelda")
    zelda.take_in(her_record(head=head, consents=None))
    zelda.take_in(an_order("880020", None, "z.q.new@example.com"))
    zelda.take_in(her_record(external_id="31337"))  # her address, another id
    zelda.take_in(an_order("880021", "31337", None))
    assert zelda.needles() == []
    assert "z.q.new" not in str([row.model_dump() for row in zelda.all(Order)])


def test_an_order_on_another_s_account_stays_on_it(zelda: Place) -> None:
    order = an_order("900", "555", HER_EMAIL)
    zelda.take_in(replace(order, updated_at=NOW.replace(hour=13)))
    bob = next(row.id for row in zelda.all(Customer) if row.external_id == "555")
    redact(zelda)
    zelda.take_in(replace(order, updated_at=NOW.replace(hour=14)))
    row = next(row for row in zelda.all(Order) if row.external_id == "900")
    assert (row.customer_id, row.customer_external_id, row.email) == (bob, "555", None)


def test_that_she_is_deleted_in_the_shop_is_asked_and_carried_out(zelda: Place) -> None:
    redact(zelda)
    asked = zelda.take_in(Deletion("customer", HER_ID))
    assert asked.refetch == [("deleted:customer", HER_ID)]
    zelda.take_in(Deletion("customer", HER_ID), fresh=True)
    account = next(row for row in zelda.all(Customer) if is_pseudonym(row.external_id) and not row.is_guest)
    assert account.deleted_at is not None
    late = zelda.take_in(her_record())  # and a late webhook asks for nobody by a pseudonym
    assert late.refetch == []


def test_a_webhook_about_her_keeps_no_body(zelda: Place) -> None:
    redact(zelda)
    for topic, body in {
        "orders/updated": {"id": int(HER_ORDERS[0]), "email": HER_EMAIL},
        "customers/update": {"id": int(HER_ID), "first_name": "Zelda"},
        "some/topic": {"customer": {"admin_graphql_api_id": f"gid://shopify/Customer/{HER_ID}", "name": "Zelda"}},
    }.items():
        assert zelda.post(topic, body) == 200
    zelda.work()
    zelda.take_in()
    assert [line for line in zelda.needles() if not line.startswith("pending_fetches")] == []
    assert all(row.external_id in (HER_ID, HER_ORDERS[0]) for row in zelda.all(PendingFetch))


def test_without_the_keys_nothing_is_taken_in(zelda: Place) -> None:
    redact(zelda)
    with (
        shop_scope(zelda.context.engine, zelda.shop.id, write=True) as scope,
        pytest.raises(ValueError, match="keyring"),
    ):
        ingest(scope, [her_record()], NOW, live=True)


def test_with_another_key_nobody_comes_back(zelda: Place) -> None:
    """A key that was put in front changes nothing; where the oldest is gone, nothing is taken in."""
    redact(zelda)
    home = zelda.context.settings.home / "keys"
    for keys, is_lost in (([new_key(), *home.read_text().split()], False), ([new_key()], True)):
        other = replace_context(zelda.context, keyring=Keyring(keys))
        with shop_scope(other.engine, zelda.shop.id, write=True) as scope:
            if is_lost:
                with pytest.raises(KeyLost):
                    ingest(scope, [her_record()], NOW, live=True, keyring=other.keyring)
            else:
                ingest(scope, [her_record()], NOW, live=True, keyring=other.keyring)
    assert zelda.needles() == []


def test_a_mail_to_her_is_not_sent(zelda: Place) -> None:
    redact(zelda)
    context = replace_context(zelda.context, settings=replace_context(zelda.context.settings, public_url="https://x.y"))
    with shop_scope(context.engine, zelda.shop.id, write=True) as scope:
        old = scope.all(select(Message))[0].model_dump(exclude={"id", "enrollment_id"})
        new = {"to": HER_EMAIL, "to_key": HER_EMAIL, "state": "queued", "error": None, "message_id": "<c@example.com>"}
        fresh = scope.add(Message(**{**old, **new}))
    send_due(context, Job(id=1, shop_id=zelda.shop.id, name="send", key="", lane="send", attempts=0))
    row = next(row for row in zelda.all(Message) if row.id == fresh.id)
    assert (row.state, row.error) == ("skipped", {"code": "erased"})


def test_erasing_twice_is_erasing_once(zelda: Place) -> None:
    redact(zelda)
    before = [row.model_dump() for row in zelda.all(Order)], books(zelda)
    redact(zelda)
    assert ([row.model_dump() for row in zelda.all(Order)], books(zelda)) == before
    assert [row.outcome for row in requests_in(zelda)] == ["erased", "erased"]


def test_killed_in_between_it_goes_on(zelda: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step is a transaction; whatever is lost of one is done again."""
    zelda.post("customers/redact", her_request(zelda))
    steps = iter(("erase", "sweep.deliveries", "sweep.failures"))
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(f"app.privacy.work.{step}", _dies)
            try:
                zelda.work()
            except PlatformDown:
                zelda.let_go()
            else:
                pytest.fail(f"{step} was never reached")
    zelda.work()
    assert zelda.needles() == []
    assert (requests_in(zelda)[0].state, requests_in(zelda)[0].outcome) == ("done", "erased")


def _dies(*_: Any, **__: Any) -> Any:
    raise PlatformDown("kill -9")


def test_what_happened_raises_no_news(zelda: Place) -> None:
    with shop_scope(zelda.context.engine, zelda.shop.id) as scope:
        before = scope.scalar(select(func.max(col(Event.id))))
    redact(zelda)
    assert not [row for row in zelda.all(Event) if row.id > before]
    assert zelda.all(Checkout)[0].url is None
