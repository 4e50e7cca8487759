"""The platform's three topics of privacy: signed or refused, kept as requests, and each ends as the law wants it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, col, select, text

from app.commerce.models import Customer, Order
from app.db.scope import every_shop, shop_scope
from app.errors import AuthLost, NotFound, PlatformDown
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.privacy import requests, wipe
from app.privacy.models import PrivacyRequest
from app.shops.models import Shop
from sync.models import Run
from tests.conftest import make_shop
from tests.privacy.conftest import Place, her_request, requests_in
from tests.privacy.zelda import HER_EMAIL, HER_GUEST_ORDER, HER_ID, HER_ORDERS, NOW, everything

BY_LAW = ("customers/data_request", "customers/redact", "shop/redact")


def exported(place: Place) -> dict[str, Any]:
    (request,) = requests_in(place)
    said: dict[str, Any] = json.loads(requests.export_of(request, place.context.keyring))
    return said


def shop_state(place: Place, **changed: Any) -> Shop:
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        for name, value in changed.items():
            setattr(scope.shop, name, value)
        return scope.shop


@pytest.mark.parametrize("topic", BY_LAW)
def test_a_bad_signature_is_refused(zelda: Place, topic: str) -> None:
    assert zelda.post(topic, her_request(zelda), secret="another") == 401
    assert zelda.post(topic, her_request(zelda), secret="another", domain="nobody.myshopify.com") == 401
    zelda.work()
    assert requests_in(zelda) == []


def test_a_data_request_produces_the_export(zelda: Place) -> None:
    body = her_request(zelda, "data_request", data_request={"id": 9999})
    assert zelda.post("customers/data_request", body) == 200
    assert zelda.post("customers/data_request", body) == 200  # sent again under another number
    zelda.work()
    (request,) = requests_in(zelda)
    assert (request.state, request.kind, request.source) == ("ready", "data_request", "platform")
    assert request.due_at - request.requested_at == timedelta(days=30)
    said = exported(zelda)
    assert {row["first_name"] for row in said["customers"]} == {"Zelda"}
    assert {row["external_id"] for row in said["orders"]} == {*HER_ORDERS, HER_GUEST_ORDER}
    order = said["orders"][0]
    assert (order["net_minor"], order["line_items"][0]["title"], order["refunds"][0]["reason"]) == (
        4000, "Hat", "ring twice",
    )  # fmt: skip
    assert order["shipping"]["address1"] == "Needle Street 5"
    assert {(row["address"], row["source"]) for row in said["consent_entries"]} >= {(HER_EMAIL, "form")}
    assert [row["points"] for row in said["ledger_entries"]] == [40]
    assert {row["segment"] for row in said["memberships"]} == {"Everybody"}
    assert {row["subject"] for row in said["messages"]} == {"Zelda, your hat"}
    assert said["enrollments"][0]["flow"] == "Checkout recovery"
    assert {row["body"]["customer"]["note"] for row in said["deliveries"] if "note" in str(row)} == {"zelda"}
    assert said["checkouts"][0]["url"] == "https://shop.example/cart/zq"
    assert "bob@example.com" not in json.dumps(said)
    assert "Stays" not in json.dumps(said)


def test_the_export_goes_with_the_erasure(zelda: Place) -> None:
    zelda.post("customers/data_request", her_request(zelda, "data_request", data_request={"id": 1}))
    zelda.work()
    zelda.post("customers/redact", her_request(zelda))
    zelda.work()
    first, second = sorted(requests_in(zelda), key=lambda row: row.id)
    assert (first.state, first.outcome, first.export) == ("done", "erased", None)
    assert (second.state, second.outcome, second.subject) == ("done", "erased", None)
    assert zelda.needles() == []


@pytest.mark.parametrize(
    ("topic", "kind"), [("customers/data_request", "data_request"), ("customers/redact", "redact")]
)
def test_of_an_unknown_customer_nothing_is_kept(place: Place, topic: str, kind: str) -> None:
    assert place.post(topic, her_request(place, kind)) == 200
    place.work()
    (request,) = requests_in(place)
    assert (request.state, request.outcome, request.subject) == ("done", "nothing kept", None)


def test_who_is_erased_before_the_first_import_stays_out_of_it(place: Place) -> None:
    place.post("customers/redact", her_request(place))
    place.work()
    place.take_in(*everything(), live=False)
    assert place.needles() == []
    assert len(place.all(Order)) == 4


def test_a_customer_may_have_only_an_email(zelda: Place) -> None:
    zelda.post("customers/redact", her_request(zelda, customer={"email": HER_EMAIL.upper()}, orders_to_redact=[]))
    zelda.work()
    assert zelda.needles() == []


def test_guests_whose_orders_are_named_are_the_same_person(zelda: Place) -> None:
    body = her_request(zelda, customer={"id": int(HER_ID)}, orders_to_redact=[int(HER_GUEST_ORDER)])
    zelda.post("customers/redact", body)
    zelda.work()
    assert zelda.needles() == []


def test_a_shop_that_left_can_still_be_asked(zelda: Place) -> None:
    """Verified by the app's own secret; nobody is called for it."""
    shop_state(zelda, state="uninstalled", uninstalled_at=utc_now())
    assert zelda.post("customers/redact", her_request(zelda)) == 200
    zelda.work()
    assert zelda.needles() == []


def test_a_shop_that_was_never_here_is_answered(place: Place) -> None:
    for topic in BY_LAW:
        assert (
            place.post(topic, {"shop_id": 5, "shop_domain": "nobody.myshopify.com"}, domain="nobody.myshopify.com")
            == 200
        )
    assert place.all(Delivery) == []
    assert place.post("orders/create", {"id": 1}, domain="nobody.myshopify.com") == 401


def left(place: Place) -> int:
    """Rows of the shop, in all tables."""
    owned = [table for table in SQLModel.metadata.sorted_tables if "shop_id" in table.c]
    with every_shop(place.context.engine) as db:
        counts = [
            db.scalar(text(f"SELECT count(*) FROM {table.name} WHERE shop_id = :one").bindparams(one=place.shop.id))
            for table in owned
        ]
        shops = db.scalar(text("SELECT count(*) FROM shops WHERE id = :one").bindparams(one=place.shop.id))
    return sum(counts) + int(shops)


def ask_to_wipe(place: Place) -> None:
    assert place.post("shop/redact", {"shop_id": 1, "shop_domain": place.shop.domain}) == 200
    place.work()


def test_a_shop_that_left_is_wiped(zelda: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = make_shop(zelda.context.engine, domain="theirs.myshopify.com")
    monkeypatch.setattr(wipe, "_AT_ONCE", 2)
    shop_state(zelda, state="uninstalled", uninstalled_at=utc_now() - timedelta(hours=48))
    ask_to_wipe(zelda)
    assert left(zelda) == 0
    assert zelda.needles() == []
    with every_shop(zelda.context.engine) as db:
        assert db.all(select(col(Shop.id))) == [stranger.id]
    zelda.wait_for_intake()
    assert zelda.post("shop/redact", {"shop_domain": zelda.shop.domain}) == 200  # told again
    assert zelda.post("customers/redact", her_request(zelda)) == 200


def test_killed_in_between_the_wiping_goes_on(zelda: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wipe, "_AT_ONCE", 1)
    shop_state(zelda, state="uninstalled", uninstalled_at=utc_now())
    zelda.post("shop/redact", {"shop_id": 1, "shop_domain": zelda.shop.domain})
    calls = iter(range(10_000))
    whole = wipe._wipe

    def dies(scope: Any) -> bool:
        more = whole(scope)
        if next(calls) == 3:
            raise PlatformDown("kill -9")
        return more

    with monkeypatch.context() as patch:
        patch.setattr(wipe, "_wipe", dies)
        with pytest.raises(PlatformDown):
            zelda.work()
    zelda.let_go()
    zelda.work()
    assert left(zelda) == 0


def never(*_: Any) -> Any:
    raise AssertionError("the shop was called")


def test_after_a_new_install_nothing_is_wiped(zelda: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It checks first: an install younger than 48 hours is newer than the uninstall that is spoken of."""
    monkeypatch.setattr(wipe, "client_for", never)
    shop_state(zelda, state="connecting", installed_at=utc_now() - timedelta(hours=3))
    before = left(zelda)
    ask_to_wipe(zelda)
    (request,) = requests_in(zelda)
    assert (request.state, request.outcome) == ("done", "installed again")
    assert left(zelda) >= before
    assert len(zelda.all(Customer)) == 3


def test_a_shop_that_comes_back_in_the_middle_is_copied_whole_again(
    zelda: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wipe, "_AT_ONCE", 1)
    shop_state(zelda, state="uninstalled", uninstalled_at=utc_now(), backfilled_at=utc_now())
    with shop_scope(zelda.context.engine, zelda.shop.id, write=True) as scope:
        scope.add(Run(shop_id=scope.shop_id, kind="backfill", resource="orders", started_at=NOW, changed_at=NOW))
    zelda.post("shop/redact", {"shop_id": 1, "shop_domain": zelda.shop.domain})
    slices, whole = iter(range(10_000)), wipe._wipe

    def comes_back(scope: Any) -> bool:
        more = whole(scope)
        if next(slices) == 2:
            scope.shop.state = "connecting"
        return more

    monkeypatch.setattr(wipe, "_wipe", comes_back)
    zelda.work()
    assert requests_in(zelda)[0].outcome == "installed again"
    assert zelda.all(Run) == []
    assert shop_state(zelda).backfilled_at is None


class Answering:
    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def facts(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize(("error", "is_wiped"), [(None, False), (AuthLost("no such app there"), True)])
def test_a_shop_that_never_said_goodbye_is_asked(
    zelda: Place, monkeypatch: pytest.MonkeyPatch, error: Exception | None, is_wiped: bool
) -> None:
    monkeypatch.setattr(wipe, "client_for", lambda context, shop_id: Answering(error))
    ask_to_wipe(zelda)
    assert (left(zelda) == 0) is is_wiped


def test_a_shop_that_does_not_answer_is_asked_again(zelda: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wipe, "client_for", lambda context, shop_id: Answering(PlatformDown("away")))
    with pytest.raises(PlatformDown):
        ask_to_wipe(zelda)
    assert requests_in(zelda)[0].state == "pending"
    assert len(zelda.all(Customer)) == 3


def test_an_export_that_nobody_fetched_goes(zelda: Place) -> None:
    zelda.post("customers/data_request", her_request(zelda, "data_request"))
    zelda.work()
    with shop_scope(zelda.context.engine, zelda.shop.id, write=True) as scope:
        requests.forget_exports(scope, utc_now() + timedelta(days=59))
        assert scope.all(select(PrivacyRequest))[0].export is not None
        requests.forget_exports(scope, utc_now() + timedelta(days=61))
    (request,) = requests_in(zelda)
    assert (request.state, request.outcome) == ("done", "not fetched")
    with pytest.raises(NotFound):
        requests.export_of(request, zelda.context.keyring)
