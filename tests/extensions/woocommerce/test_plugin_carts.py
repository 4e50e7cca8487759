"""Baskets in a real WordPress: kept, sent, signed, brought back, closed; and the box about e-mails."""

import json
import re

import pytest
import requests
from sqlmodel import func, select

from app.db.scope import shop_scope
from app.journal.models import Delivery
from tests.extensions.woocommerce.conftest import KEY, WORDS, Pair

ROW = "SELECT {} FROM wp_regulars_baskets ORDER BY updated_at DESC, created_at DESC LIMIT 1"


@pytest.fixture
def shopper(pair: Pair) -> requests.Session:
    """Has a T-shirt in the basket."""
    session = requests.Session()
    pair.act(session, stand_in="add", product="41")
    return session


def leave_email(pair: Pair, who: requests.Session, email: str, **more: str) -> requests.Response:
    """What assets/checkout.js sends when the field is left."""
    page = pair.act(who, stand_in="checkout")
    found = re.search(r"var regularsCheckout = (\{.*?\});", page)
    assert found, "the checkout's script was not told where to send"
    facts = json.loads(found[1])
    return who.post(facts["url"], data={"email": email, "security": facts["security"], **more}, timeout=30)


def link_of(pair: Pair) -> str:
    address = pair.send()[-1].url
    assert address is not None
    return address


def test_a_basket_is_kept_in_one_row_and_sent_signed_after_the_page(pair: Pair, shopper: requests.Session) -> None:
    pair.act(shopper, stand_in="add", product="42")
    waiting = json.loads(pair.wordpress.sql(ROW.format("message")))
    assert waiting["email"] is None
    said = pair.send()
    assert len(said) == 1, "only the latest message of a basket is sent"
    assert [(item.title, item.quantity, item.total) for item in said[0].items] == [
        ("Logo T-Shirt & Cap", 1, 2856),
        ("Mug", 1, 1488),
    ]
    assert (said[0].total, said[0].currency, said[0].locale) == (4344, "EUR", "en-US")
    assert pair.wordpress.sql("SELECT due_at IS NULL FROM wp_regulars_baskets").split() == ["1"]


def test_the_email_is_told_as_soon_as_its_field_was_left(pair: Pair, shopper: requests.Session) -> None:
    assert leave_email(pair, shopper, "Ada@example.com").status_code == 200
    assert pair.send()[-1].email == "Ada@example.com"


def test_an_email_without_the_pages_nonce_is_refused(pair: Pair, shopper: requests.Session) -> None:
    note = {"email": "ada@example.com", "security": "0123456789"}
    answer = shopper.post(f"{pair.wordpress.home}/?wc-ajax=regulars_note", data=note, timeout=30)
    assert answer.status_code == 403
    assert pair.send()[-1].email is None


def test_what_was_said_already_is_not_said_again(pair: Pair, shopper: requests.Session) -> None:
    leave_email(pair, shopper, "ada@example.com")
    assert len(pair.send()) == 1
    leave_email(pair, shopper, "ada@example.com")
    assert len(pair.send()) == 1


def test_consent_is_given_in_the_very_words_that_stood_there(pair: Pair, shopper: requests.Session) -> None:
    page = pair.act(shopper, stand_in="checkout")
    assert WORDS in page
    assert "checked" not in page, "the box must not come ticked"
    leave_email(pair, shopper, "ada@example.com")
    assert pair.send()[-1].consent is None, "nobody has answered who left the box as it was"
    leave_email(pair, shopper, "ada@example.com", consent="1")
    granted = pair.send()[-1].consent
    assert granted is not None
    assert (granted.state, granted.text, granted.source) == ("granted", WORDS, "checkout")
    leave_email(pair, shopper, "ada@example.com", consent="0")
    refused = pair.send()[-1].consent
    assert refused is not None
    assert refused.state == "refused"


def test_the_link_brings_the_basket_back_on_another_device(pair: Pair, shopper: requests.Session) -> None:
    pair.act(shopper, stand_in="add", product="42", engraving="For Ada")
    leave_email(pair, shopper, "ada@example.com", consent="1")
    link, other = link_of(pair), requests.Session()
    page = other.get(link, timeout=30).text
    assert re.findall("<li>(.*?)</li>", page) == ["Logo T-Shirt &amp; Cap × 1 ", "Mug × 1 For Ada"]
    pair.act(other, stand_in="add", product="42")
    said = pair.send()
    assert {record.external_id for record in said} == {said[0].external_id}, "it is the same basket still"
    assert said[-1].email == "ada@example.com"
    assert said[-1].consent is not None
    assert [item.quantity for item in said[-1].items] == [1, 1, 1]


@pytest.mark.parametrize(
    "change", [lambda link: link[:-2] + "xx", lambda link: link.split(".")[0], lambda link: link + "."]
)
def test_a_link_that_was_made_up_brings_nothing_back(pair: Pair, shopper: requests.Session, change: object) -> None:
    assert callable(change)
    page = requests.get(f"{pair.wordpress.home}/?regulars-cart=" + change(link_of(pair).partition("=")[2]), timeout=30)
    assert "stand-in=shop" in page.url
    assert "T-Shirt" not in page.text


def test_an_order_closes_the_basket_and_the_next_one_is_another(pair: Pair, shopper: requests.Session) -> None:
    leave_email(pair, shopper, "ada@example.com")
    link = link_of(pair)
    pair.act(shopper, stand_in="order", status="processing")
    closed = pair.send()[-1]
    assert (closed.order_external_id, closed.url, closed.is_emptied) == ("900", None, False)
    assert closed.completed_at is not None
    answer = requests.Session().get(link, timeout=30)
    assert "stand-in=shop" in answer.url, "a basket that was ordered does not come back"
    pair.act(shopper, stand_in="add", product="42")
    assert pair.send()[-1].external_id != closed.external_id


def test_an_order_that_waits_for_its_payment_leaves_the_basket_open(pair: Pair, shopper: requests.Session) -> None:
    pair.act(shopper, stand_in="order", status="failed")
    said = pair.send()
    assert all(record.completed_at is None for record in said)


def test_an_emptied_basket_is_told_once_and_has_no_link(pair: Pair, shopper: requests.Session) -> None:
    pair.send()
    pair.act(shopper, stand_in="empty")
    pair.act(shopper, stand_in="empty")
    said = pair.send()
    assert [record.is_emptied for record in said] == [False, True]
    assert (said[-1].items, said[-1].url) == ((), None)


def test_what_regulars_does_not_take_is_sent_again_later(pair: Pair, shopper: requests.Session) -> None:
    body = {"shop": "1", "url": pair.url, "secret": "f" * 64}
    route = f"{pair.wordpress.home}/wp-json/wc-regulars/v1/connection"
    requests.post(route, json=body, headers=KEY, timeout=30).raise_for_status()
    assert pair.send() == []
    attempts, wait = pair.wordpress.sql(ROW.format("attempts, strftime('%s', due_at) - strftime('%s', 'now')")).split()
    assert (attempts, 280 < int(wait) <= 300) == ("1", True)
    with shop_scope(pair.engine, pair.shop.id) as scope:
        assert scope.scalar(select(func.count()).select_from(Delivery)) == 0


def test_nothing_is_kept_or_sent_where_the_shop_is_not_connected(pair: Pair) -> None:
    route = f"{pair.wordpress.home}/wp-json/wc-regulars/v1/connection"
    requests.delete(route, headers=KEY, timeout=30).raise_for_status()
    lonely = requests.Session()
    pair.act(lonely, stand_in="add", product="41")
    page = pair.act(lonely, stand_in="checkout")
    assert "regulars" not in page
    assert pair.send() == []
    assert pair.wordpress.sql("SELECT count(*) FROM wp_regulars_baskets").strip() == "0"


def test_the_page_does_not_wait_for_regulars(pair: Pair) -> None:
    body = {"shop": "1", "url": "http://127.0.0.1:9", "secret": "f" * 64}  # nobody listens there
    route = f"{pair.wordpress.home}/wp-json/wc-regulars/v1/connection"
    requests.post(route, json=body, headers=KEY, timeout=30).raise_for_status()
    pair.act(requests.Session(), stand_in="add", product="41")
    assert pair.wordpress.sql("SELECT attempts FROM wp_regulars_baskets").split() == ["0"]  # it is sent by another


def test_after_a_failure_the_rest_waits_for_its_turn(pair: Pair) -> None:
    body = {"shop": "1", "url": pair.url, "secret": "f" * 64}
    route = f"{pair.wordpress.home}/wp-json/wc-regulars/v1/connection"
    requests.post(route, json=body, headers=KEY, timeout=30).raise_for_status()
    for _ in range(3):
        pair.act(requests.Session(), stand_in="add", product="41")
    pair.send()
    tried = pair.wordpress.sql("SELECT attempts FROM wp_regulars_baskets ORDER BY attempts").split()
    assert tried == ["0", "0", "1"], "one PHP process waits for an answer, not all of them"
