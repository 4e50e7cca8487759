"""Disconnecting: everything stops at once, our webhooks and the keys go, the data after a month; coming back before."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlmodel import select

from app import cli
from app.commerce.models import Customer
from app.db.scope import every_shop, shop_scope
from app.jobs.base import Again, Job
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.privacy.models import PrivacyRequest
from app.privacy.work import work
from app.shops import credentials
from app.shops.connect import connect
from app.shops.farewell import KEPT
from app.shops.models import Shop
from sync import timetable
from sync.farewell import leave_shop
from tests.shops.handing import Street, csrf, walked
from webhooks.views import Intake

MERCHANT = "ada@example.com"


@pytest.fixture
def street(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    with walked(sqlite_engine, tmp_path, monkeypatch) as made:
        yield made


def connected(street: Street) -> int:
    """By a key given by hand, in the merchant's own account, with a customer in the store."""
    street.cookie(MERCHANT)
    options = street.face.options
    given = {"consumer_key": options.key, "consumer_secret": options.secret}
    shop_id = connect(street.context, "woocommerce", street.shop_url, given, utc_now())
    with shop_scope(street.context.engine, shop_id, write=True) as scope:
        scope.shop.state, scope.shop.backfilled_at = "active", utc_now()
        if scope.first(select(Customer)) is None:
            scope.add(Customer(shop_id=shop_id, external_id="1", created_at=utc_now(), updated_at=utc_now()))
    return shop_id


def shop(street: Street) -> Shop:
    (found,) = street.shops()
    return found


def leave(street: Street) -> Again | None:
    return leave_shop(street.context, Job(1, shop(street).id, "farewell", "", "push", 0))


def secrets(street: Street) -> dict[str, str]:
    with shop_scope(street.context.engine, shop(street).id) as scope:
        return credentials.secrets(scope, street.context.keyring)


def press(street: Street) -> requests.Response:
    browser = street.browser(MERCHANT)
    page = browser.get(f"{street.url}/panel/connections/disconnect", timeout=60)
    assert "erased after 30 days" in page.text
    form = {"csrf_token": csrf(page)}
    return browser.post(f"{street.url}/panel/connections/disconnect", data=form, timeout=60)


def ours(street: Street) -> int:
    return sum(hook.name.startswith("Regulars ") for hook in street.face.webhooks.all.values())


def test_a_merchant_disconnects_a_shop_in_the_panel(street: Street) -> None:
    connected(street)
    assert ours(street) > 5
    assert street.face.connection() is not None
    page = press(street)
    assert (page.status_code, "page=wc-settings&amp;tab=advanced&amp;section=keys" in page.text) == (200, True)
    assert shop(street).state == "uninstalled"
    assert leave(street) is None
    assert (ours(street), street.face.connection(), secrets(street)) == (0, None, {})
    assert shop(street).state_reason is None
    listed = street.browser(MERCHANT).get(f"{street.url}/panel/connections", timeout=60).text
    assert "You disconnected this shop" in listed


def test_from_that_moment_nothing_regular_is_done_for_it(street: Street) -> None:
    connected(street)
    press(street)
    timetable._fired.clear()
    timetable.tick(street.context)
    with every_shop(street.context.engine) as db:
        names = {job.name for job in db.all(select(JobRow)) if job.state != "done"}
    assert not names & {"pull", "webhooks", "sweep", "send", "flows"}


def test_a_shop_that_does_not_answer_keeps_its_keys_for_an_hour_and_no_longer(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(street)
    press(street)
    with shop_scope(street.context.engine, shop(street).id, write=True) as scope:
        scope.shop.home_url = "http://127.0.0.1:1"
    again = leave(street)
    assert again is not None
    assert again.at is not None
    assert again.at > utc_now()
    assert secrets(street)
    with shop_scope(street.context.engine, shop(street).id, write=True) as scope:
        scope.shop.uninstalled_at = utc_now() - timedelta(hours=1, minutes=1)
    assert leave(street) is None
    assert secrets(street) == {}
    assert (shop(street).state_reason or {}).get("code") == "left_behind"


def test_a_key_that_was_deleted_in_the_shop_is_no_reason_to_wait(street: Street) -> None:
    connected(street)
    press(street)
    street.face.keys.delete(street.face.keys.all()[0])
    assert leave(street) is None
    assert secrets(street) == {}


def test_connected_again_it_goes_on_where_it_was(street: Street) -> None:
    shop_id = connected(street)
    press(street)
    leave(street)
    assert connected(street) == shop_id
    found = shop(street)
    assert (found.state, found.wipe_at, found.uninstalled_at) == ("active", None, None)
    assert found.backfilled_at is not None
    assert ours(street) > 5
    leave(street)  # a job that was late
    assert secrets(street) != {}
    assert ours(street) > 5


@pytest.mark.parametrize(("after", "is_gone"), [(KEPT - timedelta(minutes=1), False), (KEPT, True)])
def test_the_data_go_after_the_time_that_the_page_says(street: Street, after: timedelta, *, is_gone: bool) -> None:
    shop_id = connected(street)
    press(street)
    leave(street)
    left_at = shop(street).uninstalled_at
    assert left_at is not None
    for _ in range(2):  # an hour later it is asked again
        with shop_scope(street.context.engine, shop_id, write=True) as scope:
            timetable.work_requests(scope, left_at + after)
    with shop_scope(street.context.engine, shop_id) as scope:
        requests_ = scope.all(select(PrivacyRequest))
    assert [row.kind for row in requests_] == (["shop_redact"] if is_gone else [])
    while work(street.context, Job(1, shop_id, "privacy", "", "ingest", 0)) is not None:
        pass
    assert bool(street.shops()) is not is_gone


def test_what_comes_of_a_shop_that_left_is_not_let_in(street: Street) -> None:
    shop_id = connected(street)
    secret = secrets(street)["webhook_secret"]
    press(street)
    leave(street)
    assert not _is_taken(street, shop_id, secret)


def test_the_command_does_it_at_once(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    connected(street)
    monkeypatch.setattr(cli, "open_house", lambda: street.context)
    said = CliRunner().invoke(cli.regulars, ["disconnect", shop(street).domain])
    assert said.exit_code == 0, said.output
    assert "is disconnected" in said.output
    assert "erased on" in said.output
    assert (ours(street), secrets(street)) == (0, {})


def _is_taken(street: Street, shop_id: int, secret: str) -> bool:
    intake = Intake(street.context)
    try:
        return intake.shops.signed_by("woocommerce", str(shop_id), lambda known: secret in known) is not None
    finally:
        intake.inbox.close()
