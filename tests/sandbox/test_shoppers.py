"""The seeded shoppers, on a front that really answers over HTTP and with a mailbox that really takes mails."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from sandbox import front, shoppers
from sandbox.changes import Box
from sandbox.front.links import shopify_recovery, woocommerce_restore
from sandbox.mailbox import running
from sandbox.mailbox.run import Running
from sandbox.shop import Checkout
from tests.serving import serving


@dataclass
class Street:
    """A shop with its front open, and its shoppers."""

    box: Box
    face: str
    url: str

    def act(self, act: str, **more: object) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sandbox/shoppers", json={"act": act, **more}, timeout=60)
        return {"status": answer.status_code, **answer.json()}

    def who(self, said: dict[str, Any], did: str) -> list[str]:
        return [deed["who"] for deed in said["did"] if deed["did"] == did]

    def link(self, checkout: Checkout) -> str:
        return (shopify_recovery if self.face == "shopify" else woocommerce_restore)(self.url, checkout)


@contextmanager
def open_shop(box: Box, face: str) -> Iterator[Street]:
    app = Flask("sandbox")
    front.register(app, box, face)
    shoppers.register(app, box)
    with serving(app) as port:
        yield Street(box, face, f"http://127.0.0.1:{port}")


@pytest.fixture(params=["shopify", "woocommerce"])
def street(request: pytest.FixtureRequest, small_box: Box) -> Iterator[Street]:
    with open_shop(small_box, request.param) as street:
        yield street


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Running]:
    with running() as mailbox:
        yield mailbox


def write_to(mailbox: Running, checkout: Checkout, link: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", checkout.email, "Your basket"
    mail["List-Unsubscribe"] = f"<{link}&out>"
    mail.set_content(f"No more: {link}&out or {link}&unsubscribe=1\nBack: {link}\n")
    where = urlsplit(mailbox.smtp_url)
    with smtplib.SMTP(str(where.hostname), where.port or 0, timeout=60) as smtp:
        smtp.send_message(mail)


def test_a_morning_makes_a_regular_orders_and_abandoned_checkouts(street: Street) -> None:
    said = street.act("morning", seed=1)
    assert said["status"] == 200
    assert street.who(said, "became a regular") == ["ann@example.com"]
    anns = [order for order in street.box.shop.orders.values() if order.person_id == 1]
    assert len(anns) == 3
    assert sum(order.current_shop_minor for order in anns) > 100_000
    assert len(street.who(said, "bought")) == 4
    states = [(c.email, c.state, c.consent and c.consent.state) for c in street.box.shop.checkouts.values()]
    left = street.who(said, "abandoned a checkout")
    still_open = [(email, consent) for email, state, consent in states if state == "open"]
    assert [email for email, _ in still_open] == left[:-1]
    assert [consent for _, consent in still_open] == ["subscribed", "subscribed", "subscribed", "not_subscribed"]
    assert street.who(said, "came back and bought") == left[-1:]


def test_the_same_seed_makes_the_same_day_and_another_seed_another(new_small_box: Callable[[], Box]) -> None:
    def a_day(seed: int) -> list[object]:
        with open_shop(new_small_box(), "shopify") as street:
            return [street.act(act, seed=seed) for act in ("morning", "refund", "evening")]

    first = a_day(1)
    assert first == a_day(1)
    assert first != a_day(2)


def test_who_left_a_checkout_follows_the_mail_and_buys(street: Street, mailbox: Running) -> None:
    street.act("morning")
    open_ones = [checkout for checkout in street.box.shop.checkouts.values() if checkout.state == "open"]
    for checkout in open_ones[:3]:
        write_to(mailbox, checkout, street.link(checkout))
    said = street.act("recover", mailbox=mailbox.url)
    assert said["status"] == 200
    assert street.who(said, "recovered") == [open_ones[0].email, open_ones[2].email]
    assert street.who(said, "followed the link and only looked") == [open_ones[1].email]
    assert street.who(said, "found no mail") == [open_ones[3].email]
    assert [checkout.state for checkout in open_ones] == ["completed", "open", "completed", "open"]


def test_without_a_mail_nobody_comes_back_and_the_act_says_so(street: Street, mailbox: Running) -> None:
    requests.delete(f"{mailbox.url}/api/messages", timeout=60)
    assert "the morning comes first" in street.act("recover", mailbox=mailbox.url)["error"]
    street.act("morning")
    said = street.act("recover", mailbox=mailbox.url)
    assert said["status"] == 409
    assert "Nobody bought" in said["error"]
    assert "need to know their mailbox" in street.act("recover")["error"]


def test_a_mail_that_leads_nowhere_is_an_error(street: Street, mailbox: Running) -> None:
    street.act("morning")
    checkout = next(checkout for checkout in street.box.shop.checkouts.values() if checkout.state == "open")
    write_to(mailbox, checkout, f"{street.url}/?nothing=1")
    said = street.act("recover", mailbox=mailbox.url)
    assert said["status"] == 409
    assert "Nobody bought" in said["error"]
    assert "found no link that leads back" in [deed["did"] for deed in said["did"]]


def test_one_order_of_the_morning_goes_back_in_part_and_another_whole(street: Street) -> None:
    assert "the morning comes first" in street.act("refund")["error"]
    street.act("morning")
    said = street.act("refund")
    (in_part, whole) = (street.box.order(int(deed["order_id"])) for deed in said["did"])
    assert 0 < in_part.refunded_minor < in_part.placed_minor
    assert whole.current_minor == 0
    assert [deed["did"] for deed in said["did"]] == ["sent a line back", "sent everything back"]


def test_in_the_evening_somebody_makes_an_account(street: Street) -> None:
    said = street.act("evening")
    (email,) = street.who(said, "registered and bought")
    person = street.box.find_person(email)
    assert person is not None
    assert person.registered


def test_a_second_morning_brings_other_new_people(street: Street) -> None:
    first, second = street.act("morning"), street.act("morning")
    assert second["status"] == 200
    newcomers = street.who(first, "came back and bought") + street.who(second, "came back and bought")
    assert len(set(newcomers)) == 2


def test_an_act_that_nobody_knows_is_refused(street: Street) -> None:
    said = street.act("noon")
    assert said["status"] == 400
    assert "morning, recover, refund, evening" in said["error"]


def test_too_small_a_shop_says_what_is_missing(small_box: Box) -> None:
    for person_id in range(2, 13):
        small_box.delete_customer(person_id)
    with open_shop(small_box, "shopify") as street:
        assert "too few customers" in street.act("morning")["error"]
