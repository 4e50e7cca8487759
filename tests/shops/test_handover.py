"""WooCommerce's hand-over of keys, over real HTTP: the panel by TLS, a shop in a box, its manager's browser, ours."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from app.db.scope import every_shop, shop_scope
from app.lib.clock import real_now, utc_now
from app.shops import credentials, handover
from app.team.actions import sign_in_link
from app.web.identify import COOKIE
from sync import timetable
from tests.shops.handing import (
    Street,
    approve,
    begin,
    box,
    finish,
    link,
    newest_end,
    press,
    token,
    walked,
)


@pytest.fixture
def street(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    with walked(sqlite_engine, tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture
def each_street(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """On both databases."""
    with walked(engine, tmp_path, monkeypatch) as made:
        yield made


def test_a_shop_is_connected_by_its_address_alone(each_street: Street) -> None:
    street = each_street
    merchant = street.browser("ada@example.com")
    assert merchant.get(f"{street.url}/panel/", timeout=60).url == f"{street.url}/panel/connect"  # no shop yet
    back = approve(street, begin(street, merchant, street.shop_url.removeprefix("http://")))
    assert street.shops() == []  # the keys are here, and of no use yet
    done = finish(street, merchant, back, newest_end(street))
    (shop,) = street.shops()
    assert (done.status_code, urlsplit(done.headers["Location"]).path) == (303, "/panel/")
    assert (shop.home_url, shop.state) == (street.shop_url, "connecting")
    with shop_scope(street.context.engine, shop.id) as scope:
        kept = credentials.secrets(scope, street.context.keyring)
    assert kept["consumer_key"] == street.face.keys.all()[-1].consumer_key
    assert street.waiting() == []
    home = merchant.get(urljoin(street.url, done.headers["Location"]), timeout=60).text
    assert "history is being copied" in home
    assert merchant.get(back, timeout=60).status_code == 422  # it works once


def test_plain_permalinks_have_the_page_elsewhere(street: Street) -> None:
    ada = street.browser("ada@example.com")
    with box(is_plain=True) as (url, face):
        asked = begin(street, ada, url)
        assert urlsplit(asked).path == "/"
        back = approve(street, asked)
        assert finish(street, ada, back, face.keys.all()[-1].end).status_code == 303
        assert [shop.home_url for shop in street.shops()] == [url]


def test_keys_are_parked_encrypted(street: Street) -> None:
    approve(street, begin(street, street.browser("ada@example.com")))
    (row,) = street.waiting()
    key = street.face.keys.all()[-1]
    assert row.keys
    assert key.consumer_secret.encode() not in row.keys
    assert key.consumer_secret.encode() in street.context.keyring.open(row.keys)


def test_a_stranger_s_shop_whose_manager_approves_yields_nothing(each_street: Street) -> None:
    """The attack: begun for somebody else's shop, its manager talked into approving."""
    street = each_street
    street.stranger("mallory@example.com")
    mallory = street.browser("mallory@example.com")
    manager = street.browser()
    back = approve(street, begin(street, mallory), manager)
    assert manager.get(back, timeout=60).status_code == 401  # the manager's browser follows the shop's redirect
    assert street.waiting() == []
    assert "quarter of an hour has gone by" in mallory.get(back, timeout=60).text
    assert finish(street, mallory, back, "1234567").status_code == 422
    assert street.shops() == []


def test_nor_does_it_when_the_manager_s_browser_never_comes_here(street: Street) -> None:
    """Mallory writes the address anew, so that the shop sends its manager elsewhere, and opens the return page first:
    all that is missing is the end of the key, which the shop shows to its manager alone."""
    street.stranger("mallory@example.com")
    mallory = street.browser("mallory@example.com")
    asked = begin(street, mallory)
    there = parse_qs(urlsplit(asked).query)["return_url"][0]
    back = approve(street, asked.replace(quote(there, safe=""), "http%3A%2F%2Fmallory.example%2F"))
    assert urlsplit(back).hostname == "mallory.example"
    mine = f"{there}?success=1&user_id={token(back)}"
    for _ in range(handover.TRIES):
        assert finish(street, mallory, mine, "0000000").status_code == 422
    assert street.waiting() != []
    last = finish(street, mallory, mine, newest_end(street))
    assert last.status_code == 422  # even the right one comes too late
    assert street.waiting() == []
    assert street.shops() == []


def test_another_person_s_signed_in_browser_ends_it(street: Street) -> None:
    ada = street.browser("ada@example.com")
    back = approve(street, begin(street, ada))
    assert "another browser" in street.browser("ada@example.com").get(back, timeout=60).text
    assert street.waiting() == []
    assert finish(street, ada, back, newest_end(street)).status_code == 422
    assert street.shops() == []


def test_keys_of_another_shop_are_not_taken_for_the_one_that_was_asked(street: Street) -> None:
    ada = street.browser("ada@example.com")
    with box() as (other_url, other):
        asked = begin(street, ada)
        back = approve(street, asked.replace(street.shop_url, other_url))
        assert len(other.keys.all()) == 2
        said = ada.get(back, timeout=60)
    assert said.status_code == 503
    assert "does not accept this consumer key" in said.text
    assert street.shops() == []


def test_approving_again_replaces_what_came_before(each_street: Street) -> None:
    street = each_street
    ada, manager = street.browser("ada@example.com"), street.browser()
    asked = begin(street, ada)
    approve(street, asked, manager)
    first = newest_end(street)
    back = approve(street, asked, manager)
    assert finish(street, ada, back, first).status_code == 422
    assert finish(street, ada, back, newest_end(street)).status_code == 303
    with shop_scope(street.context.engine, street.shops()[0].id) as scope:
        kept = credentials.secrets(scope, street.context.keyring)
    assert kept["consumer_key"] == street.face.keys.all()[-1].consumer_key
    refused = street.browser().get(link(manager.get(asked, timeout=60), "access_granted"), timeout=60)
    assert refused.status_code == 401  # nobody waits any more, and the shop deletes the key
    assert street.made_keys() == 2


def test_after_a_quarter_of_an_hour_the_keys_are_destroyed(
    each_street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = each_street
    ada = street.browser("ada@example.com")
    asked = begin(street, ada)
    back = approve(street, asked)
    late = utc_now() + handover.LASTS
    monkeypatch.setattr("app.panel.connect_shop.utc_now", lambda: late)
    monkeypatch.setattr("app.public.handover.utc_now", lambda: late)
    assert ada.get(back, timeout=60).status_code == 422
    (entry,) = [task for task in timetable.HOUSEWORK if task.name == "handovers"]
    with every_shop(street.context.engine, write=True) as db:
        entry.run(db, late - timedelta(seconds=1))
    assert len(street.waiting()) == 1
    monkeypatch.setattr(timetable, "utc_now", lambda: late)
    monkeypatch.setattr(timetable, "_fired", {})
    timetable.tick(street.context)
    assert street.waiting() == []
    with pytest.raises(AssertionError, match="unable to send the consumer data"):
        approve(street, asked)  # too late for the callback as well
    assert street.made_keys() == 1


def test_who_says_no_in_the_shop_ends_it(street: Street) -> None:
    ada, manager = street.browser("ada@example.com"), street.browser()
    asked = begin(street, ada)
    page = manager.post(
        manager.get(asked, timeout=60).url, data={"username": "admin", "password": "password"}, timeout=60
    )
    said = ada.get(link(page, "success=0"), timeout=60)
    assert "You did not approve it" in said.text
    assert street.waiting() == []
    assert street.made_keys() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{}", 400),
        (b"not json", 400),
        (b'{"user_id":"x","consumer_key":"ck","consumer_secret":"cs","key_permissions":"read_write"}', 410),
        (b"x" * 5000, 413),
    ],
)
def test_keys_that_nobody_waits_for_are_answered_so_that_the_shop_deletes_them(
    street: Street, body: bytes, status: int
) -> None:
    assert street.browser().post(f"{street.url}/connect/woocommerce/keys", data=body, timeout=60).status_code == status


def test_a_shop_of_another_account_is_not_taken_over(street: Street) -> None:
    ada = street.browser("ada@example.com")
    assert finish(street, ada, approve(street, begin(street, ada)), newest_end(street)).status_code == 303
    street.stranger("bob@example.com")
    bob = street.browser("bob@example.com")
    said = finish(street, bob, approve(street, begin(street, bob)), newest_end(street))
    assert (said.status_code, "in another account" in said.text) == (422, True)
    assert len(street.shops()) == 1


def test_the_plugin_s_button_leads_here_and_back(street: Street) -> None:
    """Signing in comes between; the return address counts only within the shop."""
    browser = street.browser()
    back = f"{street.shop_url}/wp-admin/admin.php?page=regulars"
    address = f"{street.url}/connect/woocommerce"
    page = browser.get(address, params={"address": street.shop_url, "return": back, "plugin": "1"}, timeout=60)
    assert (page.status_code, "regulars owner" in page.text) == (401, True)
    with every_shop(street.context.engine, write=True) as db:
        one_time = sign_in_link(db, "new@example.com", real_now(), street.url)
    page = browser.post(one_time, timeout=60)
    assert urlsplit(page.url).path == "/panel/connect"
    assert f'value="{street.shop_url}"' in page.text
    assert back in page.text
    done = finish(street, browser, approve(street, begin(street, browser, back=back)), newest_end(street))
    assert done.headers["Refresh"] == f"1; url={back}"
    begin(street, browser, back="https://evil.example/?x=" + street.shop_url)
    assert [row.back for row in street.waiting()] == [None]


def test_by_the_plugin_s_button_nothing_has_to_be_typed(each_street: Street) -> None:
    street = each_street
    merchant = street.browser("ada@example.com")
    asked, back = press(street, merchant)
    done = merchant.get(approve(street, asked), timeout=60)
    assert done.headers["Refresh"] == f"1; url={back}"
    (shop,) = street.shops()
    assert shop.webhooks_state is not None
    assert "companion plugin" in shop.webhooks_state
    connection = street.face.connection()
    assert connection is not None
    assert (connection.shop, connection.url) == (str(shop.id), street.url)
    assert street.waiting() == []


@pytest.mark.parametrize("proof", ["", "0123456789abcdef0123456789abcdef"])
def test_a_proof_that_the_plugin_did_not_give_proves_nothing(street: Street, proof: str) -> None:
    """Whoever begins may send along what they like: the shop's plugin gave another one, to its own manager."""
    attacker = street.browser("mallory@example.com")
    asked = begin(street, attacker, proof=proof)
    street.face.plugin.press()
    page = attacker.get(approve(street, asked), timeout=60)
    assert 'name="end"' in page.text
    assert street.shops() == []


def test_a_proof_is_good_for_one_shop(street: Street) -> None:
    """Mallory has the plugin too, and a proof of her own shop's."""
    with box() as (_url, hers):
        attacker = street.browser("mallory@example.com")
        asked = begin(street, attacker, proof=hers.plugin.press())
        attacker.get(approve(street, asked), timeout=60)
    assert street.shops() == []


def test_another_site_s_page_begins_nothing(street: Street) -> None:
    ada = street.browser("ada@example.com")
    for path in ("/panel/connect", "/panel/connect/keys", "/panel/connect/finish"):
        assert ada.post(f"{street.url}{path}", data={"address": street.shop_url}, timeout=60).status_code == 403
    assert street.waiting() == []


def test_the_journey_in_a_browser(street: Street, browser: Browser) -> None:
    context = browser.new_context(ignore_https_errors=True)
    context.add_cookies([{"name": COOKIE, "value": street.cookie("ada@example.com"), "url": f"{street.url}/panel"}])
    page = context.new_page()
    page.goto(f"{street.url}/panel/")
    page.get_by_label("Its address, as customers type it").fill(street.shop_url)
    page.get_by_role("button", name="Look").click()
    page.get_by_role("link", name="Approve in your shop").click()
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("password")
    page.get_by_role("button", name="Login").click()
    page.get_by_role("link", name="Approve").click()
    page.get_by_label("The seven characters").fill(street.face.keys.all()[-1].end)
    page.get_by_role("button", name="Connect the shop").click()
    page.get_by_role("heading", name="Your shop's history is being copied").wait_for()
    assert len(street.shops()) == 1
    context.close()
