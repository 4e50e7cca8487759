"""The recovery flow: who is written to, who is not and why, and what counts as recovered."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Checkout, CheckoutToken, OrderToken
from app.consent.entries import record
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.flows import enroll, outcomes
from app.flows.models import Enrollment
from app.flows.runner import run_due
from app.furnish import furnish
from app.jobs.base import Job
from app.journal.models import Event
from app.lib.clock import utc_now
from app.mail.links import read
from app.mail.models import Message
from app.reasons import Kept
from app.shops.models import Shop
from connectors.records import ConsentRecord
from tests.factory import checkout, customer, order


def event(scope: ShopScope, kind: str, subject_id: int) -> Event:
    return scope.add(Event(shop_id=scope.shop_id, kind=kind, subject_id=subject_id, at=utc_now(), due_at=utc_now()))


def agree(scope: ShopScope, address: str, at: datetime) -> None:
    said = ConsentRecord(channel="email", address=address, state="granted", at=at, source="checkout")
    record(scope.batch(), [(None, said, None)], "shopify", at)


def abandon(context: Context, shop: Shop, agreed: bool = True, **values: Any) -> int:
    """A checkout of Ada's, begun two hours ago and abandoned since, taken into the flow."""
    begun = utc_now() - timedelta(hours=2)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        furnish(scope, begun - timedelta(days=1))
        if agreed:
            agree(scope, "ada@example.com", begun)
        left = checkout(scope, **{"created_at": begun, "updated_at": begun, "state": "abandoned", **values})
        scope.add(CheckoutToken(shop_id=shop.id, checkout_id=left.id, token="cart-9"))
        enroll.on_abandoned(scope, event(scope, "checkout.abandoned", left.id), utc_now())
        return left.id


def run(context: Context, shop: Shop) -> None:
    run_due(context, Job(id=1, shop_id=shop.id, name="flows", key="", lane="react", attempts=0))


def the_enrollment(scope: ShopScope) -> Enrollment:
    (found,) = scope.all(select(Enrollment))
    return found


def ended(context: Context, shop: Shop) -> tuple[str, Kept | None]:
    with shop_scope(context.engine, shop.id) as scope:
        enrollment = the_enrollment(scope)
        return enrollment.state, enrollment.reason


def buy(context: Context, shop: Shop, **values: Any) -> None:
    token = values.pop("token", None)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        bought = order(scope, None, 4990, **{"email": "Ada@Example.com", "placed_at": utc_now(), **values})
        if token:
            scope.add(OrderToken(shop_id=shop.id, order_id=bought.id, token=token))
        outcomes.on_order(scope, event(scope, "order.placed", bought.id), utc_now())


def mark_sent(context: Context, shop: Shop) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        (message,) = scope.all(select(Message))
        message.state, message.sent_at = "sent", utc_now()


def test_an_abandoner_who_agreed_gets_one_mail_with_her_basket(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(context, shop)
    run(context, shop)
    with shop_scope(context.engine, shop.id) as scope:
        (message,) = scope.all(select(Message))
        assert the_enrollment(scope).state == "mailed"
    assert message.to == "ada@example.com"
    assert "2 × A hat" in message.html.replace("&times;", "×")
    assert "A hat &amp; a scarf" in message.html
    assert "€49.90" in message.text
    link = message.text.split("https://crm.example.com/r/")[1].split()[0]
    assert read(context.keyring, "recover", link) == (shop.id, message.id)


@pytest.mark.parametrize(
    ("values", "agreed", "why"),
    [
        ({}, False, "never_agreed"),
        ({"items": []}, True, "basket_empty"),
        ({"url": None}, True, "no_way_back"),
        ({"url": "javascript:alert(1)"}, True, "no_way_back"),
    ],
)
def test_who_may_not_be_written_to_is_shown_with_the_reason(
    context: Context, shop: Shop, values: dict[str, Any], agreed: bool, why: str
) -> None:
    abandon(context, shop, agreed, **values)
    run(context, shop)
    assert ended(context, shop) == ("exited", {"code": why})


def test_a_consent_that_comes_within_the_wait_counts(context: Context, shop: Shop) -> None:
    """Platforms tell of a basket and of its person's consent in deliveries of their own."""
    abandon(context, shop, agreed=False)
    assert ended(context, shop) == ("waiting", {"code": "never_agreed"})
    with shop_scope(context.engine, shop.id, write=True) as scope:
        agree(scope, "ada@example.com", utc_now())
    run(context, shop)
    assert ended(context, shop) == ("mailed", None)


def test_bought_before_the_mail_is_completed_not_recovered(context: Context, shop: Shop) -> None:
    """R45, R46."""
    abandon(context, shop)
    buy(context, shop)
    run(context, shop)
    assert ended(context, shop) == ("completed", {"code": "bought_unmailed"})
    with shop_scope(context.engine, shop.id) as scope:
        assert scope.all(select(Message)) == []


def test_bought_while_the_mail_waits_takes_the_mail_back(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(context, shop)
    buy(context, shop)
    assert ended(context, shop) == ("completed", {"code": "bought_unmailed"})
    with shop_scope(context.engine, shop.id) as scope:
        (message,) = scope.all(select(Message))
        assert (message.state, message.error) == ("skipped", {"code": "bought_before_mail"})


def test_bought_after_the_mail_is_recovered_and_counts_its_net(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(context, shop)
    mark_sent(context, shop)
    buy(context, shop)
    buy(context, shop, external_id="second")
    with shop_scope(context.engine, shop.id) as scope:
        enrollment = the_enrollment(scope)
        assert (enrollment.state, enrollment.recovered_minor) == ("recovered", 4990)


def test_an_order_of_the_mails_own_second_is_recovered(context: Context, shop: Shop) -> None:
    """Platforms tell whole seconds, our clock tells more."""
    abandon(context, shop)
    run(context, shop)
    mark_sent(context, shop)
    with shop_scope(context.engine, shop.id) as scope:
        (message,) = scope.all(select(Message))
    assert message.sent_at is not None
    buy(context, shop, placed_at=message.sent_at.replace(microsecond=0))
    assert ended(context, shop)[0] == "recovered"


def test_an_order_that_staff_made_recovers_nothing(context: Context, shop: Shop) -> None:
    """R46."""
    abandon(context, shop)
    run(context, shop)
    mark_sent(context, shop)
    buy(context, shop, made_by="staff")
    assert ended(context, shop) == ("completed", {"code": "bought_by_staff"})


def test_an_order_of_this_very_checkout_ends_it_whoever_it_names(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(context, shop)
    mark_sent(context, shop)
    buy(context, shop, email="ada.work@example.com", token="cart-9")
    assert ended(context, shop)[0] == "recovered"


def test_an_older_order_of_hers_changes_nothing(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    buy(context, shop, placed_at=utc_now() - timedelta(days=3))
    assert ended(context, shop)[0] == "waiting"


def test_somebody_elses_order_changes_nothing(context: Context, shop: Shop) -> None:
    """An address is compared as it is: % and _ are letters here."""
    abandon(context, shop, email="ad_@example.com")
    buy(context, shop, email="ada@example.com")
    with shop_scope(context.engine, shop.id) as scope:
        assert the_enrollment(scope).state in ("waiting", "exited")
        assert the_enrollment(scope).order_id is None


def test_she_is_enrolled_once_however_often_the_event_comes(context: Context, shop: Shop) -> None:
    left = abandon(context, shop)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        enroll.on_abandoned(scope, event(scope, "checkout.abandoned", left), utc_now())
    assert ended(context, shop)[0] == "waiting"


def test_a_known_customer_is_written_to_at_her_own_address(context: Context, shop: Shop) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        ada = customer(scope)
    abandon(context, shop, email=None, email_key=None, customer_id=ada.id)
    run(context, shop)
    with shop_scope(context.engine, shop.id) as scope:
        (message,) = scope.all(select(Message))
    assert message.to == "ada@example.com"
    assert "Hello Ada" in message.text


def test_without_a_public_address_no_marketing_mail_is_made(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(replace(context, settings=replace(context.settings, public_url=None)), shop)
    assert ended(context, shop) == ("exited", {"code": "no_address_of_ours"})


def test_what_was_abandoned_before_the_flow_began_is_left_alone(engine: Engine, context: Context, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        furnish(scope, utc_now())
        agree(scope, "ada@example.com", utc_now() - timedelta(days=9))
        left = checkout(scope, state="abandoned", updated_at=utc_now() - timedelta(days=2))
        enroll.on_abandoned(scope, event(scope, "checkout.abandoned", left.id), utc_now())
        assert scope.all(select(Enrollment)) == []
        assert scope.get(Checkout, left.id).state == "abandoned"


def test_a_week_without_an_order_ends_it(context: Context, shop: Shop) -> None:
    abandon(context, shop)
    run(context, shop)
    mark_sent(context, shop)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        the_enrollment(scope).mailed_at = utc_now() - timedelta(days=8)
    run(context, shop)
    assert ended(context, shop) == ("exited", {"code": "nothing_bought"})
