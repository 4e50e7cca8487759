"""Consent between us and the platform: a sync never widens it, an opt-out anywhere wins everywhere (R54, R55)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from app.commerce.ingest import ingest
from app.consent.actions import agree, suppress, unsubscribe
from app.consent.addresses import ChannelName, address_key
from app.consent.models import ConsentEntry
from app.consent.rules import obstacle
from app.db.scope import shop_scope
from app.jobs.base import Job
from app.lib.clock import utc_now
from app.mail.models import Message, Sender
from app.mail.outbox import send_due
from app.reasons import Kept
from app.writes.models import PlatformWrite
from connectors.records import ConsentRecord, CustomerHead, CustomerRecord
from sandbox.shop import Consent
from tests.writes.house import House

ANN = "ann@example.com"
PHONE = "+4930123456"


def ago(seconds: float = 0, days: float = 0) -> datetime:
    return utc_now().replace(microsecond=0) - timedelta(days=days, seconds=seconds)


def subscribed(at: datetime) -> Consent:
    return Consent("subscribed", at, "single_opt_in", "checkout")


def at_shop(house: House, channel: str = "email") -> tuple[str, datetime | None] | None:
    person = house.box.shop.people[1]
    said = person.consent if channel == "email" else person.sms_consent
    return (said.state, said.at) if said else None


def leave(house: House, address: str = ANN, channel: ChannelName = "email") -> datetime:
    now = utc_now()
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        unsubscribe(scope, address, now, "link in a mail", channel)
    return now.replace(microsecond=0)


def join(house: House, at: datetime, address: str = ANN, channel: ChannelName = "email", **how: Any) -> None:
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        agree(scope, address, at, "form at the till", utc_now(), channel=channel, **how)


def may(house: House, address: str = ANN, channel: ChannelName = "email") -> bool:
    with shop_scope(house.engine, house.shop_id) as scope:
        return obstacle(scope, address, channel) is None


def sources(house: House) -> list[tuple[str, str]]:
    with shop_scope(house.engine, house.shop_id) as scope:
        said = scope.all(select(ConsentEntry).where(ConsentEntry.state != "unknown"))
        return sorted((entry.state, entry.source) for entry in said)


@pytest.fixture
def agreed(house: House) -> House:
    """Ann agreed at the shop ten days ago, and we know."""
    house.box.change_customer(1, phone=PHONE)
    house.box.set_consent(1, subscribed(ago(days=10)))
    house.read_customers()
    house.inside.told.clear()
    assert may(house)
    return house


def queue_a_mail(house: House) -> int:
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        sender = scope.add(Sender(shop_id=scope.shop_id, name="Ours", email="us@example.com"))
        scope.flush()
        message = Message(
            shop_id=scope.shop_id, sender_id=sender.id, to=ANN, to_key=ANN, subject="s", html="", text="",
            message_id="<1@example.com>", not_before=utc_now(), created_at=utc_now(),
        )  # fmt: skip
        return scope.add(message).id


def sent(house: House, message_id: int) -> tuple[str, Kept | None]:
    context = replace(house.context, settings=replace(house.context.settings, public_url="https://crm.example.com"))
    send_due(context, Job(id=1, shop_id=house.shop_id, name="send", key="", lane="send", attempts=0))
    with shop_scope(house.engine, house.shop_id) as scope:
        message = scope.get(Message, message_id)
    return message.state, message.error


def test_an_opt_out_by_our_link_is_written_to_the_shop(agreed: House) -> None:
    """R55."""
    at = leave(agreed)
    assert not may(agreed)
    agreed.push()
    assert (agreed.states(), at_shop(agreed)) == (["done"], ("unsubscribed", at))


def test_its_echo_is_no_news_and_no_second_word(agreed: House) -> None:
    leave(agreed)
    agreed.push()
    agreed.hear()
    agreed.hear()
    assert agreed.events() == []
    assert sources(agreed) == [("granted", "shopify"), ("refused", "link in a mail")]
    assert not may(agreed)
    assert agreed.states() == ["done"]


def test_an_opt_out_at_the_shop_stops_a_mail_that_is_queued(agreed: House) -> None:
    """R55."""
    message = queue_a_mail(agreed)
    agreed.box.set_consent(1, Consent("unsubscribed", agreed.box.now()))
    agreed.hear()
    state, why = sent(agreed, message)
    assert (state, why) == ("skipped", {"code": "opted_out"})


def test_an_opt_out_by_our_link_stops_a_mail_that_is_queued(agreed: House) -> None:
    message = queue_a_mail(agreed)
    leave(agreed)
    assert sent(agreed, message) == ("skipped", {"code": "opted_out"})


def test_an_opt_out_at_both_sides_at_once_is_one_opt_out(agreed: House) -> None:
    message = queue_a_mail(agreed)
    leave(agreed)
    agreed.box.set_consent(1, Consent("unsubscribed", ago()))
    agreed.push()
    agreed.hear()
    assert agreed.states() == ["done"]
    assert at_shop(agreed) == ("unsubscribed", agreed.box.shop.people[1].consent.at)  # type: ignore[union-attr]
    assert sent(agreed, message)[0] == "skipped"


def test_who_opted_out_before_the_shop_knew_them_is_told_to_it_at_first_sight(house: House) -> None:
    """R55: a guest said no to us; then the shop made a customer of the address, with its box ticked by default."""
    at = leave(house, "Bob@Example.com ")
    house.box.set_consent(2, subscribed(at - timedelta(days=3)))
    house.push()
    assert house.writes()[0].state == "done"
    with shop_scope(house.engine, house.shop_id, write=True) as scope:  # as though the shop had not had them then
        scope.delete(scope.get(PlatformWrite, house.writes()[0].id))
    house.box.set_consent(2, subscribed(at - timedelta(days=3)))
    house.read_customers()
    assert not may(house, "bob@example.com")
    house.push()
    person = house.box.shop.people[2]
    assert person.consent is not None
    assert (person.consent.state, person.consent.at) == ("unsubscribed", at)


def test_a_yes_that_is_later_than_the_no_is_let_be(agreed: House) -> None:
    with shop_scope(agreed.engine, agreed.shop_id, write=True) as scope:
        unsubscribe(scope, ANN, ago(days=5), "link in a mail")
    agreed.box.set_consent(1, subscribed(ago(days=1)))  # again, at a checkout, before we told anybody
    agreed.push()
    assert agreed.states() == ["done"]
    assert (at_shop(agreed) or ("", None))[0] == "subscribed"
    agreed.hear()
    assert may(agreed)


def test_a_yes_here_is_written_with_its_time_and_kept_with_its_source(house: House) -> None:
    """R54: only what has a source and a time widens."""
    house.read_customers()
    at = ago(seconds=90)
    join(house, at, text="Yes, write to me", level="confirmed_opt_in")
    house.push()
    person = house.box.shop.people[1]
    assert person.consent == Consent("subscribed", at, "confirmed_opt_in", "app")
    with shop_scope(house.engine, house.shop_id) as scope:
        entry = scope.first(select(ConsentEntry).where(ConsentEntry.state == "granted"))
        assert entry is not None
        assert (entry.source, entry.at, entry.is_dated, entry.text) == (
            "form at the till",
            at,
            True,
            "Yes, write to me",
        )
    house.hear()
    assert (house.events(), may(house)) == ([], True)


def test_a_yes_without_a_source_is_none(house: House) -> None:
    """R54."""
    with shop_scope(house.engine, house.shop_id, write=True) as scope, pytest.raises(ValueError, match="where"):
        agree(scope, ANN, ago(), "", utc_now())


def test_an_old_yes_does_not_undo_a_later_no_at_the_shop(agreed: House) -> None:
    """R54: the shop heard a no that has not come to us yet."""
    said_at = ago(days=2)
    agreed.box.set_consent(1, Consent("unsubscribed", said_at))
    join(agreed, ago(days=3))
    agreed.push()
    (write,) = agreed.writes()
    assert (write.state, at_shop(agreed)) == ("failed", ("unsubscribed", said_at))
    assert (write.error or {})["details"].startswith("Shopify says otherwise since")


def test_text_messages_have_consent_of_their_own(agreed: House) -> None:
    join(agreed, ago(seconds=60), PHONE, "sms")
    agreed.push()
    assert (at_shop(agreed, "sms") or ("", None))[0] == "subscribed"
    assert may(agreed, "+49 30 123-456", "sms")
    agreed.hear()
    at = leave(agreed, "+49 30 123-456", "sms")
    assert (may(agreed, PHONE, "sms"), may(agreed)) == (False, True)
    agreed.push()
    assert at_shop(agreed, "sms") == ("unsubscribed", at)
    assert (at_shop(agreed) or ("", None))[0] == "subscribed"


def test_an_opt_out_of_text_messages_at_the_shop_reaches_us(agreed: House) -> None:
    join(agreed, ago(seconds=60), PHONE, "sms")
    agreed.push()
    agreed.hear()
    with agreed.box.lock:
        agreed.box.shop.people[1].sms_consent = Consent("unsubscribed", agreed.box.now())
        agreed.box.tell("customer.sms_consent", agreed.box.shop.people[1], agreed.box.now())
    agreed.hear()
    assert (may(agreed, PHONE, "sms"), may(agreed)) == (False, True)


def test_what_the_shop_refuses_is_shown(house: House) -> None:
    house.read_customers()
    join(house, ago(seconds=60), "nobody@example.com")
    join(house, ago(seconds=60), PHONE, "sms")  # a number that the shop has nobody for
    leave(house, "gone@example.com")  # a no for nobody is done: there is nobody to write to
    house.push()
    assert [(write.state, write.error) for write in house.writes()] == [
        ("failed", {"code": "refused", "details": "Shopify has no customer with this address."}),
        ("failed", {"code": "refused", "details": "Shopify has no customer with this address."}),
        ("done", None),
    ]


def test_a_complaint_is_an_opt_out_and_a_bounce_is_none(agreed: House) -> None:
    with shop_scope(agreed.engine, agreed.shop_id, write=True) as scope:
        suppress(scope, "bob@example.com", "bounced", utc_now())
        suppress(scope, ANN, "complained", utc_now())
    agreed.push()
    assert [write.subject for write in agreed.writes()] == [ANN]
    assert (at_shop(agreed) or ("", None))[0] == "unsubscribed"


def test_a_moment_that_the_shop_s_clock_has_not_reached_is_waited_for(agreed: House) -> None:
    join(agreed, utc_now() + timedelta(seconds=30), "bob@example.com")
    again = agreed.push()
    assert again is not None
    (write,) = agreed.writes()
    assert write.state == "waiting"
    assert "future" in (write.error or {})["details"]


_STATES = st.sampled_from(["granted", "refused", "pending", "unknown"])
_SAID = st.tuples(_STATES, st.integers(1, 20), st.booleans())


@settings(max_examples=25)
@given(seen=st.lists(_SAID, max_size=6))
def test_no_sync_ever_widens_consent(house: House, seen: list[tuple[str, int, bool]]) -> None:
    """R54: after a no, whatever a sync brings that is older or without a time, in whatever order, nobody is written
    to, and the shop is never asked to be wider."""
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        for entry in scope.all(select(ConsentEntry)):
            scope.delete(entry)
        unsubscribe(scope, ANN, ago(days=1), "link in a mail")
        for number, (state, days, is_dated) in enumerate(seen):
            at = ago(days=days + 1) if is_dated else None
            said = ConsentRecord("email", ANN, state, at)  # type: ignore[arg-type]
            record = CustomerRecord("1", ago(seconds=50 - number), CustomerHead(email=ANN), consents=(said,))
            ingest(scope, [record], utc_now(), live=True)
            assert obstacle(scope, ANN) is not None
        asked = scope.all(select(PlatformWrite))
    assert {(write.payload or {})["state"] for write in asked} == {"refused"}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (" Ana@Example.com ", "ana@example.com"),
        ("+49 (30) 123-456", "+4930123456"),
        ("a.b-c@x.example", "a.b-c@x.example"),
    ],
)
def test_addresses_are_compared_as_people_mean_them(address: str, key: str) -> None:
    assert address_key(address) == key
